/** The tables, as Kysely knows them. Times are milliseconds since the epoch. */
import { type Kysely, type Migration, sql } from 'kysely';

/** See the top of this file. */
export interface Schema {
  calls: CallsTable;
  call_parties: { call_sid: string; party: string };
  /** The destination is set for voicemail. */
  call_recordings: { recording_sid: string; call_sid: string; destination: string | null };
  /** Reports that were taken in, so that a repeated one is known. */
  seen_reports: { report_key: string; seen_at: number };
  webhook_outbox: WebhookOutboxTable;
  callback_requests: CallbackRequestsTable;
}

/** The record as JSON in `document`; beside it, what lists are narrowed by. */
export interface CallsTable {
  sid: string;
  document: string;
  started_at: number;
  /** The server process that answers for the call's end. */
  instance: string;
  open: number;
  status: string;
  direction: string;
  caller_identity: string | null;
  destination: string | null;
  from_party: string;
  to_party: string;
}

/** The request as JSON in `document`; beside it, what lists are narrowed and persons found by. */
export interface CallbackRequestsTable {
  id: string;
  document: string;
  created_at: number;
  state: string;
  destination: string;
  number: string;
  requested_by: string;
  taken_by: string | null;
}

interface WebhookOutboxTable {
  id: string;
  webhook: string;
  call_sid: string;
  attempts: number;
  created_at: number;
  due_at: number;
}

async function createFirstTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('calls')
    .addColumn('sid', 'text', (column) => column.primaryKey())
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('instance', 'text', (column) => column.notNull())
    .addColumn('open', 'integer', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('direction', 'text', (column) => column.notNull())
    .addColumn('caller_identity', 'text')
    .addColumn('destination', 'text')
    .addColumn('from_party', 'text', (column) => column.notNull())
    .addColumn('to_party', 'text', (column) => column.notNull())
    .execute();
  await index(db, 'calls_newest', 'calls', ['started_at', 'sid']);
  await index(db, 'calls_caller', 'calls', ['caller_identity', 'started_at']);
  await sql`create index calls_open on calls (instance) where open = 1`.execute(db);
  await db.schema
    .createTable('call_parties')
    .addColumn('call_sid', 'text', (column) => column.notNull().references('calls.sid').onDelete('cascade'))
    .addColumn('party', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('call_parties_key', ['call_sid', 'party'])
    .execute();
  await index(db, 'call_parties_party', 'call_parties', ['party']);
  await db.schema
    .createTable('seen_reports')
    .addColumn('report_key', 'text', (column) => column.primaryKey())
    .addColumn('seen_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('webhook_outbox')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('webhook', 'text', (column) => column.notNull())
    .addColumn('call_sid', 'text', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('due_at', 'bigint', (column) => column.notNull())
    .execute();
  await index(db, 'webhook_outbox_due', 'webhook_outbox', ['due_at']);
}

async function createCallbackRequests(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('callback_requests')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('destination', 'text', (column) => column.notNull())
    .addColumn('number', 'text', (column) => column.notNull())
    .addColumn('requested_by', 'text', (column) => column.notNull())
    .addColumn('taken_by', 'text')
    .execute();
  await index(db, 'callback_requests_newest', 'callback_requests', ['created_at', 'id']);
  await index(db, 'callback_requests_number', 'callback_requests', ['number']);
}

async function createCallRecordings(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('call_recordings')
    .addColumn('recording_sid', 'text', (column) => column.primaryKey())
    .addColumn('call_sid', 'text', (column) => column.notNull().references('calls.sid').onDelete('cascade'))
    .addColumn('destination', 'text')
    .execute();
  await index(db, 'call_recordings_call', 'call_recordings', ['call_sid']);
  await index(db, 'call_recordings_destination', 'call_recordings', ['destination']);
}

async function index(db: Kysely<unknown>, name: string, table: string, columns: string[]): Promise<void> {
  await db.schema.createIndex(name).on(table).columns(columns).execute();
}

/** In the order of their names; one that has been released is never changed. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '2026-01-call-records': { up: createFirstTables },
  '2026-02-callback-requests': { up: createCallbackRequests },
  '2026-03-call-recordings': { up: createCallRecordings },
};
