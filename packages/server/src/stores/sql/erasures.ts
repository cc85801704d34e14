/**
 * Who was erased. Reports of a call that was on at that time come later, and other servers may have written down what
 * they could not store then; both pass here before they are stored.
 */
import { createHash } from 'node:crypto';
import { type Kysely, sql, type Transaction } from 'kysely';
import { type Erasure, partiesOf, type StoredCall, withoutErased } from '../call-record-store.js';
import type { Schema } from './schema.js';

/** As long as anything may wait to be stored. */
const KEPT_MS = 30 * 24 * 3_600_000;

/** See the top of this file. */
export class Erasures {
  readonly #db: Kysely<Schema>;
  readonly #lockRows: boolean;

  /** `lockRows`: only PostgreSQL has transactions side by side. */
  constructor({ db, lockRows }: { db: Kysely<Schema>; lockRows: boolean }) {
    this.#db = db;
    this.#lockRows = lockRows;
  }

  /** From when this resolves, nothing of the party is stored any more. */
  async add({ party, replacement, until }: Erasure): Promise<void> {
    const row = { party_hash: hash(party), replacement, erased_until: until };
    await this.#db.transaction().execute(async (transaction) => {
      // Waits for those who have looked here before they wrote, and does not let others look meanwhile.
      if (this.#lockRows) await sql`lock table erasures in exclusive mode`.execute(transaction);
      await transaction
        .deleteFrom('erasures')
        .where('erased_until', '<', until - KEPT_MS)
        .execute();
      await transaction
        .insertInto('erasures')
        .values(row)
        .onConflict((conflict) => conflict.column('party_hash').doUpdateSet(row))
        .execute();
    });
  }

  /** The call as it may be stored. */
  async filter(transaction: Transaction<Schema>, call: StoredCall): Promise<StoredCall> {
    const parties = new Map(partiesOf(call).map((party) => [hash(party), party]));
    // A lock of the table, not of rows: there may be none yet.
    if (this.#lockRows) await sql`lock table erasures in row share mode`.execute(transaction);
    const rows = await transaction
      .selectFrom('erasures')
      .selectAll()
      .where('party_hash', 'in', [...parties.keys()])
      .execute();
    const erasures = rows.flatMap(({ party_hash, replacement, erased_until }): Erasure[] => {
      const party = parties.get(party_hash);
      return party === undefined ? [] : [{ party, replacement, until: erased_until }];
    });
    return withoutErased(call, erasures);
  }
}

function hash(party: string): string {
  return createHash('sha256').update(party).digest('base64url');
}
