/**
 * Access tokens as Twilio's own library makes them: HS256 JWTs with `cty: twilio-fpa;v=1` and a voice grant.
 * See https://www.twilio.com/docs/iam/access-tokens.
 */
import { createSecretKey } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { VoiceCredentials } from './config/config.js';
import type { Clock, Random } from './ports.js';

/** What one token allows. */
export interface AccessTokenRequest {
  identity: string;
  ttlSeconds: number;
  /** Whether the device may also be called under its identity. */
  incoming: boolean;
}

/** Returns a function that signs tokens for calls through the configured TwiML app. */
export function createAccessTokenIssuer(deps: {
  credentials: VoiceCredentials;
  clock: Clock;
  random: Random;
}): (request: AccessTokenRequest) => string {
  const { accountSid, apiKey, apiSecret, appSid } = deps.credentials;
  // A KeyObject: with a string the library derives the key anew for every token, which costs 30 times as much.
  const key = createSecretKey(apiSecret, 'utf8');
  return ({ identity, ttlSeconds, incoming }) => {
    const issuedAt = Math.floor(deps.clock.now() / 1000);
    const voice = { ...(incoming && { incoming: { allow: true } }), outgoing: { application_sid: appSid } };
    const nonce = Buffer.from(deps.random.bytes(16)).toString('hex');
    const claims = { jti: `${apiKey}-${issuedAt}-${nonce}`, grants: { identity, voice }, iat: issuedAt };
    return jwt.sign(claims, key, {
      algorithm: 'HS256',
      header: { alg: 'HS256', typ: 'JWT', cty: 'twilio-fpa;v=1' },
      issuer: apiKey,
      subject: accountSid,
      expiresIn: ttlSeconds,
    });
  };
}
