interface Entry {
  name: string;
  /** The moment from which it no longer counts. */
  until: number;
}

/** Entries that lapse in the order in which they came. Nothing here searches, however many there are. */
class LapsingQueue {
  readonly #byName = new Map<string, Entry>();
  #queue: Entry[] = [];
  #head = 0;

  get size(): number {
    return this.#byName.size;
  }

  add(name: string, until: number): void {
    const entry = { name, until };
    this.#byName.set(name, entry);
    this.#queue.push(entry);
  }

  remove(name: string): boolean {
    return this.#byName.delete(name);
  }

  /** Drops what has lapsed; returns when the next one will, if there is one. */
  lapse(now: number): number | undefined {
    for (let entry = this.#queue[this.#head]; entry !== undefined; entry = this.#queue[this.#head]) {
      const counts = this.#byName.get(entry.name) === entry;
      if (counts && entry.until > now) return entry.until;
      if (counts) this.#byName.delete(entry.name);
      this.#head += 1;
      this.#compact();
    }
    return undefined;
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
    const reserved = this.#reserved.lapse(now) ?? Number.POSITIVE_INFINITY;
    const held = this.#held.lapse(now) ?? Number.POSITIVE_INFINITY;
    return { size: this.#reserved.size + this.#held.size, nextLapse: Math.min(reserved, held) };
  }

  reserve(name: string, until: number): void {
    this.#reserved.add(name, until);
  }

  hold(name: string, until: number): void {
    this.#held.add(name, until);
  }

  /** Turns a reservation into an entry of another name that counts until `until`; one that lapsed stays lapsed. */
  convert(name: string, heldAs: string, until: number): void {
    if (this.#reserved.remove(name)) this.#held.add(heldAs, until);
  }

  remove(name: string): void {
    this.#reserved.remove(name);
    this.#held.remove(name);
  }
}
