/**
 * Access tokens as Twilio's own library makes them: HS256 JWTs with `cty: twilio-fpa;v=1` and a voice grant.
 * See https://www.twilio.com/docs/iam/access-tokens.
 */
import { createHmac, createSecretKey } from 'node:crypto';
import type { VoiceCredentials } from './config/config.js';
import type { Clock, Random } from './ports.js';

/** What one token allows. */
export interface AccessTokenRequest {
  identity: string;
  ttlSeconds: number;
  /** Whether the device may also be called under its identity. */
  incoming: boolean;
  /** What the voice platform adds to the parameters of every call that the token places. */
  parameters?: Readonly<Record<string, string>> | undefined;
}

/** RFC 7515 §3.1. The same for every token, as Twilio's library writes it. */
const HEADER = encode({ alg: 'HS256', typ: 'JWT', cty: 'twilio-fpa;v=1' });

/** Returns a function that signs tokens for calls through the configured TwiML app. */
export function createAccessTokenIssuer(deps: {
  credentials: VoiceCredentials;
  clock: Clock;
  random: Random;
}): (request: AccessTokenRequest) => string {
  const { accountSid, apiKey, apiSecret, appSid } = deps.credentials;
  // A KeyObject: from a string the key would be derived anew for every token.
  const key = createSecretKey(apiSecret, 'utf8');
  return ({ identity, ttlSeconds, incoming, parameters }) => {
    const issuedAt = Math.floor(deps.clock.now() / 1000);
    const outgoing = { application_sid: appSid, ...(parameters && { params: parameters }) };
    const voice = { ...(incoming && { incoming: { allow: true } }), outgoing };
    const nonce = Buffer.from(deps.random.bytes(16)).toString('hex');
    const claims = encode({
      jti: `${apiKey}-${issuedAt}-${nonce}`,
      grants: { identity, voice },
      iat: issuedAt,
      exp: issuedAt + ttlSeconds,
      iss: apiKey,
      sub: accountSid,
    });
    const signed = `${HEADER}.${claims}`;
    return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
  };
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
