import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { storedCall, testCallRecordStore } from '../../testing/call-record-store-suite.js';
import { TestPostgres } from '../../testing/postgres.js';
import { TestClock } from '../../testing/test-server.js';
import type { WebhooksOf } from '../webhook-outbox.js';
import { SqlCallRecordStore } from './sql-call-record-store.js';
import { openSqlDatabase, type SqlDatabase } from './sql-database.js';

const logger = pino({ level: 'silent' });
const open: SqlDatabase[] = [];

afterEach(async () => {
  for (const database of open.splice(0)) await database.close();
});

async function storeIn(url: string, webhooksOf?: WebhooksOf, instance = 'one'): Promise<SqlCallRecordStore> {
  const database = await openSqlDatabase(url, logger);
  open.push(database);
  return new SqlCallRecordStore({
    db: database.db,
    lockRows: database.kind === 'postgres',
    instance,
    clock: new TestClock(),
    ...(webhooksOf && { webhooksOf }),
  });
}

describe('SqlCallRecordStore on SQLite', () => {
  let directory: string;
  let files = 0;
  const newUrl = () => `file:${join(directory, 'made', `${(files += 1)}.db`)}`;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'offhook-records-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it('leaves nothing of an erased person in the files', async () => {
    const folder = mkdtempSync(join(directory, 'erased-'));
    const store = await storeIn(`file:${join(folder, 'calls.db')}`);
    const bytes = () =>
      readdirSync(folder)
        .map((name) => readFileSync(join(folder, name), 'latin1'))
        .join('');
    for (let index = 0; index < 50; index += 1) {
      const call = { from: '+16175559876', callerIdentity: undefined, parameters: { note: 'canary' } };
      await store.create(storedCall(`CA${index}`, call));
    }
    expect(bytes()).toContain('canary');
    expect(await store.erase('+16175559876', 'erased', Date.parse('2026-07-01'))).toBe(50);
    expect(bytes()).not.toMatch(/canary|6175559876/);
  });

  testCallRecordStore((webhooksOf) => storeIn(newUrl(), webhooksOf));
  testDurability(newUrl);

  it('syncs every commit to the disk', async () => {
    const database = await openSqlDatabase(newUrl(), logger);
    open.push(database);
    const pragma = async (name: string) => (await sql.raw(`PRAGMA ${name}`).execute(database.db)).rows;
    expect(await pragma('journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(await pragma('synchronous')).toEqual([{ synchronous: 2 }]);
  });
});

describe('SqlCallRecordStore on PostgreSQL', () => {
  let postgres: TestPostgres;
  let databases = 0;
  const newUrl = async () => {
    const name = `test_${(databases += 1)}`;
    const database = await openSqlDatabase(postgres.url, logger);
    await sql.raw(`create database ${name}`).execute(database.db);
    await database.close();
    return new URL(`/${name}`, postgres.url).href;
  };
  beforeAll(async () => {
    postgres = await TestPostgres.start();
  }, 60_000);
  afterAll(() => postgres.stop());

  testCallRecordStore(async (webhooksOf) => storeIn(await newUrl(), webhooksOf));
  testDurability(newUrl);
});

function testDurability(newUrl: () => string | Promise<string>): void {
  it('finds everything again when it is opened anew', async () => {
    const url = await newUrl();
    const first = await storeIn(url);
    await first.create(storedCall('CA1'));
    await first.report('CA1', { type: 'leg-ringing', at: 1 }, 'key');
    const second = await storeIn(url);
    expect((await second.find('CA1'))?.progress.rang).toBe(true);
    await second.report('CA1', { type: 'leg-answered', callSid: 'CB1', at: 1 }, 'key');
    expect((await second.find('CA1'))?.progress.legs).toEqual({});
  });

  it('leaves the open calls of another server to that server', async () => {
    const url = await newUrl();
    const [one, two] = [await storeIn(url, undefined, 'one'), await storeIn(url, undefined, 'two')];
    await one.create(storedCall('CA1'));
    await two.create(storedCall('CA2'));
    expect(await two.listOpen({ startedBefore: 5000 })).toEqual(['CA2']);
    const all = await two.listOpen({ startedBefore: 5000, ofAnyServer: true });
    expect(all.sort()).toEqual(['CA1', 'CA2']);
    expect(await two.list({ limit: 5 })).toHaveLength(2);
  });
}
