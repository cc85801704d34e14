import type { LiveNotice } from './live-notices.js';

const DEFAULT_CAPACITY = 1000;

/** The newest notices, by position, so that whoever was away for a moment learns what it missed. */
export class NoticeLog {
  readonly #name: string;
  readonly #capacity: number;
  #notices: LiveNotice[] = [];
  /** Notices that have been forgotten. */
  #forgotten = 0;

  /** `name` tells positions in this log from those in the logs of other servers and former processes. */
  constructor(name: string, capacity = DEFAULT_CAPACITY) {
    this.#name = name;
    this.#capacity = capacity;
  }

  /** The end of the log. */
  get position(): string {
    return `${this.#name}:${this.#forgotten + this.#notices.length}`;
  }

  /** Adds a notice; returns the position after it. */
  add(notice: LiveNotice): string {
    this.#notices.push(notice);
    // Forgetting half at once costs less than one by one.
    if (this.#notices.length > this.#capacity) {
      const count = Math.ceil(this.#capacity / 2);
      this.#notices = this.#notices.slice(count);
      this.#forgotten += count;
    }
    return this.position;
  }

  /** What came after a position, each change once; undefined when nobody knows any more. */
  since(position: string): LiveNotice[] | undefined {
    const separator = position.lastIndexOf(':');
    const name = position.slice(0, Math.max(separator, 0));
    const count = Number(position.slice(separator + 1));
    const start = count - this.#forgotten;
    if (name !== this.#name || !Number.isInteger(count) || start < 0 || start > this.#notices.length) {
      return undefined;
    }
    const missed = this.#notices.slice(start);
    return [...new Map(missed.map((notice) => [JSON.stringify(notice), notice])).values()];
  }
}
