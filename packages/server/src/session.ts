/**
 * Makes sessions and recognises their bearer tokens. A token is 256 random bits; the store keeps its hash, so
 * that whoever reads the store cannot use what it holds.
 */
import { createHash } from 'node:crypto';
import type { Role } from '@offhook/contract';
import type { Clock, Random } from './ports.js';
import type { Session, SessionStore } from './stores/session-store.js';

/** How long a session lives, from its creation. */
export const SESSION_LIFE_MS = 12 * 60 * 60 * 1000;

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** What opening and recognising sessions needs. */
export interface SessionDeps {
  store: SessionStore;
  clock: Clock;
  random: Random;
}

/** Who wants a session, and from where. */
export interface SessionOwner {
  identity: string;
  role: Role;
  origin: string;
}

/** Stores a new session; the returned token exists nowhere else. */
export async function openSession(
  { store, clock, random }: SessionDeps,
  owner: SessionOwner,
): Promise<{ session: Session; sessionToken: string }> {
  const sessionToken = Buffer.from(random.bytes(32)).toString('base64url');
  const createdAt = clock.now();
  const session: Session = {
    ...owner,
    id: Buffer.from(random.bytes(16)).toString('hex'),
    tokenHash: hashToken(sessionToken),
    createdAt,
    expiresAt: createdAt + SESSION_LIFE_MS,
    grantedDestinations: [],
  };
  await store.create(session);
  return { session, sessionToken };
}

/** The live session of a bearer token. */
export function findSession(store: SessionStore, sessionToken: string): Promise<Session | undefined> {
  return store.findByTokenHash(hashToken(sessionToken));
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

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
