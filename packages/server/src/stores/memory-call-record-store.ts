import type { CallEvent } from '../call-flow/call-record-state.js';
import {
  afterReport,
  type CallRecordStore,
  type CallSelection,
  type Erasure,
  type OpenCallSelection,
  compareNewestFirst,
  isFinished,
  isSelected,
  partiesOf,
  type StoredCall,
  withoutErased,
  withoutParty,
} from './call-record-store.js';
import type { OutboxEntry, WebhookOutbox, WebhooksOf } from './webhook-outbox.js';

/** Call records in this process's memory: the newest `capacity` of them. */
export class MemoryCallRecordStore implements CallRecordStore {
  readonly outbox = new MemoryOutbox();
  readonly #capacity: number;
  readonly #webhooksOf: WebhooksOf;
  /** By SID, oldest first. */
  readonly #calls = new Map<string, StoredCall>();
  /** By party, the oldest first. */
  readonly #erasures = new Map<string, Erasure>();
  readonly #seenKeys = new Set<string>();

  constructor({
    capacity = 10_000,
    webhooksOf = () => [],
  }: { capacity?: number; webhooksOf?: WebhooksOf } = {}) {
    this.#capacity = capacity;
    this.#webhooksOf = webhooksOf;
  }

  async create(call: StoredCall): Promise<void> {
    if (this.#calls.has(call.sid)) return;
    this.#calls.set(call.sid, this.#withoutErased(call));
    if (isFinished(call)) this.outbox.add(this.#webhooksOf(call));
    const [oldest] = this.#calls.keys();
    if (this.#calls.size > this.#capacity && oldest !== undefined) this.#calls.delete(oldest);
  }

  async report(sid: string, event: CallEvent, key?: string): Promise<StoredCall | undefined> {
    const call = this.#calls.get(sid);
    if (call === undefined) return undefined;
    if (key !== undefined && this.#isSeen(key)) return call;
    const changed = this.#withoutErased(afterReport(call, event));
    this.#calls.set(sid, changed);
    if (isFinished(changed) && !isFinished(call)) this.outbox.add(this.#webhooksOf(changed));
    return changed;
  }

  async find(sid: string): Promise<StoredCall | undefined> {
    return this.#calls.get(sid);
  }

  async findByRecording(recordingSid: string): Promise<StoredCall | undefined> {
    return [...this.#calls.values()].find(({ progress }) =>
      Object.hasOwn(progress.recordings ?? {}, recordingSid),
    );
  }

  async findLatestBy(callerIdentity: string): Promise<StoredCall | undefined> {
    return [...this.#calls.values()]
      .filter((call) => call.callerIdentity === callerIdentity)
      .sort(compareNewestFirst)[0];
  }

  async list(selection: CallSelection): Promise<StoredCall[]> {
    return [...this.#calls.values()]
      .filter((call) => isSelected(call, selection))
      .sort(compareNewestFirst)
      .slice(0, selection.limit);
  }

  async listOpen({ startedBefore }: OpenCallSelection): Promise<string[]> {
    return [...this.#calls.values()]
      .filter((call) => !isFinished(call) && call.startedAt < startedBefore)
      .map(({ sid }) => sid);
  }

  async erase(party: string, replacement: string, until: number): Promise<number> {
    this.#erasures.delete(party);
    const erasure = { party, replacement, until };
    this.#erasures.set(party, erasure);
    const [oldest] = this.#erasures.keys();
    if (this.#erasures.size > this.#capacity && oldest !== undefined) this.#erasures.delete(oldest);
    const found = [...this.#calls.values()].filter((call) => partiesOf(call).includes(party));
    for (const call of found) this.#calls.set(call.sid, withoutParty(call, erasure));
    return found.length;
  }

  async deleteStartedBefore(time: number): Promise<number> {
    const old = [...this.#calls.values()].filter(({ startedAt }) => startedAt < time);
    for (const { sid } of old) this.#calls.delete(sid);
    return old.length;
  }

  #withoutErased(call: StoredCall): StoredCall {
    const erasures = partiesOf(call).flatMap((party) => this.#erasures.get(party) ?? []);
    return withoutErased(call, erasures);
  }

  #isSeen(key: string): boolean {
    if (this.#seenKeys.has(key)) return true;
    this.#seenKeys.add(key);
    const [oldest] = this.#seenKeys;
    if (this.#seenKeys.size > 10 * this.#capacity && oldest !== undefined) this.#seenKeys.delete(oldest);
    return false;
  }
}

class MemoryOutbox implements WebhookOutbox {
  /** By id. */
  readonly #entries = new Map<string, OutboxEntry>();

  add(entries: readonly OutboxEntry[]): void {
    for (const entry of entries) this.#entries.set(entry.id, entry);
  }

  async listDue(now: number, limit: number): Promise<OutboxEntry[]> {
    return [...this.#entries.values()].filter(({ dueAt }) => dueAt <= now).slice(0, limit);
  }

  async claim(entry: OutboxEntry, dueAt: number): Promise<boolean> {
    const known = this.#entries.get(entry.id);
    if (known?.dueAt !== entry.dueAt) return false;
    this.#entries.set(entry.id, { ...known, attempts: known.attempts + 1, dueAt });
    return true;
  }

  async remove(id: string): Promise<void> {
    this.#entries.delete(id);
  }

  async count(): Promise<number> {
    return this.#entries.size;
  }
}
