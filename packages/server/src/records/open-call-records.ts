/** Opens the call records of a server process: database, spool, outbox, and what a crash left open. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { CallPlatform } from '../call-control/platform.js';
import { removeRecordings } from '../call-control/recording-keeper.js';
import type { ServerConfig } from '../config/config.js';
import { ServerError } from '../errors.js';
import { outboxEntries } from '../outgoing-webhooks/webhook-event.js';
import type { Clock } from '../ports.js';
import type { CallbackStore } from '../stores/callback-store.js';
import type { CallRecordStore } from '../stores/call-record-store.js';
import { SpoolFile } from '../stores/spool-file.js';
import { SpooledCallRecordStore } from '../stores/spooled-call-record-store.js';
import { SqlCallbackStore } from '../stores/sql/sql-callback-store.js';
import { SqlCallRecordStore } from '../stores/sql/sql-call-record-store.js';
import { openSqlDatabase, type SqlDatabase } from '../stores/sql/sql-database.js';
import type { WebhookOutbox } from '../stores/webhook-outbox.js';
import { type LostCallRecords, LostCalls } from './lost-calls.js';
import { claimInstance, type ServerInstance } from './server-instance.js';

const DATABASE_START_MS = 60_000;
const DATABASE_RETRY_MS = 1000;
const MAINTENANCE_MS = 3_600_000;
/** How often a platform of its own is asked about calls without an end, and how old they are by then. */
const FOLLOW_UP_MS = 2 * 60_000;
const DAY_MS = 24 * 3_600_000;
/** No call on the platform lasts longer than a day, so nothing more will be heard of an older one. */
const LONGEST_CALL_MS = 25 * 3_600_000;

/** What opening takes. */
export interface OpenCallRecordsOptions {
  config: ServerConfig;
  clock: Clock;
  logger: Logger;
  /** Keeps the recordings, which go with their records. */
  platform: CallPlatform;
}

/** Call records that are open. */
export interface CallRecords {
  store: CallRecordStore;
  callbacks: CallbackStore;
  outbox: WebhookOutbox;
  /** SIDs of the calls that died with the former process; what they still hold can be given back. */
  lostCalls: readonly string[];
  /** From now on calls whose end nobody reported are closed in this way; before, in the store alone. */
  reportLostThrough(report: CallRecordStore['report']): void;
  /** Whether writes wait for the database. */
  isSpooling(): boolean;
  close(): Promise<void>;
}

/**
 * Waits up to a minute for the database, stores what was spooled, and ends the calls that died with the former
 * process when the voice engine was part of it. @throws ServerError when the database or the directory cannot be had.
 */
export async function openCallRecords({
  config,
  clock,
  logger,
  platform,
}: OpenCallRecordsOptions): Promise<CallRecords> {
  const instance = claimInstance(config.dataDirectory, clock);
  const database = await connect(config.databaseUrl, logger).catch((error: unknown) => {
    instance.close();
    throw error;
  });
  const { webhooks } = config;
  const sqlStore = new SqlCallRecordStore({
    db: database.db,
    lockRows: database.kind === 'postgres',
    instance: instance.id,
    clock,
    webhooksOf: (call) => outboxEntries(call, webhooks, clock.now()),
  });
  const callbacks = new SqlCallbackStore({ db: database.db, lockRows: database.kind === 'postgres' });
  const spool = await SpoolFile.open(join(config.dataDirectory, 'call-records.spool'));
  const store = new SpooledCallRecordStore({ store: sqlStore, spool, logger });
  await store.drain();
  const isEmbedded = config.voice.mode === 'engine';
  const lostCalls = isEmbedded ? await endLostCalls(store, instance, clock, logger) : [];
  let report: CallRecordStore['report'] = (...reported) => store.report(...reported);
  const records: LostCallRecords = {
    find: (sid) => store.find(sid),
    listOpen: (selection) => store.listOpen(selection),
    report: (...reported) => report(...reported),
  };
  const maintain = (): void =>
    void maintainRecords({ store, records, callbacks, platform }, config, clock, logger);
  maintain();
  const maintenance = setInterval(maintain, MAINTENANCE_MS);
  maintenance.unref();
  const followUps = isEmbedded ? undefined : followUp(records, config, clock, logger);
  return {
    store,
    callbacks,
    outbox: sqlStore.outbox,
    lostCalls,
    reportLostThrough: (through) => (report = through),
    isSpooling: () => store.isSpooling,
    async close() {
      clearInterval(maintenance);
      clearInterval(followUps);
      await store.close();
      await database.close();
      instance.close();
    },
  };
}

async function connect(url: string, logger: Logger): Promise<SqlDatabase> {
  for (let waitedMs = 0; ; waitedMs += DATABASE_RETRY_MS) {
    try {
      return await openSqlDatabase(url, logger);
    } catch (cause) {
      if (url.startsWith('file:') || waitedMs >= DATABASE_START_MS) {
        const reason = cause instanceof Error ? cause.message : 'unknown reason';
        throw new ServerError(
          'database-unavailable',
          `DATABASE_URL: the database cannot be opened: ${reason}`,
          { cause },
        );
      }
      logger.warn({ err: cause }, 'waiting for the database');
      await sleep(DATABASE_RETRY_MS);
    }
  }
}

/** The engine lived in the former process, and its calls with it. */
async function endLostCalls(
  store: CallRecordStore,
  { formerlyAliveAt }: ServerInstance,
  clock: Clock,
  logger: Logger,
): Promise<string[]> {
  const now = clock.now();
  const at = Math.min(formerlyAliveAt ?? now, now);
  const lost = await store.listOpen({ startedBefore: now + 1 });
  for (const sid of lost) {
    const call = await store.find(sid);
    const lastKnown = Math.max(at, call?.startedAt ?? at);
    await store.report(sid, { type: 'lost', loss: { reason: 'server-restart', at: lastKnown } });
    logger.warn({ callSid: sid }, 'a call ended with the former process');
  }
  return lost;
}

/** Now, for what happened while this server was down, and from time to time for reports that never came. */
function followUp(
  records: LostCallRecords,
  { credentials }: ServerConfig,
  clock: Clock,
  logger: Logger,
): NodeJS.Timeout {
  const lostCalls = new LostCalls({ records, credentials, clock, logger });
  const ask = (): void => void lostCalls.close(clock.now() - FOLLOW_UP_MS);
  ask();
  return setInterval(ask, FOLLOW_UP_MS).unref();
}

async function maintainRecords(
  {
    store,
    records,
    callbacks,
    platform,
  }: Pick<CallRecords, 'store' | 'callbacks'> & { records: LostCallRecords; platform: CallPlatform },
  { records: { retentionDays } }: ServerConfig,
  clock: Clock,
  logger: Logger,
): Promise<void> {
  const now = clock.now();
  try {
    for (const sid of await records.listOpen({ startedBefore: now - LONGEST_CALL_MS })) {
      await records.report(sid, { type: 'lost', loss: { reason: 'status-lost', at: now } });
      logger.warn({ callSid: sid }, 'the end of a call was never reported');
    }
    if (retentionDays === undefined) return;
    const before = now - retentionDays * DAY_MS;
    // A record whose recording cannot be removed now stays, or nobody would know of the recording.
    await removeRecordings({ calls: store, platform }, { until: before });
    const deleted = await store.deleteStartedBefore(before);
    if (deleted > 0) logger.info({ deleted }, 'old call records deleted');
    const deletedRequests = await callbacks.deleteCreatedBefore(before);
    if (deletedRequests > 0) logger.info({ deleted: deletedRequests }, 'old callback requests deleted');
  } catch (error) {
    logger.warn({ err: error }, 'call records could not be maintained; the next try is in an hour');
  }
}
