import type { Logger } from 'pino';
import type { Clock } from '../ports.js';

/** After a failure the primary is left alone for this long, so that requests do not all wait for it. */
const REST_MS = 1000;

/**
 * Asks Redis, and this process's memory while Redis does not answer. Each outage is logged once at its beginning
 * and once at its end.
 */
export class Fallback {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #what: string;
  #restUntil = 0;
  #isOut = false;

  constructor({ clock, logger, what }: { clock: Clock; logger: Logger; what: string }) {
    this.#clock = clock;
    this.#logger = logger;
    this.#what = what;
  }

  /** What `primary` gives, else what `secondary` gives. */
  async ask<Answer>(primary: () => Promise<Answer>, secondary: () => Promise<Answer>): Promise<Answer> {
    const now = this.#clock.now();
    // A clock that was set back must not prolong the rest.
    if (now < this.#restUntil && this.#restUntil - now <= REST_MS) return secondary();
    try {
      const answer = await primary();
      if (this.#isOut) this.#logger.info(`Redis answers again: ${this.#what} are shared`);
      this.#isOut = false;
      return answer;
    } catch (error) {
      this.#restUntil = this.#clock.now() + REST_MS;
      if (!this.#isOut) {
        this.#logger.warn(
          { err: error },
          `Redis does not answer: ${this.#what} are kept by this process alone`,
        );
      }
      this.#isOut = true;
      return secondary();
    }
  }
}
