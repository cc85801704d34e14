/** Callback requests in the database of the call records. */
import type { Kysely } from 'kysely';
import type { StoredCallback } from '../../callbacks/callback-state.js';
import { RequestError, ServerError } from '../../errors.js';
import type { CallbackSelection, CallbackStore } from '../callback-store.js';
import type { CallbackRequestsTable, Schema } from './schema.js';
import { emptySqliteLog } from './sql-database.js';

/** See the top of this file. */
export class SqlCallbackStore implements CallbackStore {
  readonly #db: Kysely<Schema>;
  readonly #lockRows: boolean;

  /** `lockRows`: only PostgreSQL has transactions side by side, whose rows have to be locked. */
  constructor({ db, lockRows }: { db: Kysely<Schema>; lockRows: boolean }) {
    this.#db = db;
    this.#lockRows = lockRows;
  }

  async create(request: StoredCallback): Promise<void> {
    await ask(() => this.#db.insertInto('callback_requests').values(toRow(request)).execute());
  }

  async find(id: string): Promise<StoredCallback | undefined> {
    const row = await ask(() =>
      this.#db.selectFrom('callback_requests').select('document').where('id', '=', id).executeTakeFirst(),
    );
    return row && fromRow(row);
  }

  async change(
    id: string,
    change: (request: StoredCallback) => StoredCallback,
  ): Promise<StoredCallback | undefined> {
    return ask(() =>
      this.#db.transaction().execute(async (transaction) => {
        const row = await transaction
          .selectFrom('callback_requests')
          .select('document')
          .where('id', '=', id)
          .$if(this.#lockRows, (query) => query.forUpdate())
          .executeTakeFirst();
        if (row === undefined) return undefined;
        const changed = change(fromRow(row));
        const { id: _, ...columns } = toRow(changed);
        await transaction.updateTable('callback_requests').set(columns).where('id', '=', id).execute();
        return changed;
      }),
    );
  }

  async list({ state, destinations, after, limit }: CallbackSelection): Promise<StoredCallback[]> {
    if (destinations?.length === 0) return [];
    let query = this.#db.selectFrom('callback_requests').select('document');
    if (state !== undefined) query = query.where('state', '=', state);
    if (destinations !== undefined) query = query.where('destination', 'in', destinations);
    if (after !== undefined) {
      query = query.where((where) =>
        where.or([
          where('created_at', '<', after.createdAt),
          where.and([where('created_at', '=', after.createdAt), where('id', '<', after.id)]),
        ]),
      );
    }
    const rows = await ask(() =>
      query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute(),
    );
    return rows.map(fromRow);
  }

  async erase(identityOrNumber: string, replacement: string): Promise<number> {
    const { numDeletedRows } = await ask(() =>
      this.#db
        .deleteFrom('callback_requests')
        .where((where) =>
          where.or([where('number', '=', identityOrNumber), where('requested_by', '=', identityOrNumber)]),
        )
        .executeTakeFirstOrThrow(),
    );
    const taken = await ask(() =>
      this.#db
        .selectFrom('callback_requests')
        .select('id')
        .where('taken_by', '=', identityOrNumber)
        .execute(),
    );
    for (const { id } of taken) {
      await this.change(id, (request) => ({ ...request, takenBy: replacement }));
    }
    if (!this.#lockRows) await ask(() => emptySqliteLog(this.#db));
    return Number(numDeletedRows) + taken.length;
  }

  async deleteCreatedBefore(time: number): Promise<number> {
    const { numDeletedRows } = await ask(() =>
      this.#db.deleteFrom('callback_requests').where('created_at', '<', time).executeTakeFirstOrThrow(),
    );
    return Number(numDeletedRows);
  }
}

/** A request that cannot be stored is not taken: a visitor who waits for a call has to be able to rely on it. */
async function ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
  try {
    return await question();
  } catch (cause) {
    if (cause instanceof ServerError) throw cause;
    const message = 'Callback requests cannot be reached now. Try again soon.';
    throw new RequestError(503, 'records-unavailable', message, { cause });
  }
}

function toRow(request: StoredCallback): CallbackRequestsTable {
  return {
    id: request.id,
    document: JSON.stringify(request),
    created_at: request.createdAt,
    state: request.state,
    destination: request.destination,
    number: request.number,
    requested_by: request.requestedBy,
    taken_by: request.takenBy ?? null,
  };
}

function fromRow({ document }: { document: string }): StoredCallback {
  return JSON.parse(document) as StoredCallback;
}
