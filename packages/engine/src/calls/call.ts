import { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import type { TwimlStart } from '../twiml/run-twiml.js';
import type { DocumentLocation, StatusCallback } from '../twiml/twiml-call.js';
import {
  isFinal,
  transition,
  type CallEvent,
  type CallState,
  type EndCause,
  type FinalStatus,
} from './call-state.js';
import type { Clock } from './clock.js';

/** Twilio's `Direction`. */
type CallDirection = 'inbound' | 'outbound-dial' | 'outbound-api';

/** What identifies a call; nothing here changes during its life. */
export interface CallDetails {
  sid: string;
  accountSid: string;
  parentCallSid: string | undefined;
  direction: CallDirection;
  /** `client:alice` or an E.164 number. */
  from: string;
  to: string;
  /** Calls that lie between this one and the first of a chain in which each dials the next. */
  hops?: number;
}

/** Where a call's progress is reported, and the number of the next report; they count from 0. */
export interface CallProgress {
  callback: StatusCallback;
  nextNumber: number;
}

interface CallEvents {
  statechange: [state: CallState, previous: CallState];
}

/** One call: its details, its state, and the signal that tells everything that waits on it to stop. */
export class Call extends EventEmitter<CallEvents> {
  readonly details: CallDetails;
  readonly startedAt: Date;
  readonly log: Logger;
  readonly #clock: Clock;
  readonly #abort = new AbortController();
  #state: CallState = { status: 'queued' };
  #endedAt: Date | undefined;
  /** The leg of the call's party, once it has answered. */
  legId: string | undefined;
  /** Sends the call to other TwiML; set while it can be sent there. */
  onRedirect: ((start: TwimlStart) => void) | undefined;
  /** Changes whom the TwiML that runs now asks when a document cannot be had; set while there is such TwiML. */
  onFallback: ((fallback: DocumentLocation | undefined) => void) | undefined;
  /** How the call's progress is reported; undefined as long as nobody wanted to know. */
  progress: CallProgress | undefined;
  #timeLimitMs: number | undefined;
  #timeLimit: NodeJS.Timeout | undefined;

  constructor(options: { details: CallDetails; clock: Clock; logger: Logger }) {
    super();
    this.details = options.details;
    this.log = options.logger.child({ callSid: options.details.sid });
    this.#clock = options.clock;
    this.startedAt = options.clock.now();
  }

  get state(): CallState {
    return this.#state;
  }

  get endedAt(): Date | undefined {
    return this.#endedAt;
  }

  /** Aborts when the call has ended. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get ended(): boolean {
    return isFinal(this.#state);
  }

  /** Whole seconds from answer to end (or now); 0 when it was never answered. */
  get durationSeconds(): number {
    const answeredAtMs = 'answeredAtMs' in this.#state ? this.#state.answeredAtMs : undefined;
    if (answeredAtMs === undefined) return 0;
    const endMs = isFinal(this.#state) ? this.#state.endedAtMs : this.#clock.monotonicMs();
    return Math.round((endMs - answeredAtMs) / 1000);
  }

  ring(): void {
    this.#dispatch({ type: 'ring' });
  }

  answer(): void {
    this.#dispatch({ type: 'answer', atMs: this.#clock.monotonicMs() });
  }

  /** Ends the call; a call that has already ended stays as it is, since both sides may hang up at once. */
  end(status: FinalStatus, cause: EndCause = {}): void {
    if (this.ended) return;
    this.#endedAt = this.#clock.now();
    this.#dispatch({ type: 'end', atMs: this.#clock.monotonicMs(), status, cause });
    this.#abort.abort();
  }

  /** Ends the call when it has been answered for so long, or at once when it has been longer already. */
  limitLength(seconds: number): void {
    this.#timeLimitMs = seconds * 1000;
    this.#armTimeLimit();
  }

  #armTimeLimit(): void {
    clearTimeout(this.#timeLimit);
    if (this.#state.status !== 'in-progress' || this.#timeLimitMs === undefined) return;
    const lastedMs = this.#clock.monotonicMs() - this.#state.answeredAtMs;
    this.#timeLimit = setTimeout(() => this.end('completed'), Math.max(0, this.#timeLimitMs - lastedMs));
  }

  #dispatch(event: CallEvent): void {
    const previous = this.#state;
    const next = transition(previous, event);
    if (!next) {
      this.log.warn({ status: previous.status, event: event.type }, 'a call event came out of turn');
      return;
    }
    this.#state = next;
    this.#armTimeLimit();
    this.log.info({ status: next.status }, 'call state');
    this.emit('statechange', next, previous);
  }
}
