import jwt from 'jsonwebtoken';
import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { verifyAccessToken, type KeyStore } from './access-token.js';

const ACCOUNT = `AC${'1'.repeat(32)}`;
const KEY = `SK${'2'.repeat(32)}`;
const SECRET = 'a-secret-of-the-api-key';
const NOW = 1_795_000_000;

const keys: KeyStore = {
  hasAccount: (account) => account === ACCOUNT,
  secret: (_account, key) => (key === KEY ? SECRET : undefined),
  authToken: () => undefined,
};

const CLAIMS = {
  jti: `${KEY}-1`,
  iss: KEY,
  sub: ACCOUNT,
  iat: NOW,
  exp: NOW + 60,
  grants: { identity: 'alice', voice: { incoming: { allow: true } } },
};

function sign(
  claims: object,
  options: { secret?: string; header?: object; algorithm?: 'HS256' | 'HS512' } = {},
): string {
  return jwt.sign(claims, options.secret ?? SECRET, {
    algorithm: options.algorithm ?? 'HS256',
    noTimestamp: true,
    header: { alg: options.algorithm ?? 'HS256', typ: 'JWT', cty: 'twilio-fpa;v=1', ...options.header },
  } as jwt.SignOptions);
}

function codeOf(token: string): number | string {
  const verdict = verifyAccessToken(token, keys, NOW);
  return verdict.kind === 'refused' ? verdict.error.code : verdict.kind;
}

describe('checking an access token', () => {
  it("accepts what Twilio's library signs", () => {
    const token = new twilio.jwt.AccessToken(ACCOUNT, KEY, SECRET, { identity: 'alice', ttl: 60 });
    token.addGrant(
      new twilio.jwt.AccessToken.VoiceGrant({
        incomingAllow: true,
        outgoingApplicationSid: 'AP1',
        outgoingApplicationParams: { team: 'red' },
      }),
    );
    const now = Math.floor(Date.parse('2026-11-21T00:00:00Z') / 1000);
    const verdict = verifyAccessToken(token.toJwt(), keys, now);
    expect(verdict).toMatchObject({
      kind: 'valid',
      grant: {
        identity: 'alice',
        accountSid: ACCOUNT,
        mayReceive: true,
        outgoing: { applicationSid: 'AP1', parameters: new Map([['team', 'red']]) },
      },
    });
  });

  it('says which part of a bad token is wrong', () => {
    expect(codeOf(sign(CLAIMS))).toBe('valid');
    expect(codeOf(sign(CLAIMS, { secret: 'another secret' }))).toBe(31202);
    expect(codeOf(sign({ ...CLAIMS, sub: `AC${'9'.repeat(32)}` }))).toBe(31203);
    expect(codeOf(sign({ ...CLAIMS, iss: `SK${'9'.repeat(32)}` }))).toBe(31201);
    expect(codeOf(sign({ ...CLAIMS, exp: NOW + 25 * 3600 }))).toBe(31207);
    expect(codeOf(sign({ ...CLAIMS, nbf: NOW + 10 }))).toBe(31204);
    expect(codeOf(sign({ ...CLAIMS, grants: {} }))).toBe(31204);
    expect(codeOf(sign(CLAIMS, { header: { cty: 'other' } }))).toBe(31204);
    expect(codeOf('not a token')).toBe(31204);
    expect(codeOf('')).toBe(31204);
  });

  it('is not thrown off by parts that are not JSON', () => {
    const [header, claims, signature] = sign(CLAIMS).split('.');
    const garbage = Buffer.from('{"jti" 1}').toString('base64url');
    expect(codeOf(`${header}.${garbage}.${signature}`)).toBe(31204);
    expect(codeOf(`${garbage}.${claims}.${signature}`)).toBe(31204);
    expect(codeOf(`${header}.${Buffer.from('null').toString('base64url')}.${signature}`)).toBe(31204);
  });

  it('expires exactly at exp', () => {
    expect(codeOf(sign({ ...CLAIMS, exp: NOW + 1 }))).toBe('valid');
    expect(codeOf(sign({ ...CLAIMS, exp: NOW }))).toBe('expired');
  });

  it('accepts no other algorithm, and none at all', () => {
    expect(codeOf(sign(CLAIMS, { algorithm: 'HS512' }))).toBe(31204);
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    expect(codeOf(`${part({ alg: 'none', typ: 'JWT', cty: 'twilio-fpa;v=1' })}.${part(CLAIMS)}.`)).toBe(
      31204,
    );
    const [header, payload] = sign(CLAIMS).split('.');
    expect(codeOf(`${header}.${payload}.`)).toBe(31202);
  });

  it('notices every changed character of the signature', () => {
    const token = sign(CLAIMS);
    const start = token.lastIndexOf('.') + 1;
    // The last character carries two unused bits, so it may change without changing the signature.
    for (let at = start; at < token.length - 1; at += 1) {
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
      expect(codeOf(changed)).toBe(31202);
    }
  });
});
