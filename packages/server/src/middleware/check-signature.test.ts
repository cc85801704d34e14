import {
  getExpectedBodyHash,
  getExpectedTwilioSignature,
  validateRequest,
  validateRequestWithBody,
} from 'twilio/lib/webhooks/webhooks.js';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../testing/seeded-random.js';
import { toCallRecord } from '../stores/call-record-store.js';
import { MemoryCallRecordStore } from '../stores/memory-call-record-store.js';
import { callSid, CREDENTIALS, TestServer, testConfig } from '../testing/test-server.js';
import { isSigned } from './check-signature.js';

const TOKEN = CREDENTIALS.TWILIO_AUTH_TOKEN;
const OLD_TOKEN = 'the-auth-token-before-0123456789';
const FORM_TYPE = 'application/x-www-form-urlencoded';

/** Everything that the platform is known to send with a status callback. */
const STATUS: Readonly<Record<string, string>> = {
  AccountSid: CREDENTIALS.TWILIO_ACCOUNT_SID,
  ApiVersion: '2010-04-01',
  CallDuration: '65',
  CallSid: callSid(2),
  CallStatus: 'completed',
  CallbackSource: 'call-progress-events',
  Called: 'client:aliceArcher',
  CalledCity: '',
  Caller: '+16175550123',
  CallerCity: "ST. JOHN'S",
  CallerCountry: 'US',
  CallerState: 'MA',
  CallerZip: '02139',
  Direction: 'outbound-dial',
  Duration: '2',
  From: '+16175550123',
  FromCity: 'NEW YORK',
  FromCountry: 'US',
  ParentCallSid: callSid(1),
  SequenceNumber: '3',
  SipResponseCode: '200',
  StirVerstat: 'TN-Validation-Passed-A',
  Timestamp: 'Wed, 01 Jul 2026 10:00:00 +0000',
  To: 'client:aliceArcher',
  ToCountry: 'US',
};

/** A request that the signature belongs to, or is said to belong to. */
async function send(
  server: TestServer,
  path: string,
  options: { signature: string; body: string; type?: string; headers?: Record<string, string> },
): Promise<number> {
  const { signature, body, type = FORM_TYPE, headers } = options;
  const response = await server.app.request(path, {
    method: 'POST',
    headers: { 'Content-Type': type, 'X-Twilio-Signature': signature, ...headers },
    body,
  });
  return response.status;
}

const encode = (pairs: Iterable<readonly [string, string]>) =>
  [...pairs].map((pair) => pair.map(encodeURIComponent).join('=')).join('&');

describe('isSigned', () => {
  const random = new SeededRandom(20_260_701);
  const texts = [
    '',
    'a',
    "it's",
    '%27',
    'a b',
    'a+b',
    'a%20b',
    '日本語 😀',
    '&=?#',
    '"<>',
    '+16175550123',
    'é',
    '\\',
  ];
  const origins = [
    'https://a.example',
    'https://a.example:443',
    'https://a.example:8443',
    'http://localhost:8080',
    'http://a.example:80',
  ];
  const paths = ['/', '/voice/status', '/voice/status/', "/it's", '/%27', '/a b'.replace(' ', '%20')];
  const queries = ['', '?', '?step=1', '?a=1&b=%20x', '?a=it%27s', "?a=it's", '?a=1+2', '?empty='];
  const cases = Array.from({ length: 500 }, () => ({
    url: random.pick(origins) + random.pick(paths) + random.pick(queries),
    form: Object.fromEntries(
      Array.from({ length: random.below(8) }, () => [
        `${random.pick(texts)}${random.below(5)}`,
        random.pick(texts),
      ]),
    ),
  }));

  it('agrees with the official library on 500 generated forms, and on each with one thing changed', () => {
    for (const { url, form } of cases) {
      const signature = getExpectedTwilioSignature(TOKEN, url, form);
      const request = { url, form, signature, body: '' };
      expect([url, form, isSigned(request, [TOKEN])]).toEqual([url, form, true]);
      const changes = [
        { ...request, url: `${url}x` },
        { ...request, form: { ...form, extra: 'x' } },
        {
          ...request,
          form: Object.fromEntries(Object.entries(form).map(([name, value]) => [name, `${value}x`])),
        },
        { ...request, signature: signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')) },
        { ...request, signature: '' },
      ];
      for (const changed of changes) {
        const judged = validateRequest(TOKEN, changed.signature, changed.url, changed.form);
        expect([changed, isSigned(changed, [TOKEN])]).toEqual([changed, judged]);
      }
      expect(isSigned(request, ['another-token', 'a-third'])).toBe(false);
    }
  });

  it('agrees with the official library on generated JSON bodies', () => {
    for (const [index, { url: plain }] of cases.slice(0, 100).entries()) {
      const body = JSON.stringify({ index, text: random.pick(texts) });
      const url = `${plain}${plain.includes('?') ? '&' : '?'}bodySHA256=${getExpectedBodyHash(body)}`;
      const signature = getExpectedTwilioSignature(TOKEN, url, {});
      expect(validateRequestWithBody(TOKEN, signature, url, body)).toBe(true);
      expect(isSigned({ url, signature, form: undefined, body }, [TOKEN])).toBe(true);
      expect(isSigned({ url, signature, form: undefined, body: `${body} ` }, [TOKEN])).toBe(false);
      expect(isSigned({ url: plain, signature, form: undefined, body }, [TOKEN])).toBe(false);
    }
  });
});

describe('a webhook', () => {
  const url = (path: string, publicUrl = 'http://localhost:8080') => `${publicUrl}${path}`;
  const signed = (path: string, form: Readonly<Record<string, string>>, token = TOKEN) =>
    getExpectedTwilioSignature(token, url(path), form);
  const body = encode(Object.entries(STATUS));
  /** Where our documents send the reports of a party that they ring. */
  const ADDRESS = new TestServer().callbackAddress('/voice/status', STATUS);
  const signature = signed(ADDRESS, STATUS);

  it('passes with everything that the platform sends', async () => {
    expect(await send(new TestServer(), ADDRESS, { signature, body })).toBe(204);
    const type = `${FORM_TYPE}; charset=UTF-8`;
    expect(await send(new TestServer(), ADDRESS, { signature, body, type })).toBe(204);
  });

  it('passes for a call that others have forwarded, with the passports of every hop', async () => {
    const forwarded = {
      ...Object.fromEntries(Object.entries(STATUS).filter(([name]) => name === 'AccountSid')),
      ApiVersion: '2010-04-01',
      CallSid: `CA${'5'.repeat(32)}`,
      CallStatus: 'ringing',
      CallToken: `%7B%22parentCallInfoToken%22%3A%22${'eyJhbGciOiJFUzI1NiJ9.'.repeat(100)}%22%7D`,
      Called: '+16175550100',
      CalledVia: '+13125550100',
      Caller: '+17735550100',
      Direction: 'inbound',
      ForwardedFrom: '+13125550100',
      From: '+17735550100',
      StirPassportToken: 'eyJhbGciOiJFUzI1NiJ9.'.repeat(60),
      StirVerstat: 'TN-Validation-Passed-A',
      To: '+16175550100',
    };
    const made = signed('/voice/incoming', forwarded);
    const sent = { signature: made, body: encode(Object.entries(forwarded)) };
    expect(await send(new TestServer(), '/voice/incoming', sent)).toBe(200);
  });

  it.each([
    ['https://calls.example.com', 'https://calls.example.com:443'],
    ['https://calls.example.com:8443', 'https://calls.example.com'],
    ['https://calls.example.com:8443', 'https://calls.example.com:8443'],
  ])('for %s may be signed for %s', async (publicUrl, signedUrl) => {
    const server = new TestServer(testConfig({ env: { PUBLIC_URL: publicUrl } }));
    const made = getExpectedTwilioSignature(TOKEN, url(ADDRESS, signedUrl), STATUS);
    expect(await send(server, ADDRESS, { signature: made, body })).toBe(204);
  });

  it('passes as JSON while its body is the one that was signed', async () => {
    const json = JSON.stringify(STATUS);
    const path = `${ADDRESS}&bodySHA256=${getExpectedBodyHash(json)}`;
    const made = signed(path, {});
    const type = 'application/json';
    expect(await send(new TestServer(), path, { signature: made, body: json, type })).toBe(204);
    expect(await send(new TestServer(), path, { signature: made, body: `${json} `, type })).toBe(403);
    expect(await send(new TestServer(), path, { signature: made, body: '{}', type })).toBe(403);
    expect(await send(new TestServer(), ADDRESS, { signature: made, body: json, type })).toBe(415);
  });

  it('is believed under the old auth token only while that is configured', async () => {
    const rotating = new TestServer(testConfig({ env: { TWILIO_AUTH_TOKEN_OLD: OLD_TOKEN } }));
    const old = signed(ADDRESS, STATUS, OLD_TOKEN);
    expect(await send(rotating, ADDRESS, { signature: old, body })).toBe(204);
    expect(await send(rotating, ADDRESS, { signature, body })).toBe(204);
    expect(await send(new TestServer(), ADDRESS, { signature: old, body })).toBe(403);
  });

  it.each([
    { Host: 'evil.example' },
    { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https' },
    { Forwarded: 'host=evil.example;proto=https' },
  ])('is not believed for another host, whatever %o says', async (headers) => {
    const forged = getExpectedTwilioSignature(TOKEN, `https://evil.example${ADDRESS}`, STATUS);
    expect(await send(new TestServer(), ADDRESS, { signature: forged, body, headers })).toBe(403);
    expect(await send(new TestServer(), ADDRESS, { signature, body, headers })).toBe(204);
  });

  it('fails when a parameter is moved into the query', async () => {
    for (const [name, value] of Object.entries(STATUS)) {
      const rest = encode(Object.entries(without(STATUS, name)));
      for (const query of [
        `&${encode([[name, value]])}`,
        `&${name}${encodeURIComponent(value)}`,
        `&${name}`,
      ]) {
        expect(await send(new TestServer(), `${ADDRESS}${query}`, { signature, body: rest })).toBeGreaterThan(
          399,
        );
      }
    }
  });

  it('fails when two parameters are merged, in every way that keeps the signature', async () => {
    const server = new TestServer();
    const pairs = Object.entries(STATUS);
    for (let index = 0; index + 1 < pairs.length; index += 1) {
      const [[name, value], [nextName, nextValue]] = [pairs[index] ?? ['', ''], pairs[index + 1] ?? ['', '']];
      const merged = pairs.toSpliced(index, 2, [name, value + nextName + nextValue]);
      expect(validateRequest(TOKEN, signature, url(ADDRESS), Object.fromEntries(merged))).toBe(true);
      const status = await send(server, ADDRESS, { signature, body: encode(merged) });
      expect([merged[index], status]).toEqual([
        merged[index],
        expect.toSatisfy((code: number) => code >= 400),
      ]);
    }
  });

  it('fails when a parameter is split anew, in every way that keeps the signature', async () => {
    const server = new TestServer();
    const pairs = Object.entries(STATUS);
    let tried = 0;
    for (const [index, [name, value]] of pairs.entries()) {
      for (const other of otherSplits(name, value)) {
        const split = pairs.toSpliced(index, 1, ...other);
        if (!validateRequest(TOKEN, signature, url(ADDRESS), Object.fromEntries(split))) continue;
        tried += 1;
        const status = await send(server, ADDRESS, { signature, body: encode(split) });
        expect([other, status]).toEqual([other, expect.toSatisfy((code: number) => code >= 400)]);
      }
    }
    expect(tried).toBeGreaterThan(400);
  });

  it('leaves the same record, however often reports come and in whatever order', async () => {
    const reports = [
      STATUS,
      { ...STATUS, CallStatus: 'ringing', SequenceNumber: '1' },
      { ...STATUS, CallStatus: 'in-progress', SequenceNumber: '2' },
      { ...without(STATUS, 'ParentCallSid'), CallSid: callSid(1), SequenceNumber: '3' },
    ];
    const recordAfter = async (order: readonly Readonly<Record<string, string>>[]) => {
      const calls = new MemoryCallRecordStore();
      const server = new TestServer(undefined, { stores: { calls } });
      await server.webhook('/voice/incoming', {
        CallSid: callSid(1),
        From: '+16175550123',
        To: '+16175550100',
      });
      await Promise.all(order.map((form) => server.webhook('/voice/status', { ...form })));
      const [call, ...more] = await calls.list({ limit: 10 });
      expect(more).toEqual([]);
      return call && toCallRecord(call);
    };
    const expected = await recordAfter(reports);
    expect(expected?.endedAt).toBeDefined();
    expect(await recordAfter(reports.toReversed())).toEqual(expected);
    expect(await recordAfter(Array.from({ length: 25 }, () => reports).flat())).toEqual(expected);
  });
});

function without(form: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(form).filter(([other]) => other !== name));
}

/** Every way to read the same characters as one or two parameters. */
function otherSplits(name: string, value: string): [string, string][][] {
  const text = name + value;
  const splits: [string, string][][] = [];
  for (let end = 1; end <= text.length; end += 1) {
    if (end !== name.length) splits.push([[text.slice(0, end), text.slice(end)]]);
  }
  for (let cut = 2; cut < text.length; cut += 1) {
    const ends = [1, Math.min(name.length, cut), cut];
    for (const first of new Set(ends)) {
      for (const second of new Set([cut + 1, Math.ceil((cut + text.length) / 2), text.length])) {
        splits.push([
          [text.slice(0, first), text.slice(first, cut)],
          [text.slice(cut, second), text.slice(second)],
        ]);
      }
    }
  }
  return splits;
}
