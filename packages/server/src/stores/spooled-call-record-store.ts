/**
 * Call records that outlive trouble with their database. While it is down, slow or full, writes go to a spool file
 * and are stored in their order when it is back; while the disk is full as well, they wait in memory.
 *
 *   direct ── a write fails ──► spooling ── everything is stored ──► direct
 *
 * Writes can be repeated without harm, so a crash on the way loses and doubles nothing.
 */
import type { Logger } from 'pino';
import type { CallEvent } from '../call-flow/call-record-state.js';
import { RequestError, ServerError } from '../errors.js';
import {
  afterReport,
  type CallRecordStore,
  type CallSelection,
  type OpenCallSelection,
  type CallWrite,
  isFinished,
  type StoredCall,
} from './call-record-store.js';
import type { SpoolFile } from './spool-file.js';

const RETRY_MS = 1000;
/** Live calls kept at hand, about 2 kB each. */
const MAX_REMEMBERED_CALLS = 10_000;
/** Writes that wait in memory while not even the spool takes them. */
const MAX_WAITING_WRITES = 10_000;

/** What the store is made of. */
export interface SpooledCallRecordStoreOptions {
  store: CallRecordStore;
  spool: SpoolFile;
  logger: Logger;
}

/** See the top of this file. */
export class SpooledCallRecordStore implements CallRecordStore {
  readonly #store: CallRecordStore;
  readonly #spool: SpoolFile;
  readonly #logger: Logger;
  /** By SID, the one written last at the end: what is known of calls while the database cannot be asked. */
  readonly #remembered = new Map<string, StoredCall>();
  readonly #waiting: CallWrite[] = [];
  #spooling: boolean;
  #drainedTo = 0;
  #retry: NodeJS.Timeout | undefined;
  #draining: Promise<void> | undefined;
  #closed = false;

  constructor({ store, spool, logger }: SpooledCallRecordStoreOptions) {
    this.#store = store;
    this.#spool = spool;
    this.#logger = logger;
    this.#spooling = !spool.isEmpty;
  }

  /** Whether writes wait for the database. */
  get isSpooling(): boolean {
    return this.#spooling;
  }

  async create(call: StoredCall): Promise<void> {
    this.#remember(this.#remembered.get(call.sid) ?? call);
    await this.#write({ kind: 'begin', call });
  }

  async report(sid: string, event: CallEvent, key?: string): Promise<StoredCall | undefined> {
    const stored = await this.#write({ kind: 'report', sid, event, key });
    if (stored !== 'spooled') return stored;
    const call = this.#remembered.get(sid);
    if (call === undefined) return undefined;
    const changed = afterReport(call, event);
    this.#remember(changed);
    return changed;
  }

  async find(sid: string): Promise<StoredCall | undefined> {
    const remembered = this.#remembered.get(sid);
    if (this.#spooling && remembered !== undefined) return remembered;
    return this.#read(() => this.#store.find(sid)).catch((error: unknown) => {
      if (remembered !== undefined) return remembered;
      throw error;
    });
  }

  findByRecording(recordingSid: string): Promise<StoredCall | undefined> {
    return this.#read(() => this.#store.findByRecording(recordingSid));
  }

  async findLatestBy(callerIdentity: string): Promise<StoredCall | undefined> {
    if (!this.#spooling) return this.#read(() => this.#store.findLatestBy(callerIdentity));
    return [...this.#remembered.values()].findLast((call) => call.callerIdentity === callerIdentity);
  }

  list(selection: CallSelection): Promise<StoredCall[]> {
    return this.#read(() => this.#store.list(selection));
  }

  listOpen(options: OpenCallSelection): Promise<string[]> {
    return this.#read(() => this.#store.listOpen(options));
  }

  async erase(party: string, replacement: string, until: number): Promise<number> {
    if (this.#spooling) throw unavailable();
    const erased = await this.#read(() => this.#store.erase(party, replacement, until));
    this.#remembered.clear();
    return erased;
  }

  deleteStartedBefore(time: number): Promise<number> {
    return this.#read(() => this.#store.deleteStartedBefore(time));
  }

  /** Stores what is spooled. Resolves when nothing is left; rejects when the database still refuses. */
  async drain(): Promise<void> {
    this.#draining ??= this.#drainAll().finally(() => {
      this.#draining = undefined;
    });
    await this.#draining;
  }

  /** Tries once more to store what is spooled; what cannot be stored stays in the file. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    if (this.#spooling) await this.drain().catch(() => undefined);
    for (const write of this.#waiting) await this.#spool.append(write).catch(() => undefined);
    await this.#spool.close();
  }

  async #write(write: CallWrite): Promise<StoredCall | undefined | 'spooled'> {
    if (!this.#spooling) {
      try {
        const stored = await perform(this.#store, write);
        this.#follow(write, stored);
        return stored;
      } catch (error) {
        if (isRefusal(error)) throw error;
        this.#startSpooling(error);
      }
    }
    await this.#spoolWrite(write);
    return 'spooled';
  }

  /** A finished call need not be at hand any longer. */
  #follow(write: CallWrite, stored: StoredCall | undefined): void {
    if (write.kind === 'begin') return;
    if (stored === undefined || isFinished(stored)) this.#remembered.delete(write.sid);
    else this.#remember(stored);
  }

  #remember(call: StoredCall): void {
    this.#remembered.delete(call.sid);
    this.#remembered.set(call.sid, call);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > MAX_REMEMBERED_CALLS && oldest !== undefined) this.#remembered.delete(oldest);
  }

  async #spoolWrite(write: CallWrite): Promise<void> {
    if (this.#waiting.length === 0) {
      try {
        await this.#spool.append(write);
        return;
      } catch (error) {
        this.#logger.error({ err: error }, 'the spool file cannot be written; call records wait in memory');
      }
    }
    if (this.#waiting.length >= MAX_WAITING_WRITES) throw unavailable();
    this.#waiting.push(write);
  }

  #startSpooling(error: unknown): void {
    if (this.#spooling) return;
    this.#spooling = true;
    this.#logger.error({ err: error }, 'the database cannot be used; call records are spooled');
    this.#retryLater();
  }

  #retryLater(): void {
    if (this.#closed) return;
    this.#retry = setTimeout(() => {
      this.drain().catch(() => this.#retryLater());
    }, RETRY_MS);
  }

  async #drainAll(): Promise<void> {
    while (this.#spooling) {
      for await (const { value, next } of this.#spool.read(this.#drainedTo)) {
        if (value !== undefined) await this.#storeSpooled(value as CallWrite);
        this.#drainedTo = next;
      }
      for (let write = this.#waiting[0]; write !== undefined; write = this.#waiting[0]) {
        await this.#storeSpooled(write);
        this.#waiting.shift();
      }
      await this.#spool.settled();
      if (this.#waiting.length > 0 || !this.#spool.clear(this.#drainedTo)) continue;
      this.#drainedTo = 0;
      this.#spooling = false;
      this.#logger.info('the database is back and has all call records');
    }
  }

  async #storeSpooled(write: CallWrite): Promise<void> {
    try {
      this.#follow(write, await perform(this.#store, write));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#logger.error({ err: error }, 'the database refuses a call record');
    }
  }

  async #read<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (cause) {
      if (isRefusal(cause)) throw cause;
      throw unavailable(cause);
    }
  }
}

async function perform(store: CallRecordStore, write: CallWrite): Promise<StoredCall | undefined> {
  if (write.kind === 'report') return store.report(write.sid, write.event, write.key);
  await store.create(write.call);
  return undefined;
}

/**
 * Whether the database said no to these data, so that asking again would change nothing. SQLSTATE classes: 22 data
 * exception, 23 integrity, 42 syntax or access.
 */
function isRefusal(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof ServerError) return true;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(22|23|42)[0-9A-Z]{3}$/.test(code) || /^SQLITE_(CONSTRAINT|MISMATCH|RANGE|TOOBIG)/.test(code);
}

function unavailable(cause?: unknown): RequestError {
  return new RequestError(
    503,
    'records-unavailable',
    'The call records cannot be reached now. Try again soon.',
    {
      cause,
    },
  );
}
