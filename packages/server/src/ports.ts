/** What the server takes from the machine it runs on; the composition root supplies them. */

/** The time of day. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

/** A cryptographically strong source of random bytes. */
export interface Random {
  bytes(count: number): Uint8Array;
}
