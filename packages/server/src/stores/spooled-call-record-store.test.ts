import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CallEvent } from '../call-flow/call-record-state.js';
import { storedCall } from '../testing/call-record-store-suite.js';
import { TestPostgres } from '../testing/postgres.js';
import { TestClock } from '../testing/test-server.js';
import { toCallRecord } from './call-record-store.js';
import { MemoryCallRecordStore } from './memory-call-record-store.js';
import { SpoolFile } from './spool-file.js';
import { SpooledCallRecordStore } from './spooled-call-record-store.js';
import { SqlCallRecordStore } from './sql/sql-call-record-store.js';
import { openSqlDatabase, type SqlDatabase } from './sql/sql-database.js';

const logger = pino({ level: 'silent' });
const answered: CallEvent = { type: 'leg-answered', callSid: 'CB1', to: 'client:alice', at: 2000 };
const ended: CallEvent = { type: 'caller-ended', end: { failed: false, at: 5000 } };

let directory: string;
const closers: (() => Promise<void>)[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'offhook-spool-'));
});
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  rmSync(directory, { recursive: true });
});

const spoolPath = () => join(directory, 'spool.ndjson');

async function spooled(url: string, path = spoolPath()) {
  const database = await openSqlDatabase(url, logger);
  const store = new SqlCallRecordStore({
    db: database.db,
    lockRows: database.kind === 'postgres',
    instance: 'one',
    clock: new TestClock(),
  });
  const spool = await SpoolFile.open(path);
  const records = new SpooledCallRecordStore({ store, spool, logger });
  closers.push(
    () => database.close(),
    () => records.close(),
  );
  return { records, store, database };
}

/** Makes SQLite answer "database or disk is full" to whatever needs another page, until it is undone. */
async function fillDisk({ db }: SqlDatabase): Promise<() => Promise<void>> {
  const limit = async (pages: number) => void (await sql.raw(`PRAGMA max_page_count = ${pages}`).execute(db));
  await limit(1);
  return () => limit(1_000_000);
}

/** Calls that fill several pages. */
async function placeCalls(records: SpooledCallRecordStore, from: number, to: number): Promise<void> {
  for (let index = from; index < to; index += 1) {
    const sid = `CA${String(index).padStart(4, '0')}`;
    await records.create(storedCall(sid, { startedAt: index, parameters: { note: 'x'.repeat(500) } }));
    await records.report(sid, answered, `${sid}:answered`);
    await records.report(sid, ended, `${sid}:ended`);
  }
}

describe('while the disk of the database is full', () => {
  const url = () => `file:${join(directory, 'records.db')}`;

  it('keeps every write, answers about live calls, and stores all of them afterwards', async () => {
    const { records, store, database } = await spooled(url());
    await placeCalls(records, 0, 5);
    await records.create(storedCall('CA-live', { startedAt: 9999 }));
    const free = await fillDisk(database);
    await placeCalls(records, 5, 60);
    expect(records.isSpooling).toBe(true);
    expect((await records.report('CA-live', answered))?.progress.legs).toHaveProperty('CB1');
    expect((await records.find('CA-live'))?.progress.legs).toHaveProperty('CB1');
    expect((await records.findLatestBy('visitor_1'))?.sid).toBe('CA-live');
    await expect(records.drain()).rejects.toThrow(/full/);
    await expect(records.erase('client:visitor_1', 'erased', 0)).rejects.toMatchObject({ status: 503 });

    await free();
    await records.drain();
    expect(records.isSpooling).toBe(false);
    expect(statSync(spoolPath()).size).toBe(0);
    const calls = await store.list({ limit: 200 });
    expect(calls).toHaveLength(61);
    expect(calls.filter((call) => toCallRecord(call).status === 'completed')).toHaveLength(60);
  });

  it('loses no write that comes while the others are being stored', async () => {
    const { records, store, database } = await spooled(url());
    const free = await fillDisk(database);
    await placeCalls(records, 0, 20);
    await free();
    const draining = records.drain();
    await Promise.all([0, 1, 2, 3].map((part) => placeCalls(records, 20 + part * 20, 40 + part * 20)));
    await draining;
    await records.drain();
    const calls = await store.list({ limit: 200 });
    expect(calls).toHaveLength(100);
    expect(calls.every((call) => toCallRecord(call).status === 'completed')).toBe(true);
  });

  it('brings nobody back who was erased at another server meanwhile', async () => {
    const { records, database } = await spooled(url());
    const other = await spooled(url(), join(directory, 'other.ndjson'));
    const number = '+16175559876';
    await records.create(storedCall('CA-known', { startedAt: 1 }));
    const free = await fillDisk(database);
    await placeCalls(records, 2, 60);
    expect(records.isSpooling).toBe(true);
    await records.create(storedCall('CA-from', { from: number, callerIdentity: undefined, startedAt: 99 }));
    await records.report('CA-known', { ...answered, to: number });
    expect(readFileSync(spoolPath(), 'utf8')).toContain(number);
    await free();
    await other.records.erase(number, 'erased', 100);
    await records.drain();
    expect(JSON.stringify(await other.records.list({ limit: 200 }))).not.toContain('6175559876');
    expect(readFileSync(spoolPath(), 'utf8')).toBe('');
    expect(await records.find('CA-from')).toMatchObject({ from: 'erased' });
  });

  it('comes back by itself', async () => {
    const { records, database } = await spooled(url());
    const free = await fillDisk(database);
    await placeCalls(records, 0, 30);
    await free();
    await expect.poll(() => records.isSpooling, { timeout: 10_000 }).toBe(false);
    expect(await records.list({ limit: 100 })).toHaveLength(30);
  });

  it('loses nothing when the process dies, whatever line it was just writing', async () => {
    const first = await spooled(url());
    await first.records.create(storedCall('CA-live'));
    await fillDisk(first.database);
    await placeCalls(first.records, 0, 20);
    await first.records.report('CA-live', answered);
    // What a killed process leaves: complete lines, and perhaps half of one.
    const left = readFileSync(spoolPath());
    writeFileSync(join(directory, 'left.ndjson'), Buffer.concat([left, left.subarray(0, 100)]));

    const second = await spooled(url(), join(directory, 'left.ndjson'));
    expect(second.records.isSpooling).toBe(true);
    await second.records.report('CA-live', ended);
    await second.records.drain();
    expect(await second.store.list({ limit: 100 })).toHaveLength(21);
    expect(toCallRecord((await second.store.find('CA-live')) ?? storedCall('none')).status).toBe('completed');
    // Working the same file off once more, as after a crash on the way, changes nothing.
    writeFileSync(join(directory, 'again.ndjson'), left);
    const before = await second.store.list({ limit: 100 });
    const third = await spooled(url(), join(directory, 'again.ndjson'));
    await third.records.drain();
    expect(await third.store.list({ limit: 100 })).toEqual(before);
  });

  it.runIf(existsSync('/dev/full'))('keeps writes in memory when the spool has no room either', async () => {
    const { records, store, database } = await spooled(url(), '/dev/full');
    const free = await fillDisk(database);
    await placeCalls(records, 0, 30);
    expect(records.isSpooling).toBe(true);
    await free();
    await records.drain();
    expect(await store.list({ limit: 100 })).toHaveLength(30);
  });
});

describe('while PostgreSQL is away', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await TestPostgres.start();
  }, 60_000);
  afterAll(() => postgres.stop());

  it.each([
    ['frozen', () => postgres.signal('SIGSTOP'), () => postgres.signal('SIGCONT')],
    ['stopped', () => postgres.halt(), () => postgres.resume()],
  ])(
    '%s: calls go on, and all records are written afterwards',
    async (_, leave, come) => {
      const { records, store } = await spooled(postgres.url);
      await store.deleteStartedBefore(Number.MAX_SAFE_INTEGER);
      await placeCalls(records, 0, 5);
      await records.create(storedCall('CA-live', { startedAt: 9999 }));
      await leave();
      await placeCalls(records, 5, 100);
      expect(records.isSpooling).toBe(true);
      await records.report('CA-live', answered);
      expect((await records.find('CA-live'))?.progress.legs).toHaveProperty('CB1');
      await expect(records.list({ limit: 1 })).rejects.toMatchObject({ status: 503 });
      await come();
      await expect.poll(() => records.isSpooling, { timeout: 30_000 }).toBe(false);
      await records.report('CA-live', ended);
      const calls = await store.list({ limit: 200 });
      expect(calls).toHaveLength(101);
      expect(calls.every((call) => toCallRecord(call).status === 'completed')).toBe(true);
    },
    60_000,
  );
});

it('passes on what the database refuses for good, and goes on', async () => {
  class Picky extends MemoryCallRecordStore {
    override async create(): Promise<void> {
      throw Object.assign(new Error('value too long'), { code: '22001' });
    }
  }
  const spool = await SpoolFile.open(spoolPath());
  closers.push(() => spool.close());
  const records = new SpooledCallRecordStore({ store: new Picky(), spool, logger });
  await expect(records.create(storedCall('CA1'))).rejects.toThrow('value too long');
  expect(records.isSpooling).toBe(false);
});
