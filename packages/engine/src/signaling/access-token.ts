/** Checks Twilio access tokens (JWS HS256, `cty: twilio-fpa;v=1`), as the signaling server of the SDK does. */
import { createSecretKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import type { WireError } from './messages.js';

/** Twilio's longest life of a token. */
const MAX_LIFE_SECONDS = 24 * 60 * 60;
/** How far the clock of who issues tokens may be ahead of ours before its longest tokens are too long. */
const CLOCK_LEEWAY_SECONDS = 60;
/** A life that the SDK could not renew in time (it begins 10 s before the end) is meant for one call. */
const ONE_CALL_LIFE_SECONDS = 10;

const Claims = z.object({
  jti: z.string().min(1),
  iss: z.string(),
  sub: z.string(),
  exp: z.number().int().positive(),
  iat: z.number().int().optional(),
  nbf: z.number().int().optional(),
  grants: z.object({
    identity: z.string().min(1).max(256),
    voice: z
      .object({
        incoming: z.object({ allow: z.boolean() }).optional(),
        outgoing: z
          .object({ application_sid: z.string(), params: z.record(z.string(), z.unknown()).optional() })
          .optional(),
      })
      .optional(),
  }),
});

/**
 * How often a token may be used: for one call, by one device at a time, or by any number of devices. The last is for
 * tokens of Twilio's library, whose `jti` is only key and second: two devices of an identity that get theirs within
 * the same second hold the same token, byte for byte.
 */
type TokenUseKind = 'one-call' | 'one-device' | 'shared';

/** Who a token speaks for, and what it allows. */
export interface TokenGrant {
  tokenId: string;
  use: TokenUseKind;
  accountSid: string;
  identity: string;
  /** Seconds since the epoch. */
  expiresAt: number;
  mayReceive: boolean;
  outgoing: { applicationSid: string; parameters: ReadonlyMap<string, string> } | undefined;
}

/** A token that was checked: usable, or expired but otherwise good, or refused with the SDK's error code. */
export type TokenVerdict =
  | { kind: 'valid'; grant: TokenGrant }
  | { kind: 'expired'; grant: TokenGrant }
  | { kind: 'refused'; error: WireError };

/** Secrets of the API keys, by account and key SID. */
export interface KeyStore {
  hasAccount(accountSid: string): boolean;
  secret(accountSid: string, keySid: string): string | undefined;
  /** Signs capability tokens. */
  authToken(accountSid: string): string | undefined;
}

/**
 * Checks a token against the keys. Error codes as in the SDK: 31201 unknown key, 31202 wrong signature, 31203
 * unknown account, 31204 not a token, 31205 expired, 31207 life too long.
 */
export function verifyAccessToken(token: string, keys: KeyStore, nowSeconds: number): TokenVerdict {
  const decoded = decodeToken(token);
  const claims = Claims.safeParse(decoded?.payload);
  if (
    !decoded ||
    !claims.success ||
    decoded.header.alg !== 'HS256' ||
    decoded.header.cty !== 'twilio-fpa;v=1' ||
    // RFC 7515 §4.1.11: who does not understand every critical extension has to refuse; we understand none.
    'crit' in decoded.header
  ) {
    return refused(31204, 'The token is not a valid access token.');
  }
  const { iss, sub, exp } = claims.data;
  if (!keys.hasAccount(sub)) return refused(31203, 'No account with the SID in the token.');
  const secret = keys.secret(sub, iss);
  if (secret === undefined) return refused(31201, 'The API key in the token is not known.');
  if (!isSigned(token, createSecretKey(secret, 'utf8'))) {
    return refused(31202, 'The signature of the token is invalid: it was signed with another secret.');
  }
  if ((claims.data.nbf ?? 0) > nowSeconds) return refused(31204, 'The token is not valid yet.');
  if (isTooLong(claims.data, nowSeconds)) {
    return refused(31207, 'The token is valid for more than 24 hours.');
  }
  return { kind: exp <= nowSeconds ? 'expired' : 'valid', grant: toGrant(claims.data) };
}

/** Whether a token lives longer than 24 hours. An `iat` in the future would make any life look short. */
export function isTooLong(
  { exp, iat, nbf }: { exp: number; iat?: number | undefined; nbf?: number | undefined },
  nowSeconds: number,
): boolean {
  if (exp - nowSeconds > MAX_LIFE_SECONDS + CLOCK_LEEWAY_SECONDS) return true;
  return exp - (iat ?? nbf ?? nowSeconds) > MAX_LIFE_SECONDS;
}

/** Reads a token without checking it; null for what is none. The library throws for some of those texts. */
export function decodeToken(token: string): jwt.Jwt | null {
  try {
    return jwt.decode(token, { complete: true });
  } catch {
    return null;
  }
}

/** Whether the token was signed with this key. */
export function isSigned(token: string, key: KeyObject): boolean {
  try {
    jwt.verify(token, key, { algorithms: ['HS256'], ignoreExpiration: true, ignoreNotBefore: true });
    return true;
  } catch {
    return false;
  }
}

function toGrant(claims: z.infer<typeof Claims>): TokenGrant {
  const { identity, voice } = claims.grants;
  const outgoing = voice?.outgoing;
  return {
    tokenId: claims.jti,
    use: useOf(claims),
    accountSid: claims.sub,
    identity,
    expiresAt: claims.exp,
    mayReceive: voice?.incoming?.allow === true,
    outgoing: outgoing && {
      applicationSid: outgoing.application_sid,
      parameters: new Map(
        Object.entries(outgoing.params ?? {}).map(([name, value]) => [name, String(value)]),
      ),
    },
  };
}

function useOf({ jti, iss, iat, exp, grants }: z.infer<typeof Claims>): TokenUseKind {
  if (/^-\d+$/.test(jti.startsWith(iss) ? jti.slice(iss.length) : '')) return 'shared';
  const isShort = iat !== undefined && exp - iat <= ONE_CALL_LIFE_SECONDS;
  return isShort && grants.voice?.incoming?.allow !== true ? 'one-call' : 'one-device';
}

/** A verdict that says no. */
export function refused(code: number, message: string): TokenVerdict {
  return { kind: 'refused', error: { code, message } };
}
