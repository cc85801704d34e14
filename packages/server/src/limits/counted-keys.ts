import { ExpiringEntries } from './expiring-entries.js';

/** Keys looked at for every new one, so that what has lapsed is forgotten faster than new ones come. */
const SWEPT_AT_ONCE = 4;
/** Keys looked at when there is no room. */
const SWEPT_WHEN_FULL = 16;

/**
 * The entries of each key, in bounded space. A key is forgotten only when nothing of it counts any more: nobody gets
 * rid of a count by making many others. When all room is taken by what counts, there is none for new keys.
 */
export class CountedKeys {
  readonly #capacity: number;
  readonly #entries = new Map<string, ExpiringEntries>();
  #hand: Iterator<[string, ExpiringEntries]> = this.#entries.entries();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): ExpiringEntries | undefined {
    return this.#entries.get(key);
  }

  /** Whether there is room for so many new keys. */
  hasRoom(count: number, now: number): boolean {
    if (this.#entries.size + count > this.#capacity) this.#sweep(SWEPT_WHEN_FULL, now);
    return this.#entries.size + count <= this.#capacity;
  }

  /** The entries of a key, which are made when there are none. */
  open(key: string, now: number): ExpiringEntries {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    this.#sweep(SWEPT_AT_ONCE, now);
    const entries = new ExpiringEntries();
    this.#entries.set(key, entries);
    return entries;
  }

  #sweep(count: number, now: number): void {
    for (let looked = 0; looked < count; looked += 1) {
      const { done, value } = this.#hand.next();
      if (done) {
        this.#hand = this.#entries.entries();
        return;
      }
      const [key, entries] = value;
      if (entries.count(now).size === 0) this.#entries.delete(key);
    }
  }
}
