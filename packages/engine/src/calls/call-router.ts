/** Decides who stands behind the target of a `<Dial>`. */
import type { DialTarget } from '../twiml/twiml-call.js';
import type { Call } from './call.js';
import { LoopCallee } from './number-loop.js';
import { MagicParty, magicByIdentity, magicByNumber, type MagicName } from './magic-party.js';
import type {
  CalledParty,
  CalledPartyOptions,
  CallerParty,
  ClientDirectory,
  Codec,
  LegId,
  MediaPort,
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

/** Takes in a call on one of our own numbers; false when the number is not ours. */
export type NumberReceiver = (options: {
  number: string;
  from: string;
  accountSid: string;
  caller: CallerParty;
}) => void;

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

  function magic(name: MagicName, call: CalledPartyOptions): CalledParty {
    return new MagicParty({ name, call, media, speech });
  }

  function callNumber(
    number: string,
    { call, callerLegId, codec }: TargetCall,
    party: CalledPartyOptions,
  ): CalledParty {
    const { accountSid, from } = call.details;
    const verdict = options.authorizeDial?.({ accountSid, from, number });
    if (verdict?.allowed === false) return new UnreachableParty(number, verdict);
    const magicName = magicByNumber(number);
    if (magicName) return magic(magicName, party);
    if (!options.ownsNumber(accountSid, number)) return new UnreachableParty(number);
    return new LoopCallee({
      legId: callerLegId,
      codec,
      receive: (caller) => options.receive({ number, from, accountSid, caller }),
    });
  }

  return {
    callTarget(request) {
      const { target, call, codec } = request;
      const { sid: callSid, accountSid, from, to } = call.details;
      const parameters = target.kind === 'client' ? target.parameters : [];
      const party: CalledPartyOptions = { callSid, accountSid, from, to, codec, parameters };
      if (target.kind === 'number') return callNumber(target.number, request, party);
      const magicName = magicByIdentity(target.identity);
      if (magicName) return magic(magicName, party);
      return clients.callClient(target.identity, party);
    },
  };
}
