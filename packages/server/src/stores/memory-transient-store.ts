import { BoundedMap } from '../bounded-map.js';
import type { Clock } from '../ports.js';
import type { TransientStore } from './transient-store.js';

const DEFAULT_CAPACITY = 100_000;

/** In this process's memory; beyond the capacity, what was not used for longest is forgotten. */
export class MemoryTransientStore implements TransientStore {
  readonly #clock: Clock;
  readonly #entries: BoundedMap<{ text: string; endsAt: number }>;

  constructor({ clock, capacity = DEFAULT_CAPACITY }: { clock: Clock; capacity?: number }) {
    this.#clock = clock;
    this.#entries = new BoundedMap(capacity);
  }

  async set(key: string, text: string, lifeMs: number): Promise<void> {
    this.#entries.set(key, { text, endsAt: this.#clock.now() + lifeMs });
  }

  async get(keys: readonly string[]): Promise<(string | undefined)[]> {
    return keys.map((key) => {
      const entry = this.#entries.get(key);
      if (entry === undefined || entry.endsAt > this.#clock.now()) return entry?.text;
      this.#entries.delete(key);
      return undefined;
    });
  }
}
