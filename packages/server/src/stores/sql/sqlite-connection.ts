/**
 * The embedded database. `libsql` ends the whole process when it is given a value that it cannot bind, so every
 * parameter passes a check first.
 */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SqliteDatabase } from 'kysely';
import Database from 'libsql';
import { ServerError } from '../../errors.js';

/** How long a write waits for another process that writes, in milliseconds; nothing else runs meanwhile. */
const BUSY_TIMEOUT_MS = 250;
/** For the owner alone. */
const PRIVATE = 0o600;

/**
 * Opens the file, and creates it and its directory if need be; nobody else on this machine may read it, wherever the
 * directory came from. Every commit is on the disk when it returns.
 */
export function openSqlite(path: string): SqliteDatabase {
  if (path !== ':memory:') {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    makePrivate(path);
  }
  const database = new Database(path);
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = FULL');
  database.exec('PRAGMA foreign_keys = ON');
  // What is erased or has grown too old is gone from the file, too, not only from the tables.
  database.exec('PRAGMA secure_delete = ON');
  database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  return {
    close: () => void database.close(),
    prepare(text) {
      const statement = database.prepare(text);
      return {
        reader: statement.reader,
        all: (parameters) => statement.all(parameters.map(bindable)),
        run: (parameters) =>
          text === 'rollback' ? rollBack(database) : statement.run(parameters.map(bindable)),
        iterate: (parameters) => statement.iterate(parameters.map(bindable)),
      };
    },
  };
}

/** SQLite gives the files that it makes beside the database the mode of the database; those of a crash may be there. */
function makePrivate(path: string): void {
  closeSync(openSync(path, 'a', PRIVATE));
  for (const file of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(file)) chmodSync(file, PRIVATE);
}

/** On a full disk SQLite rolls back by itself; the reason must not be lost over having nothing left to roll back. */
function rollBack(database: Database.Database): { changes: number; lastInsertRowid: number } {
  if (database.inTransaction) database.exec('rollback');
  return { changes: 0, lastInsertRowid: 0 };
}

const MAX_INT64 = 2n ** 63n - 1n;

/**
 * The parameter as SQLite stores it: a boolean becomes 1 or 0.
 * @throws ServerError `parameter-not-bindable` for what SQLite has no type for.
 */
function bindable(value: unknown): string | number | bigint | Buffer | null {
  if (value === null || typeof value === 'number' || typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint' && value <= MAX_INT64 && value >= -MAX_INT64 - 1n) return value;
  if (Buffer.isBuffer(value)) return value;
  throw new ServerError('parameter-not-bindable', `A ${typeof value} cannot be stored in the database.`);
}
