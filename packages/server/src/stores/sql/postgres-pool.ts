/**
 * Connections to PostgreSQL that are given up when they do not answer. A connection whose query timed out may
 * still hold a transaction open, so it never goes back to the others.
 */
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { DatabaseError, Pool, type PoolClient, types } from 'pg';
import type { Logger } from 'pino';

const ANSWER_TIMEOUT_MS = 2000;
const MAX_CONNECTIONS = 10;

/** Connects as the URL says when the first query comes. */
export function openPostgresPool(url: string, logger: Logger): PostgresPool {
  const pool = new Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: ANSWER_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    statement_timeout: ANSWER_TIMEOUT_MS,
    keepAlive: true,
    // Counts and times: all of them are whole numbers that a double holds.
    types: {
      getTypeParser: (oid, format) =>
        oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format),
    },
  });
  pool.on('error', (error) => logger.warn({ err: error }, 'an idle database connection was lost'));
  return {
    end: () => pool.end(),
    connect: async () => guard(await pool.connect()),
  };
}

function guard(client: PoolClient): PostgresPoolClient {
  let broken: Error | undefined;
  const query = async (text: string, parameters: readonly unknown[]) => {
    if (broken) throw broken;
    try {
      return await client.query(text, [...parameters]);
    } catch (error) {
      // PostgreSQL's own refusals leave the connection as it was.
      if (!(error instanceof DatabaseError) || error.severity === 'FATAL') {
        broken = error instanceof Error ? error : new Error('The database connection failed.');
      }
      throw error;
    }
  };
  const onError = (error: Error): void => {
    broken ??= error;
  };
  client.on('error', onError);
  return {
    query: query as unknown as PostgresPoolClient['query'],
    release: () => {
      client.off('error', onError);
      client.release(broken);
    },
  };
}
