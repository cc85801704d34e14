import { recordSidOf } from './call-controls.js';
import type { CallControls } from './call-controls.js';
import type { KnownEnd } from './call-end.js';
import type { Attempt, PhoneCalls } from './phone-calls.js';
import type { Backend } from './voice-ports.js';

/** What the waiting of calls needs of the phone around it. */
export interface CallWaitingOptions {
  readonly backend: Backend;
  readonly calls: PhoneCalls;
  readonly controls: CallControls;
  readonly now: () => number;
  /** Answers the call of this attempt, beside another. */
  readonly take: (attempt: Attempt) => void;
  /** Places a call. */
  readonly place: (attempt: Attempt, to: string, context: Readonly<Record<string, string>>) => void;
  readonly finish: (attempt: Attempt, known: KnownEnd) => void;
}

/**
 * What an agent can do with a second call. Everybody in a call that is set aside hears music; the server sees to it,
 * and to them when this phone is gone. Methods that ask the server reject with a `ClientError` and then leave both
 * calls as they were.
 */
export class CallWaiting {
  readonly #options: CallWaitingOptions;
  #isBusy = false;

  constructor(options: CallWaitingOptions) {
    this.#options = options;
  }

  /** Sets the front call aside and answers the one that rings. */
  async answer(): Promise<void> {
    const { calls, take } = this.#options;
    if (calls.second?.name !== 'ringing') return;
    await this.#withFrontAside((front) => {
      if (!calls.tell({ type: 'answer' })) return false;
      this.#nowAside(front);
      if (calls.attempt) take(calls.attempt);
      return true;
    });
  }

  /** Sets the front call aside and places another. */
  async call(to: string, context: Readonly<Record<string, string>>): Promise<void> {
    const { calls, place } = this.#options;
    if (calls.secondAttempt) return;
    await this.#withFrontAside((front) => {
      const attempt = { life: new AbortController() };
      if (!calls.tell({ type: 'dial', to }, attempt)) return false;
      this.#nowAside(front);
      place(attempt, to, context);
      return true;
    });
  }

  /** Sets the front call aside and goes on with the second. */
  async swap(): Promise<void> {
    const { calls, controls } = this.#options;
    if (calls.second?.name !== 'aside') return;
    await this.#withFrontAside((front) => {
      if (!calls.tell({ type: 'swap' })) return false;
      this.#nowAside(front);
      void controls.resume().catch(() => undefined);
      return true;
    });
  }

  /** Lets the second call ring on without a sound. */
  ignore(): void {
    this.#options.calls.tell({ type: 'second', event: { type: 'ignore' } });
  }

  /** Refuses the second call while it rings, or ends it for everybody in it. */
  async end(): Promise<void> {
    const { backend, calls, finish } = this.#options;
    const { second, secondAttempt: attempt } = calls;
    if (!second || !attempt) return;
    if (second.name === 'ringing') {
      attempt.voice?.reject();
      finish(attempt, { end: 'declined' });
      return;
    }
    const sid = recordSidOf(second.call);
    // Who is set aside would otherwise be sent on to somebody else.
    if (sid !== undefined) await backend.controlCall(sid, 'end', {});
    attempt.voice?.disconnect();
    finish(attempt, { end: 'completed' });
  }

  #nowAside(attempt: Attempt): void {
    attempt.asideAtMs = this.#options.now();
  }

  /** Goes on with the front call when `next` came to nothing meanwhile. */
  async #withFrontAside(next: (front: Attempt) => boolean): Promise<void> {
    const { calls, controls } = this.#options;
    const front = calls.attempt;
    if (this.#isBusy || !front || calls.front.name !== 'in-call') return;
    this.#isBusy = true;
    try {
      await controls.setAside();
      if (!next(front) && calls.attempt === front) await controls.resume();
    } finally {
      this.#isBusy = false;
    }
  }
}
