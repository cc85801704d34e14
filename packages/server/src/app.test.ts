import { ApiError, SessionReply, TokenReply } from '@offhook/contract';
import { Hono } from 'hono';
import jwt from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';
import { MemorySessionStore } from './stores/memory-session-store.js';
import { callSid, TestClock, TestServer, testConfig } from './testing/test-server.js';

const KEYS = { OFFHOOK_SESSION_KEYS: 'key-of-the-tests-that-two-servers-share-0123' };
const SITE = 'https://shop.example.com';
const YAML = `
sites: [${SITE}]
destinations:
  support: { visitors: true, title: { en: Support }, ring: [agent:alice] }
  internal: { ring: [agent:alice] }
agents: { alice: { name: Alice Archer, callerIds: ["+16175550100"] }, bob: { name: Bob Baker } }
`;

async function errorOf(response: Response): Promise<[status: number, code: string]> {
  return [response.status, ApiError.parse(await response.json()).error.code];
}

describe('POST /api/session', () => {
  it('gives a visitor a random identity and the destinations that visitors may call', async () => {
    const server = new TestServer(testConfig({ yaml: YAML }));
    const response = await server.post('/api/session', {});
    const reply = SessionReply.parse(await response.json());
    expect(reply).toMatchObject({
      role: 'visitor',
      identity: expect.stringMatching(/^visitor_[A-Za-z0-9]{20}$/),
      name: reply.identity,
      destinations: [{ name: 'support', title: { en: 'Support' } }],
      callerIds: [],
      colleagues: [],
    });
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    const [other] = await server.openSession();
    expect(other.identity).not.toBe(reply.identity);
    expect(other.sessionToken).not.toBe(reply.sessionToken);
  });

  it('gives an agent its name, caller IDs, colleagues and all destinations', async () => {
    const [reply] = await new TestServer(testConfig({ yaml: YAML })).openSession({ identity: 'alice' });
    expect(SessionReply.parse(reply)).toMatchObject({
      role: 'agent',
      identity: 'alice',
      name: 'Alice Archer',
      destinations: [{ name: 'support' }, { name: 'internal', title: { en: 'internal' } }],
      callerIds: ['+16175550100'],
      colleagues: [{ identity: 'bob', name: 'Bob Baker' }],
    });
  });

  it('lets anybody be anybody in the demo, but nobody a visitor of choice', async () => {
    const server = new TestServer();
    expect((await server.openSession({ identity: 'carol' }))[0]).toMatchObject({
      role: 'agent',
      name: 'carol',
    });
    const response = await server.post('/api/session', { identity: 'visitor_00000000000000000000' });
    expect(await errorOf(response)).toEqual([403, 'agent-unknown']);
  });

  it('knows only configured agents once there is a configuration', async () => {
    const response = await new TestServer(testConfig({ yaml: YAML })).post('/api/session', {
      identity: 'carol',
    });
    expect(await errorOf(response)).toEqual([403, 'agent-unknown']);
  });
});

describe('the session of an agent whom the configuration has no longer', () => {
  it('is none, neither to the API nor to a call', async () => {
    const sessions = new MemorySessionStore({ clock: new TestClock() });
    const server = (yaml: string) =>
      new TestServer(testConfig({ yaml: `${yaml}policy: { countries: [US] }`, env: KEYS }), {
        stores: { sessions },
        agentsThere: false,
      });
    const before = server(YAML);
    const after = server(YAML.replace(', bob: { name: Bob Baker }', ''));
    const [, bob] = await before.openSession({ identity: 'bob' });
    const [, alice] = await before.openSession({ identity: 'alice' });
    const call = { CallSid: callSid(1), From: 'client:bob', To: 'client:alice' };
    expect((await before.post('/api/token', {}, bob)).status).toBe(200);
    expect(await errorOf(await after.post('/api/token', {}, bob))).toEqual([401, 'session-required']);
    expect((await after.get('/api/calls', bob)).status).toBe(401);
    expect((await after.post('/api/token', {}, alice)).status).toBe(200);
    expect(await (await after.webhook('/voice/outgoing', call)).text()).not.toContain('<Dial');
    expect(
      await (await before.webhook('/voice/outgoing', { ...call, CallSid: callSid(2) })).text(),
    ).toContain('<Dial');
  });
});

describe('POST /api/session, asked for too much,', () => {
  it('accepts no chosen identity on a public address, and none from an embedding site', async () => {
    const env = { PUBLIC_URL: 'https://calls.example.com' };
    const publicly = new TestServer(testConfig({ yaml: YAML, env }));
    expect(await errorOf(await publicly.post('/api/session', { identity: 'alice' }))).toEqual([
      401,
      'sign-in-required',
    ]);
    const locally = new TestServer(testConfig({ yaml: YAML }));
    const fromSite = await locally.post('/api/session', { identity: 'alice' }, { Origin: SITE });
    expect(await errorOf(fromSite)).toEqual([403, 'identity-not-accepted']);
  });

  it.each([
    { identity: 'al ice' },
    { identity: '' },
    { identity: ['alice'] },
    { name: 'x' },
    [],
    'alice',
    null,
  ])('refuses the body %j', async (body) => {
    expect(await errorOf(await new TestServer().post('/api/session', body))).toEqual([400, 'body-invalid']);
  });
});

describe('POST /api/token', () => {
  it('gives a visitor a short token to call out, and tells it where the engine is', async () => {
    const server = new TestServer();
    const [session, headers] = await server.openSession();
    const response = await server.post(
      '/api/token',
      { destination: 'support' },
      { ...headers, Host: '127.0.0.1:8080' },
    );
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    const reply = TokenReply.parse(await response.json());
    expect(reply).toMatchObject({ identity: session.identity, ttlSeconds: 5 });
    expect(reply.voice).toMatchObject({
      signalingHost: '127.0.0.1:8080',
      insights: '/insights',
      iceServers: [],
    });
    expect(Object.keys(reply.voice.sounds ?? {})).toHaveLength(15);
    expect(reply.voice.sounds).toMatchObject({
      dtmfs: '/sounds/dtmf-star.mp3',
      incoming: '/sounds/incoming.mp3',
    });
    expect(jwt.decode(reply.token)).toMatchObject({
      grants: { identity: session.identity, voice: { outgoing: {} } },
    });
  });

  it('gives an agent a token of a quarter of an hour that can be called', async () => {
    const server = new TestServer();
    const [, headers] = await server.openSession({ identity: 'alice' });
    const reply = TokenReply.parse(await (await server.post('/api/token', {}, headers)).json());
    expect(reply.ttlSeconds).toBe(900);
    expect(jwt.decode(reply.token)).toMatchObject({ grants: { voice: { incoming: { allow: true } } } });
  });

  it('names none but our own hosts as the signaling host, and none at all on Twilio', async () => {
    const server = new TestServer();
    const [, headers] = await server.openSession({ identity: 'alice' });
    const spoofed = await server.post('/api/token', {}, { ...headers, Host: 'evil.example' });
    expect(TokenReply.parse(await spoofed.json()).voice.signalingHost).toBe('localhost:8080');

    const onTwilio = new TestServer(testConfig({ voice: { mode: 'twilio' } }));
    const [, twilioHeaders] = await onTwilio.openSession({ identity: 'alice' });
    const reply = TokenReply.parse(await (await onTwilio.post('/api/token', {}, twilioHeaders)).json());
    expect(reply.voice).toEqual({ iceServers: [] });
  });

  it('gives a visitor no token without a destination, or for one that visitors may not call', async () => {
    const server = new TestServer(testConfig({ yaml: YAML }));
    const [, headers] = await server.openSession();
    expect(await errorOf(await server.post('/api/token', {}, headers))).toEqual([
      400,
      'destination-required',
    ]);
    for (const destination of ['internal', 'nothing', 'constructor']) {
      const response = await server.post('/api/token', { destination }, headers);
      expect(await errorOf(response)).toEqual([404, 'destination-unknown']);
    }
  });
});

describe('the browser of another site', () => {
  const server = new TestServer(testConfig({ yaml: YAML }));

  it('may use the API when the site is configured', async () => {
    const response = await server.post('/api/session', {}, { Origin: SITE });
    expect(response.status).toBe(200);
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(SITE);
    expect(response.headers.get('Vary')).toContain('Origin');
  });

  it('can read errors of the API too', async () => {
    const response = await server.post('/api/token', {}, { Origin: SITE });
    expect(response.status).toBe(401);
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(SITE);
  });

  it.each([
    'null',
    'https://shop.example.com.evil.example',
    'https://SHOP.example.com',
    'http://shop.example.com',
    `${SITE}:8443`,
  ])('is refused as %s', async (origin) => {
    const response = await server.post('/api/session', {}, { Origin: origin });
    expect(await errorOf(response)).toEqual([403, 'origin-not-allowed']);
    expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull();
    const preflight = await server.app.request('/api/session', {
      method: 'OPTIONS',
      headers: { Origin: origin },
    });
    expect(preflight.headers.get('Access-Control-Allow-Origin')).toBeNull();
  });

  it('is refused when it hides its origin', async () => {
    const headers = { 'Content-Type': 'application/json' };
    const response = await server.app.request('/api/session', { method: 'POST', headers, body: '{}' });
    expect(await errorOf(response)).toEqual([403, 'origin-not-allowed']);
  });
});

describe('what the API refuses', () => {
  it('is answered when it has been read, while a server that is being stopped closes its connections', async () => {
    const server = new TestServer(testConfig(), { isReady: () => false });
    const { readable: body, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const headers = { Origin: server.config.publicUrl, 'Content-Length': '2' };
    let isAnswered = false;
    const asked = Promise.resolve(
      server.app.request('/api/token', { method: 'POST', headers, body, duplex: 'half' }),
    ).finally(() => (isAnswered = true));
    const writer = writable.getWriter();
    await writer.write(new TextEncoder().encode('{'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isAnswered).toBe(false);
    await writer.write(new TextEncoder().encode('}'));
    await writer.close();
    expect((await asked).status).toBe(503);
  });

  it('can be read by other sites, and is kept nowhere, while no calls begin or a body is too large', async () => {
    const server = new TestServer(testConfig({ yaml: YAML }), { isReady: () => false });
    const readable = (response: Response) => [
      response.status,
      response.headers.get('Access-Control-Allow-Origin'),
      response.headers.get('Cache-Control'),
    ];
    const headers = { Origin: SITE };
    expect(readable(await server.post('/api/token', {}, headers))).toEqual([503, SITE, 'no-store']);
    const large = await server.post('/api/token', { text: 'x'.repeat(70_000) }, headers);
    expect(readable(large)).toEqual([413, SITE, 'no-store']);
    const preflight = await server.app.request('/api/token', { method: 'OPTIONS', headers });
    expect(readable(preflight)).toEqual([204, SITE, 'no-store']);
  });

  it('is kept nowhere either where the API has nothing, whatever the pages say', async () => {
    const pages = new Hono().use((context, next) => {
      context.header('Cache-Control', 'no-cache');
      return next();
    });
    const server = new TestServer(testConfig(), { pages });
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
      const headers = { Origin: server.config.publicUrl };
      const response = await server.app.request('/api/token', { method, headers });
      expect([method, response.status, response.headers.get('Cache-Control')]).toEqual([
        method,
        404,
        'no-store',
      ]);
    }
    expect((await server.get('/nothing')).headers.get('Cache-Control')).toBe('no-cache');
  });
});

describe('the app', () => {
  it('takes JSON only, at most 64 KB of it', async () => {
    const server = new TestServer();
    const form = await server.post('/api/session', {}, { 'Content-Type': 'text/plain' });
    expect(await errorOf(form)).toEqual([415, 'json-required']);
    const large = await server.post('/api/session', { identity: 'x'.repeat(65_536) });
    expect(await errorOf(large)).toEqual([413, 'body-too-large']);
    const headers = { 'Content-Type': 'application/json', Origin: server.config.publicUrl };
    const broken = await server.app.request('/api/session', { method: 'POST', headers, body: '{' });
    expect(await errorOf(broken)).toEqual([400, 'body-invalid']);
  });

  it('answers unknown paths with an error in JSON and safe headers', async () => {
    const response = await new TestServer().get('/api/nothing');
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(response.headers.get('Permissions-Policy')).toContain('microphone=(self)');
    expect(response.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
    expect(await errorOf(response)).toEqual([404, 'not-found']);
  });

  it('serves pages with their own security policy, beside the API', async () => {
    const pages = new Hono().get('/', (context) =>
      context.html('<p>Shop</p>', 200, { 'Content-Security-Policy': "script-src 'self'" }),
    );
    const server = new TestServer(testConfig(), { pages });
    const page = await server.get('/');
    expect(await page.text()).toBe('<p>Shop</p>');
    expect(page.headers.get('Content-Security-Policy')).toBe("script-src 'self'");
    expect(page.headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect((await server.get('/healthz')).status).toBe(200);
  });

  it('is healthy at once and ready when it is told so', async () => {
    let ready = false;
    const server = new TestServer(testConfig(), { isReady: () => ready });
    expect((await server.get('/healthz')).status).toBe(200);
    expect((await server.get('/readyz')).status).toBe(503);
    ready = true;
    expect((await server.get('/readyz')).status).toBe(200);
  });

  it('logs no token, number or secret', async () => {
    const server = new TestServer();
    const [session, headers] = await server.openSession({ identity: 'alice' });
    const { token } = TokenReply.parse(await (await server.post('/api/token', {}, headers)).json());
    await server.webhook('/voice/outgoing', {
      CallSid: `CA${'a'.repeat(32)}`,
      From: 'client:alice',
      To: '+16175550123',
    });
    const log = server.logLines.join('');
    expect(log).toContain('call refused');
    for (const secret of [session.sessionToken, token, '6175550123', server.config.credentials.authToken]) {
      expect(log).not.toContain(secret);
    }
  });
});
