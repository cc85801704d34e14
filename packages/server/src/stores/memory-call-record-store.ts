import type { CallProgress } from '../call-flow/call-record-state.js';
import type { CallRecordStore, StoredCall } from './call-record-store.js';

/** Call records in this process's memory: the newest `capacity` of them. */
export class MemoryCallRecordStore implements CallRecordStore {
  readonly #capacity: number;
  /** By SID, oldest first. */
  readonly #calls = new Map<string, StoredCall>();

  constructor({ capacity = 10_000 }: { capacity?: number } = {}) {
    this.#capacity = capacity;
  }

  async create(call: StoredCall): Promise<void> {
    if (this.#calls.has(call.sid)) return;
    this.#calls.set(call.sid, call);
    const [oldest] = this.#calls.keys();
    if (this.#calls.size > this.#capacity && oldest !== undefined) this.#calls.delete(oldest);
  }

  async find(sid: string): Promise<StoredCall | undefined> {
    return this.#calls.get(sid);
  }

  async findLatestBy(callerIdentity: string): Promise<StoredCall | undefined> {
    return [...this.#calls.values()].findLast((call) => call.callerIdentity === callerIdentity);
  }

  async list({ limit }: { limit: number }): Promise<StoredCall[]> {
    return [...this.#calls.values()].toReversed().slice(0, limit);
  }

  async update(
    sid: string,
    change: (progress: CallProgress) => CallProgress,
  ): Promise<StoredCall | undefined> {
    const call = this.#calls.get(sid);
    if (call === undefined) return undefined;
    const changed = { ...call, progress: change(call.progress) };
    this.#calls.set(sid, changed);
    return changed;
  }
}
