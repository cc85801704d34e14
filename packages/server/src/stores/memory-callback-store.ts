import type { StoredCallback } from '../callbacks/callback-state.js';
import type { CallbackSelection, CallbackStore } from './callback-store.js';

const DEFAULT_CAPACITY = 10_000;

/** In this process's memory; beyond the capacity, the oldest requests are forgotten. */
export class MemoryCallbackStore implements CallbackStore {
  readonly #capacity: number;
  /** Oldest first. */
  readonly #requests = new Map<string, StoredCallback>();

  constructor({ capacity = DEFAULT_CAPACITY }: { capacity?: number } = {}) {
    this.#capacity = capacity;
  }

  async create(request: StoredCallback): Promise<void> {
    this.#requests.set(request.id, request);
    const [oldest] = this.#requests.keys();
    if (this.#requests.size > this.#capacity && oldest !== undefined) this.#requests.delete(oldest);
  }

  async find(id: string): Promise<StoredCallback | undefined> {
    return this.#requests.get(id);
  }

  async change(
    id: string,
    change: (request: StoredCallback) => StoredCallback,
  ): Promise<StoredCallback | undefined> {
    const request = this.#requests.get(id);
    if (request === undefined) return undefined;
    const changed = change(request);
    this.#requests.set(id, changed);
    return changed;
  }

  async list({ state, destinations, after, limit }: CallbackSelection): Promise<StoredCallback[]> {
    return [...this.#requests.values()]
      .filter(
        (request) =>
          (state === undefined || request.state === state) &&
          (destinations === undefined || destinations.includes(request.destination)) &&
          (after === undefined || newestFirst(after, request) < 0),
      )
      .sort(newestFirst)
      .slice(0, limit);
  }

  async erase(identityOrNumber: string, replacement: string): Promise<number> {
    let erased = 0;
    for (const [id, request] of this.#requests) {
      if (request.number === identityOrNumber || request.requestedBy === identityOrNumber) {
        this.#requests.delete(id);
      } else if (request.takenBy === identityOrNumber) {
        this.#requests.set(id, { ...request, takenBy: replacement });
      } else continue;
      erased += 1;
    }
    return erased;
  }

  async deleteCreatedBefore(time: number): Promise<number> {
    const old = [...this.#requests.values()].filter(({ createdAt }) => createdAt < time);
    for (const { id } of old) this.#requests.delete(id);
    return old.length;
  }
}

function newestFirst(a: { createdAt: number; id: string }, b: { createdAt: number; id: string }): number {
  if (a.createdAt !== b.createdAt) return b.createdAt - a.createdAt;
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}
