import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { ServerError } from '../../errors.js';
import { openSqlite } from './sqlite-connection.js';

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

/** What would end the process inside the driver, or be stored as something else. */
const UNBINDABLE = [
  undefined,
  {},
  [],
  [1],
  new Date(0),
  () => 1,
  Symbol('x'),
  new Uint8Array(1),
  new Map(),
  2n ** 63n,
  -(2n ** 63n) - 1n,
];

it('refuses every parameter that the driver cannot bind, and lives on', () => {
  const database = openSqlite(':memory:');
  const statement = database.prepare('select ? as value');
  for (const value of UNBINDABLE) {
    expect(() => statement.all([value])).toThrow(ServerError);
    expect(() => database.prepare('create table if not exists t (a)').run([value])).toThrow(ServerError);
  }
  expect(statement.all([true])).toEqual([{ value: 1 }]);
  database.close();
});

it.each([
  ['text', 'text'],
  ['half \uD800 of a pair', 'half \uFFFD of a pair'],
  [1.5, 1.5],
  [2 ** 53, 2 ** 53],
  [Number.NaN, null],
  [-(2n ** 31n), -(2 ** 31)],
  [false, 0],
  [null, null],
  [Buffer.from([1, 2]), new Uint8Array([1, 2]).buffer],
])('stores %o', (value, expected) => {
  const database = openSqlite(':memory:');
  expect(database.prepare('select ? as value').all([value])).toEqual([{ value: expected }]);
  database.close();
});

it('lets only the owner read the files, new or old, in a directory that everybody may read', () => {
  const directory = mkdtempSync(join(tmpdir(), 'offhook-sqlite-'));
  directories.push(directory);
  chmodSync(directory, 0o755);
  const path = join(directory, 'offhook.db');
  const files = [path, `${path}-wal`, `${path}-shm`];
  const modes = (): string[] => files.map((file) => (statSync(file).mode & 0o777).toString(8));
  const database = openSqlite(path);
  database.prepare('create table t (a)').run([]);
  expect(modes()).toEqual(['600', '600', '600']);
  for (const file of files) chmodSync(file, 0o644);
  const again = openSqlite(path);
  expect(modes()).toEqual(['600', '600', '600']);
  again.close();
  database.close();
});
