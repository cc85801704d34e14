import type { Logger } from 'pino';
import type { Clock } from '../ports.js';

/** After a failure the primary is left alone for this long. */
const REST_MS = 1000;
/** An answer may take this many ticks; a tick is longer when this process itself is held up. */
const MAX_TICKS = 10;
const TICK_MS = 100;

/**
 * Asks Redis, and this process's memory while Redis does not answer. During an outage one request at a time tries
 * whether it is over; the others do not wait. Each outage is logged once at its beginning and once at its end.
 */
export class Fallback {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #what: string;
  #restUntil = 0;
  #isOut = false;
  #isTrying = false;

  constructor({ clock, logger, what }: { clock: Clock; logger: Logger; what: string }) {
    this.#clock = clock;
    this.#logger = logger;
    this.#what = what;
  }

  /** What `primary` gives, else what `secondary` gives. */
  async ask<Answer>(primary: () => Promise<Answer>, secondary: () => Promise<Answer>): Promise<Answer> {
    if (this.#isOut && (this.#isTrying || this.#isResting())) return secondary();
    this.#isTrying = this.#isOut;
    try {
      const answer = await inTime(primary());
      this.#onAnswer();
      return answer;
    } catch (error) {
      this.#onFailure(error);
      return secondary();
    } finally {
      this.#isTrying = false;
    }
  }

  /** A clock that was set back must not prolong the rest. */
  #isResting(): boolean {
    const left = this.#restUntil - this.#clock.now();
    return left > 0 && left <= REST_MS;
  }

  #onAnswer(): void {
    if (this.#isOut) this.#logger.info(`Redis answers again: ${this.#what} are shared`);
    this.#isOut = false;
  }

  #onFailure(error: unknown): void {
    this.#restUntil = this.#clock.now() + REST_MS;
    if (!this.#isOut) {
      this.#logger.warn(
        { err: error },
        `Redis does not answer: ${this.#what} are kept by this process alone`,
      );
    }
    this.#isOut = true;
  }
}

/** Rejects when the answer takes too long. A process that was held up gives answers that have arrived their turn. */
async function inTime<Answer>(promise: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    let ticks = 0;
    timer = setInterval(() => {
      ticks += 1;
      if (ticks >= MAX_TICKS) reject(new Error('Redis takes too long.'));
    }, TICK_MS);
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearInterval(timer);
  }
}
