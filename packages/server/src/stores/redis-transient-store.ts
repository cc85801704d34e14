import type { Redis } from 'ioredis';
import type { TransientStore } from './transient-store.js';

/** On Redis, shared by every server with the same prefix. Rejects when Redis does not answer. */
export class RedisTransientStore implements TransientStore {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor({ redis, prefix }: { redis: Redis; prefix: string }) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  async set(key: string, text: string, lifeMs: number): Promise<void> {
    await this.#redis.set(this.#key(key), text, 'PX', lifeMs);
  }

  async get(keys: readonly string[]): Promise<(string | undefined)[]> {
    if (keys.length === 0) return [];
    const texts = await this.#redis.mget(...keys.map((key) => this.#key(key)));
    return texts.map((text) => text ?? undefined);
  }

  #key(key: string): string {
    return `${this.#prefix}transient:${key}`;
  }
}
