import { BoundedMap } from '../bounded-map.js';
import type { Clock } from '../ports.js';
import type { Session, SessionStore } from './session-store.js';

const DEFAULT_CAPACITY = 200_000;
/** Sessions of one identity that calls may belong to. */
const MAX_PER_IDENTITY = 50;

/** Sessions in this process's memory; beyond the capacity, those not used for longest are forgotten. */
export class MemorySessionStore implements SessionStore {
  readonly #clock: Clock;
  readonly #sessions: BoundedMap<Session>;
  /** Oldest first. */
  readonly #idsByIdentity = new Map<string, string[]>();

  constructor({ clock, capacity = DEFAULT_CAPACITY }: { clock: Clock; capacity?: number }) {
    this.#clock = clock;
    this.#sessions = new BoundedMap(capacity, (_, session) => this.#forget(session));
  }

  /** Sessions that take up memory. */
  get size(): number {
    return this.#sessions.size;
  }

  async create(session: Session): Promise<void> {
    this.#sessions.set(session.id, session);
    const ids = this.#idsByIdentity.get(session.identity) ?? [];
    this.#idsByIdentity.set(session.identity, [...ids, session.id].slice(-MAX_PER_IDENTITY));
  }

  async find(id: string): Promise<Session | undefined> {
    return this.#live(id);
  }

  async findByIdentity(identity: string): Promise<Session | undefined> {
    for (const id of (this.#idsByIdentity.get(identity) ?? []).toReversed()) {
      const session = this.#live(id);
      if (session !== undefined) return session;
    }
    return undefined;
  }

  async noteAddress(id: string, address: string | undefined): Promise<void> {
    const session = this.#live(id);
    if (session !== undefined) this.#sessions.set(id, { ...session, address });
  }

  async extend(id: string, expiresAt: number): Promise<void> {
    const session = this.#live(id);
    if (session !== undefined) this.#sessions.set(id, { ...session, expiresAt });
  }

  async remove(id: string): Promise<void> {
    const session = this.#sessions.get(id);
    if (session !== undefined) this.#drop(session);
  }

  #live(id: string): Session | undefined {
    const session = this.#sessions.get(id);
    if (session === undefined || session.expiresAt > this.#clock.now()) return session;
    this.#drop(session);
    return undefined;
  }

  #drop(session: Session): void {
    this.#sessions.delete(session.id);
    this.#forget(session);
  }

  #forget({ id, identity }: Session): void {
    const left = (this.#idsByIdentity.get(identity) ?? []).filter((known) => known !== id);
    if (left.length === 0) this.#idsByIdentity.delete(identity);
    else this.#idsByIdentity.set(identity, left);
  }
}
