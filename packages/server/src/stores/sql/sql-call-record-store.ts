/** Call records in a SQL database: the same tables and the same statements on SQLite and PostgreSQL. */
import type { Kysely, SelectQueryBuilder, Transaction } from 'kysely';
import { sql } from 'kysely';
import { type CallEvent, summarize } from '../../call-flow/call-record-state.js';
import type { Clock } from '../../ports.js';
import {
  afterReport,
  type CallRecordStore,
  type CallSelection,
  type Erasure,
  type OpenCallSelection,
  isFinished,
  partiesOf,
  type StoredCall,
  withoutParty,
} from '../call-record-store.js';
import type { OutboxEntry, WebhookOutbox, WebhooksOf } from '../webhook-outbox.js';
import { Erasures } from './erasures.js';
import type { CallsTable, Schema } from './schema.js';
import { emptySqliteLog } from './sql-database.js';

/** How many rows one statement takes when many are erased or deleted, so that calls get their turn between. */
const BATCH_SIZE = 500;

/** What the store is made of. */
export interface SqlCallRecordStoreOptions {
  db: Kysely<Schema>;
  /** Only PostgreSQL has transactions side by side, whose rows have to be locked. */
  lockRows: boolean;
  /** Name of this server process; calls that it leaves open are its own to close. */
  instance: string;
  clock: Clock;
  webhooksOf?: WebhooksOf;
}

/** See the top of this file. */
export class SqlCallRecordStore implements CallRecordStore {
  readonly outbox: WebhookOutbox;
  readonly #db: Kysely<Schema>;
  readonly #lockRows: boolean;
  readonly #erasures: Erasures;
  readonly #instance: string;
  readonly #clock: Clock;
  readonly #webhooksOf: WebhooksOf;

  constructor({ db, lockRows, instance, clock, webhooksOf = () => [] }: SqlCallRecordStoreOptions) {
    this.#db = db;
    this.#lockRows = lockRows;
    this.#instance = instance;
    this.#clock = clock;
    this.#webhooksOf = webhooksOf;
    this.#erasures = new Erasures({ db, lockRows });
    this.outbox = new SqlOutbox(db);
  }

  async create(given: StoredCall): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      const call = await this.#erasures.filter(transaction, given);
      const { numInsertedOrUpdatedRows: inserted } = await transaction
        .insertInto('calls')
        .values({ ...toRow(call), instance: this.#instance })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if (inserted === 0n) return;
      await addParties(transaction, call);
      if (isFinished(call)) await this.#queueWebhooks(transaction, call);
    });
  }

  async report(sid: string, event: CallEvent, key?: string): Promise<StoredCall | undefined> {
    return this.#db.transaction().execute(async (transaction) => {
      const call = await this.#findForUpdate(transaction, sid);
      if (call === undefined) return undefined;
      if (key !== undefined && !(await this.#isNew(transaction, key))) return call;
      const changed = await this.#erasures.filter(transaction, afterReport(call, event));
      await replace(transaction, changed);
      await addParties(transaction, changed);
      await noteRecording(transaction, sid, event);
      if (isFinished(changed) && !isFinished(call)) await this.#queueWebhooks(transaction, changed);
      return changed;
    });
  }

  async find(sid: string): Promise<StoredCall | undefined> {
    const row = await this.#db
      .selectFrom('calls')
      .select('document')
      .where('sid', '=', storable(sid))
      .executeTakeFirst();
    return row && fromRow(row);
  }

  async findByRecording(recordingSid: string): Promise<StoredCall | undefined> {
    const row = await this.#db
      .selectFrom('calls')
      .innerJoin('call_recordings', 'call_recordings.call_sid', 'calls.sid')
      .select('calls.document')
      .where('call_recordings.recording_sid', '=', storable(recordingSid))
      .executeTakeFirst();
    return row && fromRow(row);
  }

  async findLatestBy(callerIdentity: string): Promise<StoredCall | undefined> {
    const row = await this.#db
      .selectFrom('calls')
      .select('document')
      .where('caller_identity', '=', storable(callerIdentity))
      .orderBy('started_at', 'desc')
      .orderBy('sid', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row && fromRow(row);
  }

  async list(selection: CallSelection): Promise<StoredCall[]> {
    const rows = await select(this.#db.selectFrom('calls').select('calls.document'), selection)
      .orderBy('started_at', 'desc')
      .orderBy('sid', 'desc')
      .limit(selection.limit)
      .execute();
    return rows.map(fromRow);
  }

  async listOpen({ startedBefore, ofAnyServer = false }: OpenCallSelection): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('calls')
      .select('sid')
      .where(sql<boolean>`open = 1`)
      .$if(!ofAnyServer, (query) => query.where('instance', '=', this.#instance))
      .where('started_at', '<', startedBefore)
      .execute();
    return rows.map(({ sid }) => sid);
  }

  async erase(party: string, replacement: string, until: number): Promise<number> {
    const erasure = { party, replacement, until };
    await this.#erasures.add(erasure);
    for (let erased = 0; ;) {
      const sids = await this.#db
        .selectFrom('call_parties')
        .select('call_sid')
        .where('party', '=', storable(party))
        .limit(BATCH_SIZE)
        .execute();
      if (sids.length === 0) {
        if (!this.#lockRows) await emptySqliteLog(this.#db);
        return erased;
      }
      for (const { call_sid: sid } of sids) await this.#eraseFrom(sid, erasure);
      erased += sids.length;
    }
  }

  async deleteStartedBefore(time: number): Promise<number> {
    for (let deleted = 0; ;) {
      const { numDeletedRows } = await this.#db
        .deleteFrom('calls')
        .where('sid', 'in', (old) =>
          old.selectFrom('calls').select('sid').where('started_at', '<', time).limit(BATCH_SIZE),
        )
        .executeTakeFirstOrThrow();
      deleted += Number(numDeletedRows);
      if (numDeletedRows > 0n) continue;
      await this.#db.deleteFrom('seen_reports').where('seen_at', '<', time).execute();
      return deleted;
    }
  }

  async #eraseFrom(sid: string, erasure: Erasure): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      const call = await this.#findForUpdate(transaction, sid);
      if (call !== undefined) {
        const changed = withoutParty(call, erasure);
        await replace(transaction, changed);
        // The person may stand there under more names than this one.
        await transaction.deleteFrom('call_parties').where('call_sid', '=', sid).execute();
        await addParties(transaction, changed);
      }
    });
  }

  async #findForUpdate(transaction: Transaction<Schema>, sid: string): Promise<StoredCall | undefined> {
    const row = await transaction
      .selectFrom('calls')
      .select('document')
      .where('sid', '=', storable(sid))
      .$if(this.#lockRows, (query) => query.forUpdate())
      .executeTakeFirst();
    return row && fromRow(row);
  }

  async #isNew(transaction: Transaction<Schema>, key: string): Promise<boolean> {
    const { numInsertedOrUpdatedRows: inserted } = await transaction
      .insertInto('seen_reports')
      .values({ report_key: storable(key), seen_at: this.#clock.now() })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return inserted !== 0n;
  }

  async #queueWebhooks(transaction: Transaction<Schema>, call: StoredCall): Promise<void> {
    const entries = this.#webhooksOf(call);
    if (entries.length === 0) return;
    await transaction
      .insertInto('webhook_outbox')
      .values(
        entries.map(({ id, webhook, callSid, attempts, createdAt, dueAt }) => ({
          id,
          webhook,
          call_sid: callSid,
          attempts,
          created_at: createdAt,
          due_at: dueAt,
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

class SqlOutbox implements WebhookOutbox {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async listDue(now: number, limit: number): Promise<OutboxEntry[]> {
    const rows = await this.#db
      .selectFrom('webhook_outbox')
      .selectAll()
      .where('due_at', '<=', now)
      .orderBy('created_at')
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      id: row.id,
      webhook: row.webhook,
      callSid: row.call_sid,
      attempts: row.attempts,
      createdAt: row.created_at,
      dueAt: row.due_at,
    }));
  }

  async claim(entry: OutboxEntry, dueAt: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('webhook_outbox')
      .set({ due_at: dueAt, attempts: entry.attempts + 1 })
      .where('id', '=', entry.id)
      .where('due_at', '=', entry.dueAt)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async remove(id: string): Promise<void> {
    await this.#db.deleteFrom('webhook_outbox').where('id', '=', id).execute();
  }

  async count(): Promise<number> {
    const row = await this.#db
      .selectFrom('webhook_outbox')
      .select((count) => count.fn.countAll<number>().as('entries'))
      .executeTakeFirstOrThrow();
    return row.entries;
  }
}

type CallQuery = SelectQueryBuilder<Schema, 'calls', { document: string }>;

function select(start: CallQuery, selection: CallSelection): CallQuery {
  const { status, direction, destination, from, to, since, until, party, search, recording, after } =
    selection;
  let query = start;
  if (status !== undefined) query = query.where('status', '=', status);
  if (direction !== undefined) query = query.where('direction', '=', direction);
  if (destination !== undefined) query = query.where('destination', '=', storable(destination));
  if (from !== undefined) query = query.where(containing('from_party', from));
  if (to !== undefined) query = query.where(containing('to_party', to));
  if (since !== undefined) query = query.where('started_at', '>=', since);
  if (until !== undefined) query = query.where('started_at', '<', until);
  if (after !== undefined) {
    query = query.where((where) =>
      where.or([
        where('started_at', '<', after.startedAt),
        where.and([where('started_at', '=', after.startedAt), where('sid', '<', storable(after.sid))]),
      ]),
    );
  }
  if (search !== undefined) {
    query = query.where('sid', 'in', (parties) =>
      parties.selectFrom('call_parties').select('call_sid').where(containing('party', search)),
    );
  }
  if (recording !== undefined) {
    const { voicemailOf } = recording;
    query = query.where('sid', 'in', (recordings) =>
      recordings
        .selectFrom('call_recordings')
        .select('call_sid')
        .$if(voicemailOf !== undefined, (narrow) =>
          narrow.where('call_recordings.destination', 'in', [...(voicemailOf ?? [])]),
        ),
    );
  }
  if (party === undefined) return query;
  return query.where('sid', 'in', (parties) =>
    parties.selectFrom('call_parties').select('call_sid').where('party', '=', storable(party)),
  );
}

/** `%` and `_` are ordinary characters of what somebody looks for. */
function containing(column: 'from_party' | 'to_party' | 'party', text: string) {
  const pattern = `%${storable(text)
    .toLowerCase()
    .replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return sql<boolean>`lower(${sql.ref(column)}) like ${pattern} escape '\\'`;
}

function toRow(call: StoredCall): Omit<CallsTable, 'instance'> {
  return {
    sid: storable(call.sid),
    document: JSON.stringify(call),
    started_at: call.startedAt,
    open: isFinished(call) ? 0 : 1,
    status: summarize(call.progress).status,
    direction: call.direction,
    caller_identity: call.callerIdentity === undefined ? null : storable(call.callerIdentity),
    destination: call.destination === undefined ? null : storable(call.destination),
    from_party: storable(call.from),
    to_party: storable(call.to),
  };
}

/** The document is our own; what is undefined is left out of JSON and comes back as undefined. */
function fromRow({ document }: { document: string }): StoredCall {
  const call = JSON.parse(document) as StoredCall;
  return { ...call, callerIdentity: call.callerIdentity, destination: call.destination };
}

async function replace(transaction: Transaction<Schema>, call: StoredCall): Promise<void> {
  const { sid, ...columns } = toRow(call);
  await transaction.updateTable('calls').set(columns).where('sid', '=', sid).execute();
}

async function addParties(transaction: Transaction<Schema>, call: StoredCall): Promise<void> {
  await transaction
    .insertInto('call_parties')
    .values(partiesOf(call).map((party) => ({ call_sid: storable(call.sid), party: storable(party) })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function noteRecording(
  transaction: Transaction<Schema>,
  callSid: string,
  event: CallEvent,
): Promise<void> {
  if (event.type === 'recording-removed') {
    await transaction
      .deleteFrom('call_recordings')
      .where('recording_sid', '=', storable(event.sid))
      .execute();
  }
  if (event.type !== 'recorded') return;
  const destination = event.recording.destination ?? null;
  await transaction
    .insertInto('call_recordings')
    .values({ recording_sid: storable(event.sid), call_sid: storable(callSid), destination })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** PostgreSQL's text has no NUL, and neither database has halves of a surrogate pair. */
function storable(text: string): string {
  return text.replaceAll(/[\0\p{Cs}]/gu, '\uFFFD');
}
