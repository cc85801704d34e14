/** Measures how long everybody else has been on hold. */
export class HoldClock {
  readonly #now: () => number;
  #sinceMs: number | undefined;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whole seconds on hold, given whether they are on hold now; undefined when not. */
  seconds(isHeld: boolean): number | undefined {
    this.#sinceMs = isHeld ? (this.#sinceMs ?? this.#now()) : undefined;
    return this.#sinceMs === undefined ? undefined : Math.floor((this.#now() - this.#sinceMs) / 1000);
  }
}
