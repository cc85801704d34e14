import type { Logger } from 'pino';
import type { Clock } from '../ports.js';
import { Fallback } from './fallback.js';
import type { TransientStore } from './transient-store.js';

/** Shared with other servers; while that fails, what this process has stored itself. */
export class ResilientTransientStore implements TransientStore {
  readonly #shared: TransientStore;
  readonly #own: TransientStore;
  readonly #fallback: Fallback;

  constructor(options: { shared: TransientStore; own: TransientStore; clock: Clock; logger: Logger }) {
    this.#shared = options.shared;
    this.#own = options.own;
    this.#fallback = new Fallback({
      clock: options.clock,
      logger: options.logger,
      what: 'presences and early reports',
    });
  }

  async set(key: string, text: string, lifeMs: number): Promise<void> {
    await this.#own.set(key, text, lifeMs);
    await this.#fallback.ask(
      () => this.#shared.set(key, text, lifeMs),
      async () => undefined,
    );
  }

  async claim(key: string, text: string, lifeMs: number): Promise<string> {
    const holder = await this.#fallback.ask(
      () => this.#shared.claim(key, text, lifeMs),
      () => this.#own.claim(key, text, lifeMs),
    );
    // Remembered for when Redis is away; another server may have released what is remembered from before.
    await this.#own.set(key, holder, lifeMs);
    return holder;
  }

  async release(key: string, text: string): Promise<void> {
    await this.#own.release(key, text);
    await this.#fallback.ask(
      () => this.#shared.release(key, text),
      async () => undefined,
    );
  }

  append(key: string, text: string, lifeMs: number): Promise<void> {
    return this.#fallback.ask(
      () => this.#shared.append(key, text, lifeMs),
      () => this.#own.append(key, text, lifeMs),
    );
  }

  async takeAll(key: string): Promise<string[]> {
    const own = await this.#own.takeAll(key);
    const shared = await this.#fallback.ask(
      () => this.#shared.takeAll(key),
      async () => [],
    );
    return [...shared, ...own];
  }

  async get(keys: readonly string[]): Promise<(string | undefined)[]> {
    return this.#fallback.ask(
      () => this.#shared.get(keys),
      () => this.#own.get(keys),
    );
  }
}
