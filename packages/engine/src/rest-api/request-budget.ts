import type { Clock } from '../calls/clock.js';

/** Requests an account may make: this many at once, then this many a second. */
const BURST = 1000;
const PER_SECOND = 100;

/** Counts the requests of each account. */
export class RequestBudget {
  readonly #clock: Clock;
  readonly #left = new Map<string, { requests: number; countedAtMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes one request of an account that exists; false when there have been too many. */
  take(accountSid: string): boolean {
    const now = this.#clock.monotonicMs();
    const { requests, countedAtMs } = this.#left.get(accountSid) ?? { requests: BURST, countedAtMs: now };
    const refilled = Math.min(BURST, requests + ((now - countedAtMs) * PER_SECOND) / 1000);
    const isEnough = refilled >= 1;
    this.#left.set(accountSid, { requests: isEnough ? refilled - 1 : refilled, countedAtMs: now });
    return isEnough;
  }
}
