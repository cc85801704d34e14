import type { Role } from '@offhook/contract';

/** How a browser shows whose session it has. */
export type Presentation = 'bearer' | 'cookie';

/** A server-side record of somebody who may use the API. What presents it is never stored. */
export interface Session {
  /** SHA-256 of the secret in the token or cookie, base64url. Useless to present the session, so it may be logged. */
  id: string;
  presentedBy: Presentation;
  /** The only origin from which the session is accepted. */
  origin: string;
  identity: string;
  role: Role;
  /** `credentialOf` the agent when it signed in. */
  credential: string | undefined;
  /** Where its newest request for a call came from, as far as that is known. */
  address: string | undefined;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** Milliseconds since the epoch; from then on the session does not exist. */
  expiresAt: number;
}

/** Keeps sessions. Expired sessions are never returned; changes to one that is gone do nothing. */
export interface SessionStore {
  create(session: Session): Promise<void>;
  find(id: string): Promise<Session | undefined>;
  /** The newest live session of this identity. */
  findByIdentity(identity: string): Promise<Session | undefined>;
  /** Replaces the address. */
  noteAddress(id: string, address: string | undefined): Promise<void>;
  /** Moves the end. */
  extend(id: string, expiresAt: number): Promise<void>;
  remove(id: string): Promise<void>;
}
