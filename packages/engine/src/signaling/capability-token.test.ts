import jwt from 'jsonwebtoken';
import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import type { KeyStore } from './access-token.js';
import { verifyToken } from './verify-token.js';

const AUTH_TOKEN = 'auth-token-of-the-account';
const keys: KeyStore = {
  hasAccount: (sid) => sid === 'AC1',
  secret: () => undefined,
  authToken: (sid) => (sid === 'AC1' ? AUTH_TOKEN : undefined),
};
const now = Math.floor(Date.now() / 1000);

function token(options: { authToken?: string; accountSid?: string; ttl?: number } = {}): string {
  const { ClientCapability } = twilio.jwt;
  const capability = new ClientCapability({
    accountSid: options.accountSid ?? 'AC1',
    authToken: options.authToken ?? AUTH_TOKEN,
    ttl: options.ttl ?? 3600,
  });
  const params = { page: 'a b&c', lang: 'é' };
  capability.addScope(
    new ClientCapability.OutgoingClientScope({ applicationSid: 'AP1', clientName: 'alice', params }),
  );
  capability.addScope(new ClientCapability.IncomingClientScope('alice'));
  return capability.toJwt();
}

describe('a capability token made by the official library', () => {
  it('says who may call, what, and with which parameters', () => {
    const verdict = verifyToken(token(), keys, now);
    expect(verdict).toMatchObject({
      kind: 'valid',
      grant: { accountSid: 'AC1', identity: 'alice', mayReceive: true, outgoing: { applicationSid: 'AP1' } },
    });
    const parameters = verdict.kind === 'valid' ? verdict.grant.outgoing?.parameters : undefined;
    expect([...(parameters ?? [])]).toEqual([
      ['page', 'a b&c'],
      ['lang', 'é'],
    ]);
  });

  it.each([
    [{ authToken: 'another-auth-token' }, 31202],
    [{ accountSid: 'AC2' }, 31203],
    [{ ttl: 90_000 }, 31207],
  ])('is refused for %j with %i', (options, code) => {
    expect(verifyToken(token(options), keys, now)).toMatchObject({ kind: 'refused', error: { code } });
  });

  it.each([
    [
      'is issued in the future, since any life would look short',
      { iat: now + 80_000, exp: now + 160_000 },
      {},
      31207,
    ],
    ['has a critical extension, since none is understood', { exp: now + 60 }, { crit: ['b64'] }, 31204],
  ])('is refused when it %s', (_when, claims, header, code) => {
    const payload = { iss: 'AC1', scope: 'scope:client:incoming?clientName=alice', ...claims };
    const signed = jwt.sign(payload, AUTH_TOKEN, { header: { alg: 'HS256', ...header } });
    expect(verifyToken(signed, keys, now)).toMatchObject({ kind: 'refused', error: { code } });
  });

  it('expires', () => {
    expect(verifyToken(token({ ttl: 10 }), keys, now + 60).kind).toBe('expired');
  });
});
