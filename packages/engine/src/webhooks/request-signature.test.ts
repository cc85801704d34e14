import { createHash } from 'node:crypto';
import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { signRequest } from './request-signature.js';

const TOKEN = 'an-auth-token-of-32-characters-xx';

it.each([
  ['https://app.example/voice', {}],
  ['https://app.example/voice?a=1&b=%20x', { CallSid: 'CA1', From: 'client:alice' }],
  ['http://localhost:8080/voice', { b: '2', a: '1', B: '3', A: '4', '': 'x' }],
  ['https://app.example:8443/v', { Ünïcode: '日本語 😀', quote: `'"&<>`, plus: '+1 617' }],
])("signs %s so that Twilio's library agrees", (url, parameters: Record<string, string>) => {
  const signature = signRequest(TOKEN, url, parameters);
  expect(twilio.validateRequest(TOKEN, signature, url, parameters)).toBe(true);
  expect(twilio.validateRequest(TOKEN, signature, `${url}x`, parameters)).toBe(false);
  expect(signRequest('another token', url, parameters)).not.toBe(signature);
});

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe('on generated requests of every shape', () => {
  const random = seeded(20_261_121);
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <T>(list: readonly [T, ...T[]]): T => list[below(list.length)] ?? list[0];
  const TEXTS = [
    '',
    'a',
    'A',
    '0',
    '+1 617',
    'it%27s',
    "it's",
    '日本 😀',
    'é',
    '&=?#',
    'a\r\nb',
    '\u0000',
  ] as const;
  const ORIGINS = [
    'https://app.example',
    'https://app.example:443',
    'https://app.example:8443',
    'http://localhost:8080',
    'http://app.example:80',
    'http://[::1]:8080',
  ] as const;
  const PATHS = ['/', '/voice', '/voice/', "/it's", '/%27', '/a%20b', '/日本'] as const;
  const QUERIES = [
    '',
    '?',
    '?a=1',
    '?a=1&a=2',
    '?a=&b',
    '?a=%20+x',
    "?a=it's",
    '?é=日本',
    '?call=x&step=1',
  ] as const;
  const requests = Array.from({ length: 1000 }, () => ({
    url: pick(ORIGINS) + pick(PATHS) + pick(QUERIES),
    form: Object.fromEntries(
      Array.from({ length: below(9) }, () => [`${pick(TEXTS)}${below(4)}`, pick(TEXTS)]),
    ),
  }));

  it("is what Twilio's library makes, and what it accepts, and nothing else is", () => {
    for (const { url, form } of requests) {
      const signature = signRequest(TOKEN, url, form);
      expect([url, form, signature]).toEqual([
        url,
        form,
        twilio.getExpectedTwilioSignature(TOKEN, url, form),
      ]);
      expect(twilio.validateRequest(TOKEN, signature, url, form)).toBe(true);
      expect(twilio.validateRequest(TOKEN, signature, url, { ...form, more: 'x' })).toBe(false);
      expect(twilio.validateRequest(`${TOKEN}x`, signature, url, form)).toBe(false);
    }
  });

  it('is right for a JSON body, whose hash is in the URL', () => {
    for (const { url, form } of requests.slice(0, 200)) {
      const body = JSON.stringify(form);
      const hash = createHash('sha256').update(body).digest('hex');
      const signed = `${url}${url.includes('?') ? '&' : '?'}bodySHA256=${hash}`;
      const signature = signRequest(TOKEN, signed, {});
      expect(twilio.validateRequestWithBody(TOKEN, signature, signed, body)).toBe(true);
      expect(twilio.validateRequestWithBody(TOKEN, signature, signed, `${body} `)).toBe(false);
    }
  });
});
