/** Decides who stands behind the target of a `<Dial>`. */
import type { DialTarget } from '../twiml/twiml-call.js';
import type { Call } from './call.js';
import { LoopCallee } from './number-loop.js';
import { MagicParty, magicByIdentity, magicByNumber, type Magic } from './magic-party.js';
import type {
  CalledParty,
  CalledPartyOptions,
  CallerParty,
  ClientDirectory,
  Codec,
  LegId,
  MediaPort,
  PartyEnd,
  SpeechPort,
} from './ports.js';
import { UnreachableParty } from './unreachable-party.js';

/** A target about to be called for a child call. */
interface TargetCall {
  target: DialTarget;
  call: Call;
  callerLegId: LegId;
  codec: Codec;
}

/** Finds the party for a target; undefined when an identity has no registered device. */
export interface CallRouter {
  callTarget(options: TargetCall): CalledParty | undefined;
}

/** Takes in a call on a number, one of our own or not. */
export type NumberReceiver = (options: {
  number: string;
  from: string;
  accountSid: string;
  caller: CallerParty;
  hops: number;
}) => void;

/** Numbers of our own that may call each other in a row, as SIP's Max-Forwards bounds proxies. */
const MAX_HOPS = 20;

const NOT_A_NUMBER: PartyEnd = {
  kind: 'not-found',
  errorCode: 13223,
  message: 'The dialled number is not a valid phone number.',
};
const NO_TRUNK: PartyEnd = {
  kind: 'not-found',
  errorCode: 13224,
  message: 'This number cannot be called: the engine has no trunk to the phone network.',
};
const NO_SIP_TRUNK: PartyEnd = {
  kind: 'not-found',
  errorCode: 13246,
  message: 'No trunk is configured for SIP calls.',
};
const LOOP: PartyEnd = {
  kind: 'not-found',
  errorCode: 14106,
  message: 'Too many numbers dialled each other in a row.',
};

const E164 = /^\+[1-9]\d{6,14}$/;

/** Whether a phone number may be dialled; a refusal names Twilio's error code and says why. */
export type AuthorizeDial = (dial: {
  accountSid: string;
  from: string;
  number: string;
}) => { allowed: true } | { allowed: false; errorCode: number; message: string };

/**
 * Makes the router. `ownsNumber` and `receive` are the engine's own phone numbers; `authorizeDial` is asked before
 * any number is called.
 */
export function createCallRouter(options: {
  media: MediaPort;
  speech: SpeechPort;
  clients: ClientDirectory;
  ownsNumber: (accountSid: string, number: string) => boolean;
  receive: NumberReceiver;
  authorizeDial?: AuthorizeDial;
}): CallRouter {
  const { media, speech, clients } = options;

  function magicParty(magic: Magic, call: CalledPartyOptions): CalledParty {
    return new MagicParty({ magic, call, media, speech });
  }

  function callNumber(
    number: string,
    { call, callerLegId, codec }: TargetCall,
    party: CalledPartyOptions,
  ): CalledParty {
    const { accountSid, from, hops = 0 } = call.details;
    const verdict = options.authorizeDial?.({ accountSid, from, number });
    if (verdict?.allowed === false) {
      const { errorCode, message } = verdict;
      return new UnreachableParty({ kind: 'failed', errorCode, message });
    }
    const magic = magicByNumber(number);
    if (magic) return magicParty(magic, party);
    if (!options.ownsNumber(accountSid, number)) {
      return new UnreachableParty(E164.test(number) ? NO_TRUNK : NOT_A_NUMBER);
    }
    if (hops > MAX_HOPS) return new UnreachableParty(LOOP);
    return new LoopCallee({
      legId: callerLegId,
      codec,
      receive: (caller) => options.receive({ number, from, accountSid, caller, hops }),
    });
  }

  return {
    callTarget(request) {
      const { target, call, codec } = request;
      const { sid: callSid, accountSid, from, to } = call.details;
      const parameters = target.kind === 'client' ? target.parameters : [];
      const party: CalledPartyOptions = { callSid, accountSid, from, to, codec, parameters };
      if (target.kind === 'sip') return new UnreachableParty(NO_SIP_TRUNK);
      if (target.kind === 'number') return callNumber(target.number, request, party);
      const magic = magicByIdentity(target.identity);
      if (magic) return magicParty(magic, party);
      return clients.callClient(target.identity, party);
    },
  };
}
