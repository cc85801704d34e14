import type { PhoneState } from './phone-state.js';
import { isPromoted, transitionCalls } from './second-call.js';
import type { SecondCall, TwoCalls, TwoCallsEvent } from './second-call.js';
import type { VoiceCall } from './voice-ports.js';

/** One call from the click to its end. Aborting `life` ends everything that waits on its behalf. */
export interface Attempt {
  readonly life: AbortController;
  voice?: VoiceCall;
  /** Ends that the phone listens to `voice`. */
  following?: AbortController;
  /** Gives back what the call holds, for visitors their device. */
  release?: () => void;
  answeredAtMs?: number;
  asideAtMs?: number;
}

/** A phone's calls: what is shown of both, and the attempts behind them, which change places together. */
export class PhoneCalls {
  #calls: TwoCalls;
  #attempt: Attempt | undefined;
  #second: Attempt | undefined;
  readonly #onChange: (before: TwoCalls) => void;

  constructor(front: PhoneState, onChange: (before: TwoCalls) => void) {
    this.#calls = { front, second: undefined };
    this.#onChange = onChange;
  }

  get front(): PhoneState {
    return this.#calls.front;
  }

  get second(): SecondCall | undefined {
    return this.#calls.second;
  }

  /** Behind the front call. */
  get attempt(): Attempt | undefined {
    return this.#attempt;
  }

  /** Behind the second call. */
  get secondAttempt(): Attempt | undefined {
    return this.#second;
  }

  /** Takes an event in; false when it means nothing now. `newcomer` is the attempt of a call that it begins. */
  tell(event: TwoCallsEvent, newcomer?: Attempt): boolean {
    const before = this.#calls;
    const after = transitionCalls(before, event);
    if (after === before) return false;
    this.#calls = after;
    this.#move(event, before, newcomer);
    this.#onChange(before);
    return true;
  }

  #move(event: TwoCallsEvent, before: TwoCalls, newcomer: Attempt | undefined): void {
    const [front, second] = [this.#attempt, this.#second];
    switch (event.type) {
      case 'answer':
      case 'swap':
        [this.#attempt, this.#second] = [second, front];
        break;
      case 'second-rings':
        this.#second = newcomer;
        break;
      case 'second':
        if (event.event.type === 'ended') this.#second = undefined;
        break;
      case 'front':
        if (newcomer) this.#attempt = newcomer;
        else if (isPromoted(before, this.#calls)) [this.#attempt, this.#second] = [second, undefined];
        else if (this.#calls.front.name === 'ended') this.#attempt = undefined;
    }
  }
}
