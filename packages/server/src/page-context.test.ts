import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import jwt from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';
import { readPageContext } from './page-context.js';

const SECRET = 'secret-of-the-tests-0123456789abcdef';
const NOW = Date.parse('2026-07-01T10:00:00Z');
const SECONDS = NOW / 1000;
const CONTENT = {
  exp: SECONDS + 300,
  sub: 'customer-7',
  name: 'Ann Lee',
  claims: { plan: 'gold', orders: 3, vip: true },
};

const sign = (content: object, options: jwt.SignOptions = {}) =>
  jwt.sign(content, SECRET, { noTimestamp: true, ...options });
const read = (token: string, now = NOW) => readPageContext(token, SECRET, now);
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signed with HMAC-SHA256, whatever the header says. */
function signedAs(header: object): string {
  const content = `${part(header)}.${part(CONTENT)}`;
  return `${content}.${createHmac('sha256', SECRET).update(content).digest('base64url')}`;
}

describe("a site's word on its visitor", () => {
  it('is believed when a well-known library signed it', () => {
    expect(read(sign(CONTENT))).toEqual({
      verified: true,
      subject: 'customer-7',
      name: 'Ann Lee',
      claims: { plan: 'gold', orders: 3, vip: true },
    });
    expect(read(sign({ exp: SECONDS + 60, iat: SECONDS, iss: 'shop' }))).toEqual({ verified: true });
  });

  it('is believed when the documented example made it', () => {
    const example = fileURLToPath(new URL('../../../examples/page-context/sign-visitor.js', import.meta.url));
    const env = { OFFHOOK_CONTEXT_SECRET: SECRET };
    const token = execFileSync(process.execPath, [example], { env, encoding: 'utf8' }).trim();
    const { exp } = jwt.decode(token) as { exp: number };
    expect(read(token, (exp - 300) * 1000)).toMatchObject({ verified: true, name: 'Ann Lee' });
  });

  it('is believed for five minutes at most, give or take what clocks differ', () => {
    const token = sign(CONTENT);
    expect(read(token, NOW + 309_000).verified).toBe(true);
    expect(read(token, NOW + 310_000)).toEqual({ verified: false, fault: 'expired' });
    expect(read(token, NOW - 11_000)).toEqual({ verified: false, fault: 'expired' });
    expect(read(sign({ ...CONTENT, nbf: SECONDS + 60 }))).toEqual({ verified: false, fault: 'expired' });
    expect(read(sign({ ...CONTENT, exp: 1e308 }))).toEqual({ verified: false, fault: 'expired' });
  });

  it.each([
    ['another secret', jwt.sign(CONTENT, 'x'.repeat(40))],
    ['another algorithm', sign(CONTENT, { algorithm: 'HS512' })],
    ['none', `${part({ alg: 'none' })}.${part(CONTENT)}.`],
    [
      'a changed content',
      sign(CONTENT).replace(/\.[\w-]+\./, `.${part({ ...CONTENT, sub: 'customer-8' })}.`),
    ],
    ['a critical extension', sign(CONTENT, { header: { alg: 'HS256', crit: ['b64'] } })],
    ['a header that names another algorithm', signedAs({ alg: 'RS256' })],
    ['a header without an algorithm', signedAs({ typ: 'JWT' })],
    ['no JSON', 'e30.e30.e30'],
    ['dots', '..'],
  ])('is not believed with %s', (_, token) => {
    expect(read(token)).toEqual({ verified: false, fault: 'signature-invalid' });
  });

  it.each([
    { ...CONTENT, exp: undefined },
    { ...CONTENT, exp: 'tomorrow' },
    { ...CONTENT, name: 'x'.repeat(81) },
    { ...CONTENT, name: 'Ann\r\nLee' },
    { ...CONTENT, name: 'Ann\u202Eeel' },
    { ...CONTENT, sub: 7 },
    { ...CONTENT, claims: { 'a b': 1 } },
    { ...CONTENT, claims: { nested: { deep: 1 } } },
    { ...CONTENT, claims: Object.fromEntries(Array.from({ length: 11 }, (__, index) => [`c${index}`, 1])) },
  ])('is not believed when it says %j', (content) => {
    const token = jwt.sign(JSON.stringify(content), SECRET);
    expect(read(token)).toEqual({ verified: false, fault: 'claims-invalid' });
  });

  it('is not believed by a server that was given no secret', () => {
    expect(readPageContext(sign(CONTENT), undefined, NOW)).toEqual({
      verified: false,
      fault: 'not-configured',
    });
  });
});
