import { expect, it } from 'vitest';
import { ServerError } from '../../errors.js';
import { openSqlite } from './sqlite-connection.js';

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
