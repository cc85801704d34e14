import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { callbackRequest, testCallbackStore } from '../../testing/callback-store-suite.js';
import { TestPostgres } from '../../testing/postgres.js';
import { SqlCallbackStore } from './sql-callback-store.js';
import { openSqlDatabase, type SqlDatabase } from './sql-database.js';

const logger = pino({ level: 'silent' });
const open: SqlDatabase[] = [];

afterEach(async () => {
  for (const database of open.splice(0)) await database.close();
});

async function emptyStore(url: string): Promise<SqlCallbackStore> {
  const database = await openSqlDatabase(url, logger);
  open.push(database);
  await sql`delete from callback_requests`.execute(database.db);
  return new SqlCallbackStore({ db: database.db, lockRows: database.kind === 'postgres' });
}

describe('SqlCallbackStore on SQLite', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'offhook-callbacks-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  testCallbackStore(() => emptyStore(`file:${join(directory, 'callbacks.db')}`));

  it('leaves nothing of an erased person in the files', async () => {
    const folder = mkdtempSync(join(directory, 'erased-'));
    const store = await emptyStore(`file:${join(folder, 'callbacks.db')}`);
    const bytes = () =>
      readdirSync(folder)
        .map((name) => readFileSync(join(folder, name), 'latin1'))
        .join('');
    const number = '+16175559876';
    for (let index = 0; index < 50; index += 1) {
      await store.create({ ...callbackRequest(index), number, note: `canary ${'x'.repeat(400)}` });
    }
    expect(bytes()).toContain('canary');
    await store.erase(number, 'erased');
    expect(bytes()).not.toMatch(/canary|6175559876/);
  });

  it('takes no request while the database cannot be used', async () => {
    const store = await emptyStore(`file:${join(directory, 'closed.db')}`);
    await open.pop()?.close();
    const refusal = { status: 503, code: 'records-unavailable' };
    await expect(store.create(callbackRequest(1))).rejects.toMatchObject(refusal);
    await expect(store.list({ limit: 1 })).rejects.toMatchObject(refusal);
  });
});

describe('SqlCallbackStore on PostgreSQL', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await TestPostgres.start();
  }, 60_000);
  afterAll(() => postgres.stop());

  testCallbackStore(() => emptyStore(postgres.url));
});
