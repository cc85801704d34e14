/**
 * A call to a phone number of our own: the called side comes in again as a new call on that number. The new
 * call speaks through the same media leg, so its audio takes no detour.
 */
import { EventEmitter } from 'node:events';
import type { EndCause } from './call-state.js';
import type {
  CalledParty,
  CalledPartyEvents,
  CallerParty,
  Codec,
  LegId,
  PartyEnd,
  PartyEvents,
} from './ports.js';

/** The inner call's caller: the outer call's media leg. */
class LoopCaller extends EventEmitter<PartyEvents> implements CallerParty {
  readonly legId: LegId;
  readonly #codec: Codec;
  readonly #callee: LoopCallee;

  constructor(options: { legId: LegId; codec: Codec; callee: LoopCallee }) {
    super();
    this.legId = options.legId;
    this.#codec = options.codec;
    this.#callee = options.callee;
  }

  ready(): Promise<Codec> {
    return Promise.resolve(this.#codec);
  }

  ring(): Promise<void> {
    this.#callee.emit('ringing');
    return Promise.resolve();
  }

  answer(): Promise<void> {
    this.#callee.emit('answered', this.legId);
    return Promise.resolve();
  }

  hearDigit(digit: string, inMedia: boolean): void {
    this.#callee.emit('digit', digit, inMedia);
  }

  hangUp(cause: EndCause = {}): void {
    this.#callee.endByInnerCall(cause);
  }
}

/** The outer call's called party. */
export class LoopCallee extends EventEmitter<CalledPartyEvents> implements CalledParty {
  readonly #caller: LoopCaller;
  readonly #receive: (caller: CallerParty) => void;
  #over = false;

  constructor(options: { legId: LegId; codec: Codec; receive: (caller: CallerParty) => void }) {
    super();
    this.#caller = new LoopCaller({ ...options, callee: this });
    this.#receive = options.receive;
  }

  start(): void {
    this.#receive(this.#caller);
  }

  hearDigit(digit: string, inMedia: boolean): void {
    this.#caller.emit('digit', digit, inMedia);
  }

  hangUp(): void {
    if (this.#over) return;
    this.#over = true;
    this.#caller.emit('ended', { kind: 'hung-up' });
  }

  endByInnerCall(cause: EndCause): void {
    if (this.#over) return;
    this.#over = true;
    this.emit('ended', partyEnd(cause));
  }
}

function partyEnd(cause: EndCause): PartyEnd {
  if (cause.sipCode === 486) return { kind: 'busy' };
  if (cause.sipCode === 603) return { kind: 'declined' };
  if (cause.sipCode === 480) return { kind: 'no-answer' };
  if (cause.sipCode === 404) return { kind: 'not-found' };
  if (cause.errorCode === undefined) return { kind: 'hung-up' };
  return { kind: 'failed', errorCode: cause.errorCode, message: cause.message ?? 'The call failed.' };
}
