import { Kysely, Migrator, PostgresDialect, sql, SqliteDialect } from 'kysely';
import type { Logger } from 'pino';
import { openPostgresPool } from './postgres-pool.js';
import { MIGRATIONS, type Schema } from './schema.js';
import { openSqlite } from './sqlite-connection.js';

/** A database with all tables in place. */
export interface SqlDatabase {
  db: Kysely<Schema>;
  kind: 'sqlite' | 'postgres';
  /** Rejects when the database cannot be used now. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Opens `file:PATH` or `postgres://…` and brings its tables up to date. Rejects when that cannot be done now. */
export async function openSqlDatabase(url: string, logger: Logger): Promise<SqlDatabase> {
  const kind = url.startsWith('file:') ? 'sqlite' : 'postgres';
  const db = new Kysely<Schema>({
    dialect:
      kind === 'sqlite'
        ? new SqliteDialect({ database: openSqlite(url.slice('file:'.length)) })
        : new PostgresDialect({ pool: openPostgresPool(url, logger) }),
  });
  try {
    await migrate(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return {
    db,
    kind,
    ping: async () => void (await sql`select 1`.execute(db)),
    close: () => db.destroy(),
  };
}

async function migrate(db: Kysely<Schema>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined)
    throw error instanceof Error ? error : new Error('The database tables cannot be made.');
}

/**
 * Takes what older versions of rows left in the log of the embedded database out of its file; only there is a log of
 * this kind. Another process that reads at the moment may keep some of it there until the next time.
 */
export async function emptySqliteLog(db: Kysely<Schema>): Promise<void> {
  await sql`pragma wal_checkpoint(truncate)`.execute(db);
}
