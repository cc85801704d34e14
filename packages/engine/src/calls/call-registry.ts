import type { Call } from './call.js';

/** The calls that are up, by SID. */
export class CallRegistry {
  readonly #calls = new Map<string, Call>();

  /** Keeps the call until it ends. */
  add(call: Call): void {
    this.#calls.set(call.details.sid, call);
    call.signal.addEventListener('abort', () => this.#calls.delete(call.details.sid), { once: true });
  }

  get(sid: string): Call | undefined {
    return this.#calls.get(sid);
  }

  get size(): number {
    return this.#calls.size;
  }

  [Symbol.iterator](): Iterator<Call> {
    return this.#calls.values();
  }
}
