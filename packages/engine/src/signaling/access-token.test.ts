import { createHmac } from 'node:crypto';
import jwt from 'jsonwebtoken';
import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { parseEngineConfig } from '../config.js';
import { verifyAccessToken, type KeyStore } from './access-token.js';
import { parseClientMessage } from './messages.js';

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
  jti: `${KEY}-1-1`,
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

const HEADER = { alg: 'HS256', typ: 'JWT', cty: 'twilio-fpa;v=1' };

/** A token with this header and these claims as they are, which a library would not sign. */
function withSignature(header: object, claims: object | string, secret: string): string {
  const part = (value: object | string): string =>
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** A rightly signed token whose claims are this text. */
const signText = (claims: string): string => withSignature(HEADER, claims, SECRET);

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

  it.each([
    ['a key named by the token', { kid: '../../dev/null' }],
    ['a key brought along', { jwk: { kty: 'oct', k: '' } }],
    ['a key to be fetched', { jku: 'https://evil.example/keys', x5u: 'https://evil.example/cert' }],
  ])('uses its own key whatever the header says of %s', (_, header) => {
    expect(codeOf(sign(CLAIMS, { header }))).toBe('valid');
    expect(codeOf(sign(CLAIMS, { header, secret: 'another secret' }))).toBe(31202);
    expect(codeOf(withSignature({ ...HEADER, ...header }, CLAIMS, ''))).toBe(31202);
  });

  it.each([
    'none',
    'None',
    'nOnE',
    '',
    'RS256',
    'ES256',
    'PS256',
    'HS384',
    'hs256',
    'HS256 ',
    null,
    1,
    ['HS256'],
  ])('refuses the algorithm %j, whatever is signed how', (alg) => {
    const forged = { ...HEADER, alg };
    expect(codeOf(withSignature(forged, CLAIMS, SECRET))).toBe(31204);
    expect(codeOf(withSignature(forged, CLAIMS, ''))).toBe(31204);
    expect(codeOf(withSignature(forged, CLAIMS, SECRET).replace(/[^.]*$/, ''))).toBe(31204);
  });

  it('refuses extensions that it would have to understand', () => {
    expect(codeOf(sign(CLAIMS, { header: { crit: ['exp'] } }))).toBe(31204);
    expect(codeOf(sign(CLAIMS, { header: { crit: ['b64'], b64: false } }))).toBe(31204);
  });

  it('has no key that is empty', () => {
    const apiKeys = [{ sid: KEY, secret: '' }];
    const account = { sid: ACCOUNT, authToken: 'x'.repeat(16), apiKeys, applications: [] };
    expect(() => parseEngineConfig({ accounts: [account] })).toThrow(/apiKeys\.0\.secret/);
  });

  it.each([NOW + 60.5, -1, 0, 1e308, '9999999999', null, [NOW + 60], true])('refuses exp %j', (exp) => {
    expect(codeOf(withSignature(HEADER, { ...CLAIMS, exp }, SECRET))).toBe(31204);
  });

  it('refuses a token without an end, and numbers that are none', () => {
    const { exp: _, ...endless } = CLAIMS;
    expect(codeOf(sign(endless))).toBe(31204);
    const text = JSON.stringify(CLAIMS);
    for (const exp of ['1e309', 'NaN', '0x7fffffff', '+1795000060', '01795000060']) {
      expect(codeOf(signText(text.replace(/"exp":\d+/, `"exp":${exp}`)))).toBe(31204);
    }
  });

  it('reads a claim that is said twice once, as what is signed last', () => {
    const text = JSON.stringify(CLAIMS);
    const twice = (first: number, last: number): string =>
      signText(text.replace(/"exp":\d+/, `"exp":${first},"exp":${last}`));
    expect(codeOf(twice(NOW + 60, NOW - 60))).toBe('expired');
    expect(codeOf(twice(NOW - 60, NOW + 60))).toBe('valid');
    expect(codeOf(signText(text.replace('"sub":', `"__proto__":{"exp":${NOW + 60}},"sub":`)))).toBe('valid');
    const hidden = text.replace(/"exp":\d+/, `"__proto__":{"exp":${NOW + 60}}`);
    expect(codeOf(signText(hidden))).toBe(31204);
  });

  it.each([1, 5, 60])('is as strict as its own clock when it differs by %i s from the issuer’s', (skew) => {
    const visitor = sign({ ...CLAIMS, exp: NOW + 5 });
    const at = (seconds: number): string => verifyAccessToken(visitor, keys, NOW + seconds).kind;
    // An issuer that is ahead gives its tokens a longer life, one behind a shorter; none is refused as too early.
    expect(at(-skew)).toBe('valid');
    expect(at(skew)).toBe(skew < 5 ? 'valid' : 'expired');
    const later = sign({ ...CLAIMS, nbf: NOW });
    expect(verifyAccessToken(later, keys, NOW - skew)).toMatchObject({ error: { code: 31204 } });
    const longest = withSignature(HEADER, { ...CLAIMS, exp: NOW + 24 * 3600 }, SECRET);
    expect(verifyAccessToken(longest, keys, NOW - skew).kind).toBe('valid');
  });

  it('is not fooled about a long life by a token that claims to be from the future', () => {
    const exp = NOW + 10 * 365 * 86_400;
    expect(codeOf(withSignature(HEADER, { ...CLAIMS, iat: exp - 60, exp }, SECRET))).toBe(31207);
  });

  it('refuses a megabyte', () => {
    const megabyte = 'A'.repeat(1024 * 1024);
    const [header, payload, signature] = sign(CLAIMS).split('.');
    expect(codeOf(megabyte)).toBe(31204);
    expect(codeOf(`${header}.${megabyte}.${signature}`)).toBe(31204);
    expect(codeOf(`${header}.${payload}.${megabyte}`)).toBe(31202);
    expect(codeOf('.'.repeat(1024 * 1024))).toBe(31204);
    expect(parseClientMessage(JSON.stringify({ type: 'listen', payload: { token: megabyte } }))).toMatch(
      /payload\.token/,
    );
  });

  it('says for how much use a token is', () => {
    const useOf = (claims: object): string => {
      const verdict = verifyAccessToken(withSignature(HEADER, { ...CLAIMS, ...claims }, SECRET), keys, NOW);
      return verdict.kind === 'refused' ? String(verdict.error.code) : verdict.grant.use;
    };
    const grants = { identity: 'visitor_1', voice: { outgoing: { application_sid: 'AP1' } } };
    expect(useOf({ jti: `${KEY}-${NOW}`, exp: NOW + 5, grants })).toBe('shared');
    expect(useOf({ jti: `${KEY}-${NOW}-0a1b`, exp: NOW + 5, grants })).toBe('one-call');
    expect(useOf({ jti: `${KEY}-${NOW}-0a1b`, exp: NOW + 60, grants })).toBe('one-device');
    expect(useOf({ jti: 'an-id-of-its-own', exp: NOW + 5 })).toBe('one-device');
  });
});
