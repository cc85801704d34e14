/** Calls that the application places through the REST API: they ring somebody, and their TwiML talks to who answers. */
import type { TwimlStart } from '../twiml/run-twiml.js';
import type { DialTarget, RecordingCallback, StatusCallback } from '../twiml/twiml-call.js';
import { AnsweredParty } from './answered-party.js';
import { Call } from './call.js';
import { isFinal } from './call-state.js';
import type { CallServices } from './call-services.js';
import { InboundCall } from './inbound-call.js';
import { endOfCall } from './party-end.js';
import type { CalledParty, Codec, LegId, RecordingSettings } from './ports.js';
import { newSid } from './sids.js';
import { reportProgress } from './status-callback.js';

/** Every browser speaks it. */
const CODEC: Codec = 'pcmu';

/** A call to be placed. */
export interface CallOrder {
  accountSid: string;
  from: string;
  to: string;
  target: DialTarget;
  voice: TwimlStart;
  statusCallback: StatusCallback | undefined;
  /** Set when the call is recorded from its answer. */
  recording: { settings: RecordingSettings; callback: RecordingCallback | undefined } | undefined;
  /** How long it rings. */
  timeoutSeconds: number;
  /** How long it may last once it is answered; undefined for Twilio's four hours. */
  timeLimitSeconds: number | undefined;
}

/** See the top of this file. */
export class OutboundCalls {
  readonly #services: CallServices;

  constructor(services: CallServices) {
    this.#services = services;
  }

  /** Places the call; what becomes of it shows in its state. */
  place(order: CallOrder): Call {
    const { registry, clock, logger, randomBytes } = this.#services;
    const { accountSid, from, to, statusCallback: callback } = order;
    const sid = newSid('CA', randomBytes);
    const call = new Call({
      details: { sid, accountSid, parentCallSid: undefined, direction: 'outbound-api', from, to },
      clock,
      logger,
    });
    registry.add(call);
    if (callback) reportProgress({ call, callback, ...this.#services });
    this.#ring(call, order).catch((error: unknown) => {
      call.log.error({ err: error }, 'a call could not be placed');
      call.end('failed', { errorCode: 53405, message: 'The media gateway could not place the call.' });
    });
    return call;
  }

  async #ring(call: Call, order: CallOrder): Promise<void> {
    const { media, router } = this.#services;
    const { target } = order;
    // A number of our own speaks through its caller's leg; here nobody is on it but our own TwiML.
    const callerLegId: LegId = `${call.details.sid}-line`;
    if (target.kind === 'number') {
      call.signal.addEventListener('abort', () => void media.closeLeg(callerLegId).catch(() => undefined), {
        once: true,
      });
      await media.openVirtualLeg({ legId: callerLegId, codec: CODEC, behaviour: 'source' });
    }
    if (call.ended) return;
    const party = router.callTarget({ target, call, callerLegId, codec: CODEC });
    if (party) this.#follow(call, party, order);
    else this.#end(call, { kind: 'unavailable' });
  }

  #follow(call: Call, party: CalledParty, order: CallOrder): void {
    const timeout = setTimeout(() => call.end('no-answer', { sipCode: 480 }), order.timeoutSeconds * 1000);
    call.signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timeout);
        party.hangUp(isFinal(call.state) ? call.state.cause : {});
      },
      { once: true },
    );
    party.on('ringing', () => {
      if (call.state.status === 'queued') call.ring();
    });
    party.on('ended', (end) => this.#end(call, end));
    party.on('answered', (legId) => {
      clearTimeout(timeout);
      if (call.ended) return;
      call.answer();
      this.#limitLength(call, order.timeLimitSeconds);
      this.#record(call, legId, order.recording);
      new InboundCall({
        call,
        party: new AnsweredParty({ party, legId, codec: Promise.resolve(CODEC) }),
        services: this.#services,
        voice: order.voice,
        statusCallback: undefined,
        customParameters: {},
        parameters: {},
      }).takeOver();
    });
    party.start();
  }

  #end(call: Call, partyEnd: Parameters<typeof endOfCall>[0]): void {
    const end = endOfCall(partyEnd, call.state.status === 'in-progress');
    call.end(end.status, end.cause);
  }

  #record(call: Call, legId: LegId, recording: CallOrder['recording']): void {
    if (recording === undefined) return;
    const { accountSid, sid: callSid } = call.details;
    void this.#services.recordings.start({
      accountSid,
      callSid,
      source: 'OutboundAPI',
      of: { kind: 'leg', legId },
      signal: call.signal,
      ...recording,
    });
  }

  #limitLength(call: Call, seconds: number | undefined): void {
    if (seconds === undefined) return;
    const timer = setTimeout(() => call.end('completed'), seconds * 1000);
    call.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }
}
