import type { Redis } from 'ioredis';
import { MAX_LISTED, type TransientStore } from './transient-store.js';

/** Only whoever holds a key may give it up, also when it lapses and is claimed anew in between. */
const RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end";

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

  async claim(key: string, text: string, lifeMs: number): Promise<string> {
    const name = this.#key(key);
    const isFirst = await this.#redis.set(name, text, 'PX', Math.ceil(lifeMs), 'NX');
    return isFirst === 'OK' ? text : ((await this.#redis.get(name)) ?? text);
  }

  async release(key: string, text: string): Promise<void> {
    await this.#redis.eval(RELEASE, 1, this.#key(key), text);
  }

  async append(key: string, text: string, lifeMs: number): Promise<void> {
    const name = this.#key(key);
    const batch = this.#redis.multi().rpush(name, text).ltrim(name, -MAX_LISTED, -1);
    for (const [error] of (await batch.pexpire(name, lifeMs).exec()) ?? []) if (error) throw error;
  }

  async takeAll(key: string): Promise<string[]> {
    const name = this.#key(key);
    const [[error, list] = []] = (await this.#redis.multi().lrange(name, 0, -1).del(name).exec()) ?? [];
    if (error) throw error;
    return Array.isArray(list) ? list.map(String) : [];
  }

  #key(key: string): string {
    return `${this.#prefix}transient:${key}`;
  }
}
