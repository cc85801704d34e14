/**
 * Checks Twilio's older capability tokens: JWS HS256 signed with the auth token, whose `scope` holds URIs such as
 * `scope:client:outgoing?appSid=AP…&clientName=alice&appParams=a%3Db`.
 */
import { createSecretKey } from 'node:crypto';
import { z } from 'zod';
import {
  decodeToken,
  isSigned,
  isTooLong,
  refused,
  type KeyStore,
  type TokenVerdict,
} from './access-token.js';

const Claims = z.object({
  iss: z.string(),
  scope: z.string().max(8192),
  exp: z.number().int().positive(),
  iat: z.number().int().optional(),
});
/** The name of a client whose token gives it none. */
const ANONYMOUS = 'anonymous';

/** Whether a decoded token is of this kind; access tokens have no `scope`. */
export function isCapabilityToken(payload: unknown): boolean {
  return Claims.safeParse(payload).success;
}

/** Checks a token. Error codes as for access tokens. */
export function verifyCapabilityToken(token: string, keys: KeyStore, nowSeconds: number): TokenVerdict {
  const decoded = decodeToken(token);
  const claims = Claims.safeParse(decoded?.payload).data;
  if (!claims || decoded?.header.alg !== 'HS256' || 'crit' in decoded.header)
    return refused(31204, 'The token is not a capability token.');
  const authToken = keys.authToken(claims.iss);
  if (authToken === undefined) return refused(31203, 'No account with the SID in the token.');
  if (!isSigned(token, createSecretKey(authToken, 'utf8'))) {
    return refused(31202, 'The signature of the token is invalid: it was signed with another auth token.');
  }
  if (isTooLong(claims, nowSeconds)) {
    return refused(31207, 'The token is valid for more than 24 hours.');
  }
  const outgoing = scopeOf(claims.scope, 'outgoing');
  const incoming = scopeOf(claims.scope, 'incoming');
  const applicationSid = outgoing?.get('appSid') ?? undefined;
  const identity = incoming?.get('clientName') ?? outgoing?.get('clientName') ?? ANONYMOUS;
  return {
    kind: claims.exp <= nowSeconds ? 'expired' : 'valid',
    grant: {
      tokenId: `${claims.iss}-${claims.exp}-${identity}`,
      accountSid: claims.iss,
      identity,
      expiresAt: claims.exp,
      // It has no name of its own, and pages share it.
      use: 'shared',
      mayReceive: incoming !== undefined,
      outgoing:
        applicationSid === undefined
          ? undefined
          : { applicationSid, parameters: new Map(new URLSearchParams(outgoing?.get('appParams') ?? '')) },
    },
  };
}

/** The parameters of one scope; what they hold may be a query string itself. */
function scopeOf(scope: string, privilege: string): URLSearchParams | undefined {
  const prefix = `scope:client:${privilege}`;
  const uri = scope.split(' ').find((one) => one === prefix || one.startsWith(`${prefix}?`));
  return uri === undefined ? undefined : new URLSearchParams(uri.slice(prefix.length));
}
