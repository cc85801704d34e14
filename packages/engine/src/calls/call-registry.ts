import { recordOf, type CallRecord } from './call-record.js';
import type { Call } from './call.js';

/** Calls that are remembered after their end. */
const MAX_ENDED = 10_000;

/** The calls that are up, and records of those that have ended, by SID. */
export class CallRegistry {
  readonly #calls = new Map<string, Call>();
  /** Oldest end first. */
  readonly #ended = new Map<string, CallRecord>();

  /** Keeps the call until it ends, and its record after that. */
  add(call: Call): void {
    const { sid } = call.details;
    this.#calls.set(sid, call);
    call.signal.addEventListener(
      'abort',
      () => {
        this.#calls.delete(sid);
        this.#ended.set(sid, recordOf(call));
        const [oldest] = this.#ended.keys();
        if (this.#ended.size > MAX_ENDED && oldest !== undefined) this.#ended.delete(oldest);
      },
      { once: true },
    );
  }

  get(sid: string): Call | undefined {
    return this.#calls.get(sid);
  }

  /** The record of a call that is up or has ended. */
  record(sid: string): CallRecord | undefined {
    const call = this.#calls.get(sid);
    return call ? recordOf(call) : this.#ended.get(sid);
  }

  /** Every record of an account, the newest call first. */
  records(accountSid: string): CallRecord[] {
    const all = [...this.#ended.values(), ...[...this.#calls.values()].map(recordOf)];
    return all
      .filter((record) => record.accountSid === accountSid)
      .sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime());
  }

  /** Forgets a call that has ended. */
  forget(sid: string): void {
    this.#ended.delete(sid);
  }

  get size(): number {
    return this.#calls.size;
  }

  [Symbol.iterator](): Iterator<Call> {
    return this.#calls.values();
  }
}
