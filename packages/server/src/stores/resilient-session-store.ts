import type { Logger } from 'pino';
import { BoundedMap } from '../bounded-map.js';
import type { Clock } from '../ports.js';
import { Fallback } from './fallback.js';
import type { MemorySessionStore } from './memory-session-store.js';
import type { Session, SessionStore } from './session-store.js';

/** Carries ends of sessions between servers. */
export interface SessionEnds {
  /** Tells the other servers; who cannot be reached now does not hear of it. */
  tell(id: string): void;
  /** Hears of what ended at other servers. */
  listen(onEnd: (id: string) => void): void;
}

const RETRY_MS = 1000;
/** Ended sessions that are refused by heart, and of which the shared store may still have to be told. */
const MAX_ENDED = 100_000;

/**
 * Shared sessions that survive an outage: this process keeps a copy of every session that it sees, and goes by the
 * copies while the shared store fails. Sessions made meanwhile are known to this process alone until they end. What
 * ended stays ended: an end that the shared store could not be told is refused here, and told as soon as it answers.
 * Then the other servers hear of it too, so that no copy of theirs brings it back in an outage that comes later.
 */
export class ResilientSessionStore implements SessionStore {
  readonly #shared: SessionStore;
  readonly #copies: MemorySessionStore;
  readonly #fallback: Fallback;
  readonly #ends: SessionEnds | undefined;
  /** Sessions that the shared store never got. */
  readonly #unshared = new BoundedMap<true>(100_000);
  /** Sessions that ended here, whatever the shared store says. */
  readonly #ended = new BoundedMap<true>(MAX_ENDED);
  /** Those of them that the shared store has not been told of. */
  readonly #untold = new Set<string>();
  #retry: NodeJS.Timeout | undefined;

  /** Without `ends`, a copy of what ended elsewhere goes when the session is asked for next. */
  constructor(options: {
    shared: SessionStore;
    copies: MemorySessionStore;
    ends?: SessionEnds;
    clock: Clock;
    logger: Logger;
  }) {
    this.#ends = options.ends;
    this.#ends?.listen((id) => void this.#hearOfEnd(id));
    this.#shared = options.shared;
    this.#copies = options.copies;
    this.#fallback = new Fallback({ clock: options.clock, logger: options.logger, what: 'sessions' });
  }

  async create(session: Session): Promise<void> {
    await this.#copies.create(session);
    await this.#fallback.ask(
      () => this.#shared.create(session),
      async () => this.#unshared.set(session.id, true),
    );
  }

  async find(id: string): Promise<Session | undefined> {
    if (this.#ended.get(id) === true) return undefined;
    if (this.#unshared.get(id) === true) return this.#ownSession(id);
    const found = await this.#fallback.ask(
      () => this.#findShared(id),
      () => this.#copies.find(id),
    );
    if (found === undefined || this.#ended.get(id) === true) return undefined;
    await this.#copy(found);
    return found;
  }

  async findByIdentity(identity: string): Promise<Session | undefined> {
    const copy = () => this.#copies.findByIdentity(identity);
    const found = await this.#fallback.ask(() => this.#shared.findByIdentity(identity), copy);
    if (found !== undefined && this.#ended.get(found.id) === undefined) return found;
    const own = await copy();
    return own !== undefined && this.#unshared.get(own.id) === true ? own : undefined;
  }

  async noteAddress(id: string, address: string | undefined): Promise<void> {
    await this.#copies.noteAddress(id, address);
    await this.#change(id, () => this.#shared.noteAddress(id, address));
  }

  async extend(id: string, expiresAt: number): Promise<void> {
    await this.#copies.extend(id, expiresAt);
    await this.#change(id, () => this.#shared.extend(id, expiresAt));
  }

  async remove(id: string): Promise<void> {
    this.#ended.set(id, true);
    await this.#copies.remove(id);
    this.#unshared.delete(id);
    if (this.#untold.size < MAX_ENDED) this.#untold.add(id);
    await this.#tell(id);
    this.#tellLater();
  }

  /** A session that the shared store does not know any more has ended at another server, so its copy goes too. */
  async #findShared(id: string): Promise<Session | undefined> {
    const session = await this.#shared.find(id);
    if (session === undefined) await this.#copies.remove(id);
    return session;
  }

  async #tell(id: string): Promise<boolean> {
    return this.#fallback.ask(
      async () => {
        await this.#shared.remove(id);
        this.#untold.delete(id);
        this.#ends?.tell(id);
        return true;
      },
      async () => false,
    );
  }

  /** Whoever can write to Redis could say so: what the shared store still knows has not ended. */
  async #hearOfEnd(id: string): Promise<void> {
    if (this.#unshared.get(id) === true) return;
    await this.#copies.remove(id);
    const isOver = await this.#fallback.ask(
      async () => (await this.#shared.find(id)) === undefined,
      async () => false,
    );
    if (isOver) this.#ended.set(id, true);
  }

  #tellLater(): void {
    if (this.#untold.size === 0 || this.#retry !== undefined) return;
    this.#retry = setTimeout(() => void this.#tellAll(), RETRY_MS).unref();
  }

  async #tellAll(): Promise<void> {
    for (const id of this.#untold) if (!(await this.#tell(id))) break;
    this.#retry = undefined;
    this.#tellLater();
  }

  async #change(id: string, change: () => Promise<void>): Promise<void> {
    if (this.#unshared.get(id) === undefined) await this.#fallback.ask(change, async () => undefined);
  }

  async #ownSession(id: string): Promise<Session | undefined> {
    const session = await this.#copies.find(id);
    if (session === undefined) this.#unshared.delete(id);
    return session;
  }

  async #copy(session: Session): Promise<void> {
    const known = await this.#copies.find(session.id);
    if (known === undefined) await this.#copies.create(session);
    else if (known.expiresAt !== session.expiresAt) await this.#copies.extend(session.id, session.expiresAt);
  }
}
