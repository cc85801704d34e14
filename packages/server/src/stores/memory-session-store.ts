import type { Clock } from '../ports.js';
import type { Session, SessionStore } from './session-store.js';

const SWEEP_INTERVAL_MS = 60_000;

/** Sessions in this process's memory; expired ones are dropped as new ones come. */
export class MemorySessionStore implements SessionStore {
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session>();
  readonly #idsByTokenHash = new Map<string, string>();
  /** Oldest first. */
  readonly #idsByIdentity = new Map<string, Set<string>>();
  #sweptAt = 0;

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
  }

  async create(session: Session): Promise<void> {
    this.#sweep();
    this.#sessions.set(session.id, session);
    this.#idsByTokenHash.set(session.tokenHash, session.id);
    const ids = this.#idsByIdentity.get(session.identity) ?? new Set();
    this.#idsByIdentity.set(session.identity, ids.add(session.id));
  }

  async findByTokenHash(tokenHash: string): Promise<Session | undefined> {
    return this.#live(this.#idsByTokenHash.get(tokenHash));
  }

  async findByIdentity(identity: string): Promise<Session | undefined> {
    const ids = [...(this.#idsByIdentity.get(identity) ?? [])];
    return ids.map((id) => this.#live(id)).findLast((session) => session !== undefined);
  }

  async grantDestination(id: string, destination: string): Promise<void> {
    const session = this.#live(id);
    if (session === undefined || session.grantedDestinations.includes(destination)) return;
    this.#sessions.set(id, {
      ...session,
      grantedDestinations: [...session.grantedDestinations, destination],
    });
  }

  #live(id: string | undefined): Session | undefined {
    const session = id === undefined ? undefined : this.#sessions.get(id);
    return session !== undefined && session.expiresAt > this.#clock.now() ? session : undefined;
  }

  #sweep(): void {
    const now = this.#clock.now();
    if (now < this.#sweptAt + SWEEP_INTERVAL_MS) return;
    this.#sweptAt = now;
    for (const session of this.#sessions.values()) {
      if (session.expiresAt <= now) this.#remove(session);
    }
  }

  #remove(session: Session): void {
    this.#sessions.delete(session.id);
    this.#idsByTokenHash.delete(session.tokenHash);
    const ids = this.#idsByIdentity.get(session.identity);
    ids?.delete(session.id);
    if (ids?.size === 0) this.#idsByIdentity.delete(session.identity);
  }
}
