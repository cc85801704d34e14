import { recordSidOf } from './call-controls.js';
import type { CallControls } from './call-controls.js';
import type { KnownEnd } from './call-end.js';
import type { Attempt, PhoneCalls } from './phone-calls.js';
import type { PhoneCall } from './phone-state.js';
import type { TwoCalls } from './second-call.js';
import type { Backend } from './voice-ports.js';

/** What the waiting of calls needs of the phone around it. */
export interface CallWaitingOptions {
  readonly backend: Backend;
  readonly calls: PhoneCalls;
  readonly controls: CallControls;
  readonly now: () => number;
  /** Answers the call of this attempt, beside another. */
  readonly take: (attempt: Attempt) => void;
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
    await this.#withFrontAside(() => {
      if (calls.tell({ type: 'answer' }) && calls.attempt) take(calls.attempt);
    });
  }

  /** Sets the front call aside and goes on with the second. */
  async swap(): Promise<void> {
    const { calls } = this.#options;
    if (calls.second?.name !== 'aside') return;
    await this.#withFrontAside(() => calls.tell({ type: 'swap' }));
  }

  /** Lets the second call ring on without a sound. */
  ignore(): void {
    this.#options.calls.tell({ type: 'second', event: { type: 'ignore' } });
  }

  /** Refuses the second call while it rings, or ends it for everybody in it. */
  async end(): Promise<void> {
    const { calls, finish } = this.#options;
    const { second, secondAttempt: attempt } = calls;
    if (!second || !attempt) return;
    if (second.name === 'ringing') {
      attempt.voice?.reject();
      finish(attempt, { end: 'declined' });
      return;
    }
    await this.endForAll(second.call);
    attempt.voice?.disconnect();
    finish(attempt, { end: 'completed' });
  }

  /** Ends a call for everybody in it: whoever hears music would otherwise be sent on to somebody else. */
  async endForAll(call: PhoneCall): Promise<void> {
    const sid = recordSidOf(call);
    if (sid !== undefined) await this.#options.backend.controlCall(sid, 'end', {});
  }

  /** Lets whoever is in the front call be heard again, when it was set aside. */
  async comeBack(): Promise<void> {
    const { calls, controls } = this.#options;
    const { attempt } = calls;
    if (attempt?.asideAtMs === undefined) return;
    await controls.resume();
    delete attempt.asideAtMs;
  }

  /** Sends nothing of the agent to a call that is set aside, even if the server forgets it; it comes back as it was. */
  muteAside(before: TwoCalls): void {
    const { front, second, attempt, secondAttempt } = this.#options.calls;
    const wasAside = before.second?.name === 'aside' ? before.second.call : undefined;
    if (second?.name === 'aside' && second.call !== wasAside && !second.muted) {
      secondAttempt?.voice?.mute(true);
    }
    if (front.name === 'in-call' && front.call === wasAside && !front.muted) attempt?.voice?.mute(false);
  }

  /** Does what comes next once everybody in the front call hears music; goes on with it when nothing does. */
  async #withFrontAside(next: () => void): Promise<void> {
    const { calls, controls, now } = this.#options;
    const front = calls.attempt;
    if (this.#isBusy || !front || calls.front.name !== 'in-call') return;
    this.#isBusy = true;
    try {
      await controls.setAside();
      front.asideAtMs = now();
      next();
      if (calls.attempt === front) await this.comeBack();
    } catch (error) {
      // It has ended meanwhile: there is nobody to hear music.
      if (calls.attempt !== front) return;
      // The request may have arrived, and its answer not.
      await controls.resume().catch(() => undefined);
      throw error;
    } finally {
      this.#isBusy = false;
    }
  }
}
