/**
 * Makes sessions and recognises what presents them: a token or cookie of 256 random bits and a signature. The
 * signature lets forgeries fail before the store is asked; the store keeps only a hash of the bits, so that whoever
 * reads it cannot use what it holds.
 */
import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Role } from '@offhook/contract';
import type { Clock, Random } from './ports.js';
import type { Presentation, Session, SessionStore } from './stores/session-store.js';

/** How long a session lives at most, from its creation. */
export const SESSION_LIFE_MS = 12 * 60 * 60 * 1000;
/** How long an agent's session outlives its last use. A phone that is open uses it when it renews its token. */
export const AGENT_IDLE_MS = 30 * 60 * 1000;
/** Uses that move the end by less than this are not worth writing down. */
const EXTENSION_STEP_MS = 60_000;

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const TOKEN = /^([\w-]{43})\.([\w-]{43})$/;

/** Who wants a session, from where, and how it will be presented. */
export interface SessionOwner {
  identity: string;
  role: Role;
  origin: string;
  presentedBy: Presentation;
  credential: string | undefined;
  address: string | undefined;
}

/** What `Sessions` works with. `keys` sign: the newest first. */
export interface SessionsOptions {
  store: SessionStore;
  keys: readonly string[];
  clock: Clock;
  random: Random;
}

/** Everybody's sessions. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #keys: readonly KeyObject[];

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#keys = options.keys.map((key) => createSecretKey(key, 'utf8'));
  }

  /** Stores a new session; the returned token exists nowhere else. */
  async open(owner: SessionOwner): Promise<{ session: Session; token: string }> {
    const { store, clock, random } = this.#options;
    const secret = Buffer.from(random.bytes(32)).toString('base64url');
    const createdAt = clock.now();
    const session: Session = {
      ...owner,
      id: idOf(secret),
      createdAt,
      expiresAt: createdAt + (owner.role === 'agent' ? AGENT_IDLE_MS : SESSION_LIFE_MS),
    };
    await store.create(session);
    const [newest] = this.#keys;
    if (newest === undefined) throw new TypeError('Sessions need a key.');
    return { session, token: `${secret}.${mac(newest, secret, owner.presentedBy)}` };
  }

  /** The live session of a token, which counts as used now. */
  async find(token: string, presentedBy: Presentation): Promise<Session | undefined> {
    const [, secret = '', signature = ''] = TOKEN.exec(token) ?? [];
    if (secret === '' || !this.#isSigned(secret, signature, presentedBy)) return undefined;
    const session = await this.#options.store.find(idOf(secret));
    if (session?.presentedBy !== presentedBy) return undefined;
    return session.role === 'agent' ? this.#extend(session) : session;
  }

  /** The newest live session of an identity, on whatever device. */
  findByIdentity(identity: string): Promise<Session | undefined> {
    return this.#options.store.findByIdentity(identity);
  }

  /** Notes where the session's newest request for a call came from. */
  async noteAddress(session: Session, address: string | undefined): Promise<void> {
    if (session.address !== address) await this.#options.store.noteAddress(session.id, address);
  }

  /** Ends a session at once. */
  close(session: Session): Promise<void> {
    return this.#options.store.remove(session.id);
  }

  async #extend(session: Session): Promise<Session> {
    const { store, clock } = this.#options;
    const expiresAt = Math.min(clock.now() + AGENT_IDLE_MS, session.createdAt + SESSION_LIFE_MS);
    if (expiresAt < session.expiresAt + EXTENSION_STEP_MS) return session;
    await store.extend(session.id, expiresAt);
    return { ...session, expiresAt };
  }

  #isSigned(secret: string, signature: string, presentedBy: Presentation): boolean {
    const given = Buffer.from(signature);
    return this.#keys.some((key) => {
      const expected = Buffer.from(mac(key, secret, presentedBy));
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
  }
}

/** `visitor_` and 20 letters and digits, each equally likely. */
export function visitorIdentity(random: Random): string {
  const characters: string[] = [];
  while (characters.length < 20) {
    for (const byte of random.bytes(32)) {
      // 248 is the largest multiple of 62 that a byte holds: above it some characters would be likelier.
      if (byte < 248) characters.push(LETTERS_AND_DIGITS[byte % LETTERS_AND_DIGITS.length] ?? '');
    }
  }
  return `visitor_${characters.slice(0, 20).join('')}`;
}

/** A cookie's value must not do as a bearer token, nor the other way round. */
function mac(key: KeyObject, secret: string, presentedBy: Presentation): string {
  return createHmac('sha256', key).update(`${presentedBy}.${secret}`).digest('base64url');
}

function idOf(secret: string): string {
  return hash('sha256', secret, 'base64url');
}
