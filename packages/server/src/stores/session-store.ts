import type { Role } from '@offhook/contract';

/** A server-side record of somebody who may use the API. The bearer token itself is never stored. */
export interface Session {
  /** Random; safe to log. */
  id: string;
  /** SHA-256 of the bearer token, hexadecimal. */
  tokenHash: string;
  /** The only origin from which the token is accepted. */
  origin: string;
  identity: string;
  role: Role;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** Milliseconds since the epoch; from then on the session does not exist. */
  expiresAt: number;
  /** Destinations a visitor asked a token for, and may therefore call. */
  grantedDestinations: readonly string[];
}

/** Keeps sessions. Expired sessions are never returned. */
export interface SessionStore {
  create(session: Session): Promise<void>;
  findByTokenHash(tokenHash: string): Promise<Session | undefined>;
  /** The newest live session of this identity. */
  findByIdentity(identity: string): Promise<Session | undefined>;
  /** Adds to `grantedDestinations`, once; does nothing when the session is gone. */
  grantDestination(id: string, destination: string): Promise<void>;
}
