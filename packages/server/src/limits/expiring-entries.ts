/** One entry under one limit. */
export interface Entry {
  /** The moment from which it no longer counts. */
  until: number;
  /** False once it has lapsed or was given back. */
  counts: boolean;
}

/** Entries that lapse in the order in which they came. Nothing here searches, however many there are. */
class LapsingQueue {
  #queue: Entry[] = [];
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(until: number): Entry {
    const entry = { until, counts: true };
    this.#queue.push(entry);
    this.#size += 1;
    return entry;
  }

  /** One that counts is taken off; what has lapsed stays lapsed. */
  remove(entry: Entry): boolean {
    if (!entry.counts) return false;
    entry.counts = false;
    this.#size -= 1;
    return true;
  }

  /** Drops what has lapsed; returns when the next one will. */
  lapse(now: number): number {
    for (let entry = this.#queue[this.#head]; entry !== undefined; entry = this.#queue[this.#head]) {
      if (entry.counts && entry.until > now) return entry.until;
      this.remove(entry);
      this.#head += 1;
      this.#compact();
    }
    return Number.POSITIVE_INFINITY;
  }

  #compact(): void {
    if (this.#head < 64 || this.#head * 2 < this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }
}

/** The entries of one limit: places that are reserved, and calls that hold theirs. */
export class ExpiringEntries {
  readonly #reserved = new LapsingQueue();
  readonly #held = new LapsingQueue();

  /** How many count at `now`, and when the next one lapses. */
  count(now: number): { size: number; nextLapse: number } {
    const nextLapse = Math.min(this.#reserved.lapse(now), this.#held.lapse(now));
    return { size: this.#reserved.size + this.#held.size, nextLapse };
  }

  reserve(until: number): Entry {
    return this.#reserved.add(until);
  }

  hold(until: number): Entry {
    return this.#held.add(until);
  }

  /** Turns a reservation into an entry that counts until `until`; undefined when it has lapsed. */
  convert(entry: Entry, now: number, until: number): Entry | undefined {
    this.#reserved.lapse(now);
    return this.#reserved.remove(entry) ? this.#held.add(until) : undefined;
  }

  unreserve(entry: Entry): void {
    this.#reserved.remove(entry);
  }

  release(entry: Entry): void {
    this.#held.remove(entry);
  }
}
