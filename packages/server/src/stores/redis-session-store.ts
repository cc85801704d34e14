import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Clock } from '../ports.js';
import type { Session, SessionStore } from './session-store.js';

/** Sessions of one identity that calls may belong to. */
const MAX_PER_IDENTITY = 50;
/** What Redis keeps a record beyond its end, which our own clock decides. */
const GRACE_MS = 60_000;

/** What another server wrote, checked: whoever can write to Redis must not be able to break us. */
const StoredSession = z.object({
  id: z.string(),
  presentedBy: z.enum(['bearer', 'cookie']),
  origin: z.string(),
  identity: z.string(),
  role: z.enum(['visitor', 'agent']),
  credential: z.string().optional(),
  address: z.string().optional(),
  createdAt: z.number(),
  expiresAt: z.number(),
});

/** Sessions on Redis, shared by every server with the same prefix. Rejects when Redis does not answer. */
export class RedisSessionStore implements SessionStore {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #clock: Clock;

  constructor({ redis, prefix, clock }: { redis: Redis; prefix: string; clock: Clock }) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#clock = clock;
  }

  async create(session: Session): Promise<void> {
    const list = this.#identityKey(session.identity);
    const lifeMs = this.#lifeMs(session.expiresAt);
    const results = await this.#redis
      .multi()
      .set(this.#key(session.id), JSON.stringify(session), 'PX', lifeMs)
      .lpush(list, session.id)
      .ltrim(list, 0, MAX_PER_IDENTITY - 1)
      // The longest-lived session decides: sessions last 12 hours at most.
      .pexpire(list, 12 * 3_600_000 + GRACE_MS)
      .exec();
    for (const [error] of results ?? []) if (error) throw error;
  }

  async find(id: string): Promise<Session | undefined> {
    const text = await this.#redis.get(this.#key(id));
    return text === null ? undefined : this.#live(text);
  }

  async findByIdentity(identity: string): Promise<Session | undefined> {
    const ids = await this.#redis.lrange(this.#identityKey(identity), 0, -1);
    if (ids.length === 0) return undefined;
    const texts = await this.#redis.mget(...ids.map((id) => this.#key(id)));
    for (const text of texts) {
      const session = text === null ? undefined : this.#live(text);
      if (session?.identity === identity) return session;
    }
    return undefined;
  }

  async noteAddress(id: string, address: string | undefined): Promise<void> {
    await this.#change(id, (session) => ({ ...session, address }));
  }

  async extend(id: string, expiresAt: number): Promise<void> {
    await this.#change(id, (session) => ({ ...session, expiresAt }));
  }

  async remove(id: string): Promise<void> {
    await this.#redis.del(this.#key(id));
  }

  /** Only an existing record is replaced, and only if nobody changed it meanwhile. */
  async #change(id: string, change: (session: Session) => Session): Promise<void> {
    const key = this.#key(id);
    for (let tries = 0; tries < 5; tries += 1) {
      const text = await this.#redis.get(key);
      const session = text === null ? undefined : this.#live(text);
      if (text === null || session === undefined) return;
      const changed = change(session);
      const lifeMs = this.#lifeMs(changed.expiresAt);
      const isDone = await this.#redis.eval(REPLACE, 1, key, text, JSON.stringify(changed), lifeMs);
      if (isDone === 1) return;
    }
    throw new Error('A session keeps being changed by others.');
  }

  #live(text: string): Session | undefined {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return undefined;
    }
    const session = StoredSession.safeParse(json);
    return session.success && session.data.expiresAt > this.#clock.now()
      ? { ...session.data, credential: session.data.credential, address: session.data.address }
      : undefined;
  }

  #lifeMs(expiresAt: number): number {
    return Math.ceil(Math.max(1, expiresAt - this.#clock.now())) + GRACE_MS;
  }

  #key(id: string): string {
    return `${this.#prefix}session:${id}`;
  }

  #identityKey(identity: string): string {
    return `${this.#prefix}sessions-of:${identity}`;
  }
}

const REPLACE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
`;
