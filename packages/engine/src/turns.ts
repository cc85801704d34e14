/** Lets so many work at a time; the others wait in order. */
export class Turns {
  readonly #atATime: number;
  readonly #waiting: (() => void)[] = [];
  #working = 0;

  constructor(atATime: number) {
    this.#atATime = atATime;
  }

  /** Does the work when its turn has come. @throws the reason of `signal` when that aborts before. */
  async take<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    if (this.#working < this.#atATime) this.#working += 1;
    else await this.#wait(signal);
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#working -= 1;
    }
  }

  async #wait(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(begin), 1);
        reject(signal.reason);
      };
      const begin = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      this.#waiting.push(begin);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}
