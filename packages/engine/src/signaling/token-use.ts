/**
 * How often a token may be used. A page re-sends `listen` with the same token on every new socket, for as long as the
 * token is valid and, with a call to return to, beyond (the SDK knows no other way to come back). So a second use is
 * no offence in itself; what gives a stolen token away is that its owner is still there:
 *
 * | use of the token | a second `listen` while its first socket answers | after that socket is gone |
 * |---|---|---|
 * | one-call    | refused | as new until it has placed its call; then limited |
 * | one-device  | refused | as new until it expires; then limited |
 * | shared      | as new  | as new until it expires; then limited |
 *
 * On the first socket, too, a one-call token places one call and no other, expired or not.
 *
 * Limited means: only while a call under this token has lost its socket (30 s), and only to claim that call back.
 * Whether the first socket is there is asked of it, not assumed: a network change leaves a dead socket behind that
 * the server has not noticed, and the page that comes back must not be taken for a thief.
 */
import type { TokenGrant, TokenVerdict } from './access-token.js';
import type { WireError } from './messages.js';

/** A socket that listens, or wants to, under a token. */
export interface TokenHolder {
  readonly isClosed: boolean;
  /** Asks the device at the other end for a sign of life. */
  isAlive(): Promise<boolean>;
  /** Ends it without ceremony; its calls may be claimed back. */
  drop(): void;
}

/** What came of a `listen`. `limited`: the call may be claimed back and ended, nothing more. */
export type Admission = { kind: 'admitted'; limited: boolean } | { kind: 'refused'; error: WireError };

/** See the top of this file. One engine process knows its own sockets only. */
export class TokenUse<H extends TokenHolder> {
  readonly #holders = new Map<string, Set<H>>();
  /** Tokens whose one call has been placed, with the time they expire (seconds since the epoch). */
  readonly #spent = new Map<string, number>();
  readonly #mayReturn: (grant: TokenGrant, holder: H) => boolean;

  /** `mayReturn`: whether a call under this token has lost its socket, or is on this very one. */
  constructor(options: { mayReturn: (grant: TokenGrant, holder: H) => boolean }) {
    this.#mayReturn = options.mayReturn;
  }

  /** Judges a `listen` with a token whose signature is good; who is admitted holds the token, and no other. */
  async admit(holder: H, { kind, grant }: Exclude<TokenVerdict, { kind: 'refused' }>): Promise<Admission> {
    const key = keyOf(grant);
    const isForOne = grant.use !== 'shared';
    const asked = new Set([holder]);
    if (isForOne || kind === 'expired') {
      for (let rival = this.#other(key, asked); rival; rival = this.#other(key, asked)) {
        asked.add(rival);
        if (!(await rival.isAlive())) rival.drop();
        else if (isForOne) return refused(31204, 'The access token is in use on another device.');
      }
    }
    const limited = kind === 'expired' || this.#spent.has(key);
    if (limited && !this.#mayReturn(grant, holder)) {
      return refused(31205, 'The access token has expired, or its call has been made.');
    }
    if (!holder.isClosed) this.#hold(key, holder);
    return { kind: 'admitted', limited };
  }

  /** Asks for a call under this token; false when the one call that it is for has been placed. */
  takeCall(grant: TokenGrant): boolean {
    if (grant.use !== 'one-call') return true;
    const key = keyOf(grant);
    if (this.#spent.has(key)) return false;
    this.#spent.set(key, grant.expiresAt);
    return true;
  }

  /** The socket is gone, or has another token now. */
  release(holder: H): void {
    for (const [key, holders] of this.#holders) {
      if (holders.delete(holder) && holders.size === 0) this.#holders.delete(key);
    }
  }

  /** Forgets what can no longer matter; a socket that stays may ask for calls after the token has expired. */
  sweep(nowSeconds: number): void {
    for (const [key, expiresAt] of this.#spent) {
      if (expiresAt <= nowSeconds && !this.#holders.has(key)) this.#spent.delete(key);
    }
  }

  #other(key: string, known: ReadonlySet<H>): H | undefined {
    for (const holder of this.#holders.get(key) ?? []) if (!known.has(holder)) return holder;
    return undefined;
  }

  #hold(key: string, holder: H): void {
    this.release(holder);
    const holders = this.#holders.get(key) ?? new Set();
    this.#holders.set(key, holders.add(holder));
  }
}

function keyOf({ accountSid, identity, tokenId }: TokenGrant): string {
  return `${accountSid} ${identity} ${tokenId}`;
}

function refused(code: number, message: string): Admission {
  return { kind: 'refused', error: { code, message } };
}
