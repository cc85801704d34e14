import { BoundedMap } from '../bounded-map.js';
import type { Clock } from '../ports.js';
import { MAX_LISTED, type TransientStore } from './transient-store.js';

const DEFAULT_CAPACITY = 100_000;

interface Expiring<Value> {
  value: Value;
  endsAt: number;
}

/** In this process's memory; beyond the capacity, what was not used for longest is forgotten. */
export class MemoryTransientStore implements TransientStore {
  readonly #clock: Clock;
  readonly #entries: BoundedMap<Expiring<string>>;
  readonly #lists: BoundedMap<Expiring<readonly string[]>>;

  constructor({ clock, capacity = DEFAULT_CAPACITY }: { clock: Clock; capacity?: number }) {
    this.#clock = clock;
    this.#entries = new BoundedMap(capacity);
    this.#lists = new BoundedMap(capacity);
  }

  async set(key: string, text: string, lifeMs: number): Promise<void> {
    this.#entries.set(key, { value: text, endsAt: this.#clock.now() + lifeMs });
  }

  async get(keys: readonly string[]): Promise<(string | undefined)[]> {
    return keys.map((key) => this.#live(this.#entries, key));
  }

  async claim(key: string, text: string, lifeMs: number): Promise<string> {
    const holder = this.#live(this.#entries, key);
    if (holder === undefined) await this.set(key, text, lifeMs);
    return holder ?? text;
  }

  async release(key: string, text: string): Promise<void> {
    if (this.#live(this.#entries, key) === text) this.#entries.delete(key);
  }

  async append(key: string, text: string, lifeMs: number): Promise<void> {
    const value = [...(this.#live(this.#lists, key) ?? []), text].slice(-MAX_LISTED);
    this.#lists.set(key, { value, endsAt: this.#clock.now() + lifeMs });
  }

  async takeAll(key: string): Promise<string[]> {
    const list = this.#live(this.#lists, key) ?? [];
    this.#lists.delete(key);
    return [...list];
  }

  #live<Value>(map: BoundedMap<Expiring<Value>>, key: string): Value | undefined {
    const entry = map.get(key);
    if (entry === undefined || entry.endsAt > this.#clock.now()) return entry?.value;
    map.delete(key);
    return undefined;
  }
}
