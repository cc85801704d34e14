import jwt from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';
import { createLogger, secretsIn } from './logging.js';
import { callSid, CREDENTIALS, TestServer, testConfig } from './testing/test-server.js';

const SECRETS = ['canary-password-1', 'canary"quoted"secret'];

function logged() {
  const lines: string[] = [];
  const logger = createLogger({
    level: 'debug',
    secrets: SECRETS,
    destination: { write: (line) => void lines.push(line) },
  });
  return { logger, lines };
}

describe('the log', () => {
  it('shows of phone numbers the last two digits, wherever they stand', () => {
    const { logger, lines } = logged();
    const numbers = [
      '+16175550123',
      '16175550123',
      'client:+442071838750',
      'tel:4915112345678',
      'sip:+16175550123@example.com',
      'x=6175550123,y',
      '+16175550123.',
      'To=%2B16175550123',
      '+1 617 555 0123',
      '+1-617-555-0123',
      '+1%20617%20555%200123',
      '(617) 555-0123',
      '+1 (617) 555-0123',
      '617.555.0123',
      '0171/5550123',
      'dial\n6175550123',
      'client:16175550123_a',
      'agent_16175550123',
      '+16175550123abc',
      '\uFF0B１６１７５５５０１２３',
      'To=%2b16175550123',
      'To%3D6175550123',
      'To=%252B16175550123',
      '617.5550123',
      '0171.5550123',
      'tel.6175550123',
      '1.6175550123',
      '6175550123x12',
      '+1 617 555 0123ext 5',
      '617\u2212555\u22120123',
      '617\u200B555\u200B0123',
      '۶۱۷۵۵۵۰۱۲۳',
      '६१७५५५०१२३',
      '\u{1D7DE}\u{1D7D9}\u{1D7DF}\u{1D7DD}\u{1D7DD}\u{1D7DD}\u{1D7D8}\u{1D7D9}\u{1D7DA}\u{1D7DB}',
      '+1\u00A0617\u2011555\u20110123',
    ];
    for (const text of numbers)
      logger.warn({ to: text, err: new Error(`no route to ${text}`) }, `dialling ${text}`);
    expect(lines.join('')).not.toMatch(/555.?0123|1838750|12345678|５５５|۵۵۵|५५५|\u{1D7DD}/u);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ to: expect.stringContaining('…') });
    expect(lines[0]).toContain('+…23');
  });

  it('shows no number that comes as a number, as a name, or in a list', () => {
    const { logger, lines } = logged();
    const number = 16_175_550_123;
    logger.info({ to: number, deep: { list: [number, [number]] }, [`+${number}`]: 1 }, 'calling');
    expect(lines.join('')).not.toContain('5550123');
    logger.info({ repeat: number, format: number, chat: number, account: number }, 'calling');
    expect(lines.join('')).not.toContain('5550123');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ to: '…23', deep: { list: ['…23', ['…23']] } });
  });

  it('shows no secret however deep it is, or how its name is written', () => {
    const { logger, lines } = logged();
    const secrets = { token: 'abc', Cookie: 'abc', 'Set-Cookie': ['abc'], 'X-Twilio-Signature': 'abc' };
    logger.child({ a: { b: { c: secrets } } }).info({ a: { b: { c: { d: secrets } } }, ...secrets }, 'deep');
    const more = { tokens: ['abc'], apiKey: 'abc', jwt: 'abc', auth: 'abc', pin: 'abc', dtmf: 'abc' };
    logger.info({ ...more, ticketId: 'abc', 'X-Api-Key': 'abc', digits: 'abc' }, 'more');
    expect(lines.join('')).not.toContain('abc');
  });

  it('keeps addresses, dates and decimal numbers', () => {
    const { logger, lines } = logged();
    const text =
      'from 203.0.113.194:8080 in 203.0.113.0/24 on 2026-07-01 10:00:00 after 1234.567891 ms or 0.1234567';
    logger.info({ pid: 4_194_303, durationSeconds: 1_234_567, startedAt: '2026-07-01T10:00:00.000Z' }, text);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      pid: 4_194_303,
      durationSeconds: 1_234_567,
      startedAt: '2026-07-01T10:00:00.000Z',
      msg: text,
    });
  });

  it('takes long lines in its stride', () => {
    const { logger, lines } = logged();
    for (const piece of ['1', '1 ', '(1', '+1', 'a1', '1.', '%20']) logger.info(piece.repeat(20_000));
    expect(lines).toHaveLength(7);
  });

  it('keeps SIDs, times, counts and durations', () => {
    const { logger, lines } = logged();
    logger.info(
      { callSid: callSid(12_345_678), ms: 12_345_678, at: 1_790_000_000_000 },
      'after 42 of 4242 ms',
    );
    const line = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    expect(line).toMatchObject({
      callSid: callSid(12_345_678),
      ms: 12_345_678,
      at: 1_790_000_000_000,
      msg: 'after 42 of 4242 ms',
      level: 'info',
    });
    expect(line['time']).toMatch(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/);
  });

  it('shows no secret, token or key, under whatever name it comes', () => {
    const { logger, lines } = logged();
    const token = `eyJhbGciOiJIUzI1NiJ9.${'a'.repeat(40)}.${'b'.repeat(43)}`;
    logger.error(
      { err: new Error(`wrong: ${SECRETS.join(' ')}`), any: { thing: [token] } },
      `bearer ${token}`,
    );
    logger.info({ url: `/?access=${token.replaceAll('.', '%2E')}` }, token.replaceAll('.', '%252e'));
    logger.info(
      {
        token: 'abc',
        headers: { authorization: 'Basic abc', cookie: 'sid=abc' },
        password: 'abc',
        a: { b: { password: 'abc', c: { cookie: 'abc' } } },
      },
      'a=ice-pwd:abc+def/ghi',
    );
    expect(lines.join('')).not.toMatch(/canary|eyJ|abc/);
  });

  it('writes one line for every entry, with nothing that moves a cursor', () => {
    const { logger, lines } = logged();
    const hostile = 'a\r\nb\u2028c\u2029d\u0085e\u001B[31mf\u0007g\u202Eh\0i';
    logger.info({ name: hostile }, hostile);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toMatch(/[\p{Cc}\u2028\u2029\u202E]/u);
    expect((JSON.parse(lines[0] ?? '') as { name: string }).name).toBe(hostile);
  });
});

it('finds the secrets of an environment', () => {
  const env = {
    TWILIO_AUTH_TOKEN: 'aaaaaaaa',
    OFFHOOK_SESSION_KEYS: 'new-key,old-key',
    DATABASE_URL: 'postgres://u:p%40ss@h/d',
    PORT: '8080',
  };
  expect(secretsIn(env)).toEqual(expect.arrayContaining(['aaaaaaaa', 'new-key', 'old-key', 'p@ss']));
  expect(secretsIn(env)).not.toContain('8080');
  expect(secretsIn({ DATABASE_URL: 'postgres://u:100%25@h/d' })).toEqual(expect.arrayContaining(['100%']));
  expect(secretsIn({ DATABASE_URL: 'postgres://u:50%off@h/d' })).toEqual(expect.arrayContaining(['50%off']));
});

/** The same text through what is not a call: availability, presence, ratings, callback requests, live events. */
async function sendMore(
  server: TestServer,
  {
    text,
    inUrl,
    contextSecret,
    visitor,
    alice,
  }: Record<'text' | 'inUrl' | 'contextSecret', string> &
    Record<'visitor' | 'alice', { Authorization: string }>,
): Promise<void> {
  const exp = server.clock.now() / 1000 + 60;
  for (const secret of [contextSecret, text]) {
    const context = jwt.sign({ exp, sub: text, name: text, claims: { text } }, secret);
    await server.post('/api/token', { destination: 'support', context }, visitor);
  }
  const request = { destination: 'support', name: text, note: text, number: '+16175559876' };
  await server.post('/api/callback-requests', request, visitor);
  await server.post('/api/callback-requests', { ...request, name: 'Ann', page: { title: text } }, visitor);
  await server.post('/api/callback-requests', { ...request, name: 'Ann', number: text }, visitor);
  await server.post(`/api/callback-requests/${inUrl}/take`, {}, alice);
  await server.get(`/api/callback-requests?cursor=${inUrl}&destination=${inUrl}`, alice);
  await server.get(`/api/availability?destination=${inUrl}`);
  await server.get(`/api/events?lastEventId=${inUrl}&${inUrl}`, alice);
  await server.post('/api/presence', { status: text }, alice);
  await server.post(`/api/calls/${inUrl}/rating`, { score: 1, issue: text }, visitor);
  await server.webhook('/voice/outgoing', {
    CallSid: callSid(7),
    From: 'client:alice',
    To: `callback:${text}`,
  });
}

describe('canary secrets and phone numbers', () => {
  it('sent through every input appear in no log line', async () => {
    const lines: string[] = [];
    const secrets = Object.values(CREDENTIALS);
    const logger = createLogger({
      level: 'trace',
      secrets,
      destination: { write: (line) => void lines.push(line) },
    });
    const yaml = `destinations: { support: { visitors: true, ring: [agent:alice] } }
agents: { alice: { name: Alice, supervisor: true } }
policy: { countries: [US] }
pageContext: { secretEnv: CONTEXT_SECRET }`;
    const contextSecret = 'CANARY-secret-of-the-context-0123456789';
    const server = new TestServer(testConfig({ yaml, env: { CONTEXT_SECRET: contextSecret } }), { logger });
    const canary = 'CANARY7f3a';
    const number = '+16175559876';
    const [{ identity }, visitor] = await server.openSession();
    const [, alice] = await server.openSession({ identity: 'alice' });
    for (const text of [canary, number, `${canary}\r\n${number}\u2028`]) {
      const inUrl = encodeURIComponent(text);
      const inHeader = text.replaceAll(/[^ -~]/g, '');
      const headers = {
        'X-Request-Id': inHeader,
        'X-Forwarded-For': inHeader,
        'User-Agent': inHeader,
        Referer: inHeader,
        Cookie: `offhook=${inHeader}`,
        'I-Twilio-Idempotency-Token': inHeader,
      };
      await server.get(`/${inUrl}?${inUrl}=${inUrl}`, headers);
      await server.get('/api/calls', { Authorization: `Bearer ${inHeader}` });
      await server.get(`/api/calls?from=${inUrl}&to=${inUrl}&cursor=${inUrl}`, alice);
      await server.get(`/api/calls/${inUrl}/outcome`, visitor);
      await server.post('/api/session', { identity: text }, headers);
      await server.post('/api/sign-in', { identity: text, password: text }, headers);
      await server.post('/api/sign-in', { identity: 'alice', password: text }, headers);
      await server.post('/api/token', { destination: text }, visitor);
      await sendMore(server, { text, inUrl, contextSecret, visitor, alice });
      await server.post('/api/calls/erase', { party: text }, alice);
      await server.app.request('/api/token', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Origin: server.config.publicUrl },
        body: `{"${text}`,
      });
      const form = { From: `client:${identity}`, To: text, CallerId: text, note: text };
      await server.webhook('/voice/outgoing', { CallSid: callSid(lines.length), ...form });
      await server.webhook('/voice/incoming', {
        CallSid: callSid(lines.length),
        From: text,
        To: text,
        CallerName: text,
      });
      await server.webhook('/voice/status', {
        CallSid: callSid(1),
        CallStatus: 'completed',
        To: text,
        ErrorMessage: text,
      });
      await server.webhook(`/voice/dial-done?step=${inUrl}`, {
        CallSid: callSid(1),
        CallStatus: text,
        DialCallStatus: text,
      });
    }
    expect(lines.length).toBeGreaterThan(40);
    const log = lines.join('');
    expect(log).not.toContain(canary);
    expect(log).not.toContain('6175559876');
    for (const secret of secrets) expect(log).not.toContain(secret);
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
    expect(log).toMatch(/"requestId":"[\w-]{16}"/);
    expect(log).toMatch(/"callSid":"CA/);
  });
});
