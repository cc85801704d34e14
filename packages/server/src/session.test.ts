import { scryptSync } from 'node:crypto';
import { ApiError, SessionReply, TokenReply } from '@offhook/contract';
import jwt from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';
import { AGENT_IDLE_MS, SESSION_LIFE_MS } from './session.js';
import { MemorySessionStore } from './stores/memory-session-store.js';
import { TestServer, testConfig } from './testing/test-server.js';

const SITE = 'https://shop.example.com';
const PUBLIC_URL = 'https://calls.example.com';
const [OLD_KEY, NEW_KEY] = ['o-session-key-of-the-tests-0123456789', 'n-session-key-of-the-tests-0123456789'];

/** As cheap as a stored password may be. */
function storedPassword(password: string): string {
  const hash = scryptSync(password, 'salt of the tests', 32, { N: 16_384, r: 1, p: 1 });
  const salt = Buffer.from('salt of the tests').toString('base64');
  return ['scrypt', 16_384, 1, 1, salt, hash.toString('base64')].join('$');
}

const configuration = (password: string): string => `
sites: [${SITE}]
destinations: { support: { visitors: true, ring: [agent:alice] } }
agents:
  alice: { name: Alice Archer, password: "${storedPassword(password)}" }
  bob: { name: Bob Baker }
`;
const yaml = configuration('correct horse');

function publicServer(
  options: { keys?: string; store?: MemorySessionStore; yaml?: string } = {},
): TestServer {
  const env = { PUBLIC_URL, OFFHOOK_SESSION_KEYS: options.keys ?? NEW_KEY };
  const stores = options.store === undefined ? {} : { stores: { sessions: options.store } };
  const server = new TestServer(testConfig({ yaml: options.yaml ?? yaml, env }), stores);
  server.peer = '203.0.113.9';
  return server;
}

async function errorOf(response: Response): Promise<[status: number, code: string]> {
  return [response.status, ApiError.parse(await response.json()).error.code];
}

const signIn = (server: TestServer, password = 'correct horse', headers: Record<string, string> = {}) =>
  server.post('/api/sign-in', { identity: 'alice', password }, headers);

/** Signs Alice in; returns the header with her cookie. */
async function cookieOf(server: TestServer): Promise<{ Cookie: string }> {
  const response = await signIn(server);
  expect(response.status).toBe(200);
  return { Cookie: (response.headers.get('Set-Cookie') ?? '').split(';')[0] ?? '' };
}

/** The same text with another letter at one place. */
function flipped(text: string, at: number): string {
  return `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
}

describe('an agent who signs in', () => {
  it('gets a cookie that no script and no other site can use', async () => {
    const response = await signIn(publicServer());
    const reply = SessionReply.parse(await response.json());
    expect(reply).toMatchObject({ identity: 'alice', role: 'agent', name: 'Alice Archer' });
    expect(reply.sessionToken).toBeUndefined();
    expect(reply.openSignIn).toBeUndefined();
    const cookie = response.headers.get('Set-Cookie') ?? '';
    expect(cookie).toMatch(/^__Host-offhook=[\w-]{43}\.[\w-]{43};/);
    for (const attribute of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax'])
      expect(cookie).toContain(attribute);
    expect(cookie).not.toContain('Domain');
  });

  it('may call and be called with the cookie, from every tab', async () => {
    const server = publicServer();
    const cookie = await cookieOf(server);
    const reply = TokenReply.parse(await (await server.post('/api/token', {}, cookie)).json());
    expect(jwt.decode(reply.token)).toMatchObject({
      grants: { identity: 'alice', voice: { incoming: { allow: true } } },
    });
    const tab = await server.post('/api/session', { role: 'agent' }, cookie);
    expect(SessionReply.parse(await tab.json())).toMatchObject({ identity: 'alice' });
  });

  it('gets a token bound to the site instead, on a site where our cookie does not come', async () => {
    const server = publicServer();
    const response = await signIn(server, undefined, { Origin: SITE });
    expect(response.headers.get('Set-Cookie')).toBeNull();
    const { sessionToken = '' } = SessionReply.parse(await response.json());
    const bearer = { Authorization: `Bearer ${sessionToken}` };
    expect((await server.post('/api/token', {}, { ...bearer, Origin: SITE })).status).toBe(200);
    expect((await server.post('/api/token', {}, bearer)).status).toBe(401);
  });

  it('is known by the cookie among others, also those whose names begin or end alike', async () => {
    const server = publicServer();
    const { Cookie } = await cookieOf(server);
    const others = ['__Host-offhook-visitor=x', 'x__Host-offhook=y', '__Host-offhookz=z', 'flag'];
    for (const headers of [
      { Cookie: [...others, Cookie].join('; ') },
      { Cookie: [Cookie, ...others].join(';') },
    ]) {
      expect((await server.post('/api/token', {}, headers)).status).toBe(200);
    }
    expect((await server.post('/api/token', {}, { Cookie: `x${Cookie}` })).status).toBe(401);
  });

  it('has a plain cookie only on loopback without TLS', async () => {
    const response = await signIn(new TestServer(testConfig({ yaml })));
    expect(response.headers.get('Set-Cookie')).toMatch(/^offhook=/);
    expect(response.headers.get('Set-Cookie')).not.toContain('Secure');
  });

  it('is out after signing out, and the session before a new sign-in is over', async () => {
    const server = publicServer();
    const first = await cookieOf(server);
    const again = await signIn(server, undefined, first);
    const second = { Cookie: (again.headers.get('Set-Cookie') ?? '').split(';')[0] ?? '' };
    expect((await server.post('/api/token', {}, first)).status).toBe(401);
    expect((await server.post('/api/token', {}, second)).status).toBe(200);
    const response = await server.post('/api/sign-out', {}, second);
    expect(response.status).toBe(204);
    expect(response.headers.get('Set-Cookie')).toMatch(/__Host-offhook=;.*Max-Age=0/);
    expect((await server.post('/api/token', {}, second)).status).toBe(401);
  });
});

describe('an agent who is not signed in', () => {
  it('is asked to sign in, under whatever name', async () => {
    const server = publicServer();
    for (const body of [{ role: 'agent' }, { identity: 'alice' }, { identity: 'bob', role: 'agent' }]) {
      expect(await errorOf(await server.post('/api/session', body))).toEqual([401, 'sign-in-required']);
    }
    const cookie = await cookieOf(server);
    expect(await errorOf(await server.post('/api/session', { identity: 'bob' }, cookie))).toEqual([
      401,
      'sign-in-required',
    ]);
  });

  it('is told in development that a name is enough', async () => {
    const server = new TestServer(testConfig({ yaml }));
    const response = await server.post('/api/session', { role: 'agent' });
    expect(await errorOf(response)).toEqual([401, 'identity-required']);
    const [reply] = await server.openSession({ identity: 'bob' });
    expect(reply).toMatchObject({ identity: 'bob', openSignIn: true });
  });
});

describe('a wrong sign-in', () => {
  it('says the same for a wrong password, an unknown agent and one without a password', async () => {
    const server = publicServer();
    const answers = await Promise.all([
      signIn(server, 'wrong'),
      signIn(server, 'Correct horse'),
      server.post('/api/sign-in', { identity: 'nobody', password: 'correct horse' }),
      server.post('/api/sign-in', { identity: 'bob', password: '' }),
      server.post('/api/sign-in', { identity: 'constructor', password: 'x' }),
    ]);
    const errors = await Promise.all(answers.map(errorOf));
    const wrong = [401, 'sign-in-failed'];
    expect(errors).toEqual([wrong, wrong, wrong, [400, 'body-invalid'], wrong]);
    for (const answer of answers) expect(answer.headers.get('Set-Cookie')).toBeNull();
  });

  it('may be repeated ten times from one address, and right ones do not count', async () => {
    const server = publicServer();
    const passwords = Array.from({ length: 11 }, (_, index) => (index === 4 ? 'correct horse' : 'wrong'));
    for (const password of passwords) {
      expect((await signIn(server, password)).status).toBe(password === 'wrong' ? 401 : 200);
    }
    const refused = await signIn(server);
    expect(Number(refused.headers.get('Retry-After'))).toBe(900);
    expect(await errorOf(refused)).toEqual([429, 'too-many-attempts']);
    server.peer = '203.0.113.10';
    expect((await signIn(server)).status).toBe(200);
    server.peer = '203.0.113.9';
    server.clock.advance(15 * 60_000);
    expect((await signIn(server)).status).toBe(200);
  });

  it('may be repeated twenty times for one agent, from wherever', async () => {
    const server = publicServer();
    for (let attempt = 0; attempt < 20; attempt += 1) {
      server.peer = `203.0.113.${attempt}`;
      expect((await signIn(server, 'wrong')).status).toBe(401);
    }
    server.peer = '198.51.100.1';
    expect(await errorOf(await signIn(server))).toEqual([429, 'too-many-attempts']);
  });

  it('leaves no password in the log', async () => {
    const server = publicServer();
    await signIn(server, 'canary-password-1');
    await signIn(server);
    expect(server.logLines.join('')).toMatch(/sign-in failed/);
    expect(server.logLines.join('')).not.toMatch(/canary|correct horse/);
  });
});

describe('a cookie or token', () => {
  it('is refused with any single letter changed, cut, doubled or made up', async () => {
    const server = publicServer();
    const { Cookie } = await cookieOf(server);
    const start = Cookie.indexOf('=') + 1;
    const forgeries = Array.from({ length: Cookie.length - start }, (_, index) =>
      flipped(Cookie, start + index),
    );
    const value = Cookie.slice(start);
    forgeries.push(
      Cookie.slice(0, -1),
      `${Cookie}x`,
      `${Cookie}.${value}`,
      Cookie.slice(0, start),
      `__Host-offhook=${'x'.repeat(5000)}`,
      `__Host-offhook=${value.split('.')[0]}`,
      `__Host-offhook=${value.split('.')[0]}.${value.split('.')[0]}`,
      `offhook=${value}`,
    );
    for (const forged of forgeries) {
      const response = await server.post('/api/token', {}, { Cookie: forged });
      expect(await errorOf(response)).toEqual([401, 'session-required']);
    }
    expect((await server.post('/api/token', {}, { Cookie })).status).toBe(200);
  });

  it('does not do as the other one', async () => {
    const server = publicServer();
    const { Cookie } = await cookieOf(server);
    const value = Cookie.slice(Cookie.indexOf('=') + 1);
    expect((await server.post('/api/token', {}, { Authorization: `Bearer ${value}` })).status).toBe(401);
    const [{ sessionToken = '' }] = await server.openSession();
    const asCookie = { Cookie: `__Host-offhook=${sessionToken}` };
    expect((await server.post('/api/token', { destination: 'support' }, asCookie)).status).toBe(401);
  });

  it('that is wrong is not made good by a cookie that is right', async () => {
    const server = publicServer();
    const cookie = await cookieOf(server);
    for (const authorization of ['Bearer x', 'Basic YTpi', 'Bearer', '']) {
      const response = await server.post('/api/token', {}, { ...cookie, Authorization: authorization });
      expect(response.status).toBe(401);
    }
  });

  it('signed with an older key is still read, and with one that is gone no longer', async () => {
    const store = new MemorySessionStore({ clock: new TestServer().clock });
    const before = publicServer({ keys: OLD_KEY, store });
    const cookie = await cookieOf(before);
    const rotated = publicServer({ keys: `${NEW_KEY},${OLD_KEY}`, store });
    expect((await rotated.post('/api/token', {}, cookie)).status).toBe(200);
    const fresh = await cookieOf(rotated);
    const finished = publicServer({ keys: NEW_KEY, store });
    expect((await finished.post('/api/token', {}, cookie)).status).toBe(401);
    expect((await finished.post('/api/token', {}, fresh)).status).toBe(200);
  });

  it('of an agent ends when the configuration gives the agent another password', async () => {
    const store = new MemorySessionStore({ clock: new TestServer().clock });
    const cookie = await cookieOf(publicServer({ store }));
    expect((await publicServer({ store }).post('/api/token', {}, cookie)).status).toBe(200);
    const changed = publicServer({ store, yaml: configuration('new horse') });
    expect(await errorOf(await changed.post('/api/token', {}, cookie))).toEqual([401, 'session-required']);
  });

  it('of an agent ends after 30 minutes without use, and after 12 hours whatever happens', async () => {
    const server = publicServer();
    const cookie = await cookieOf(server);
    const use = async () => (await server.post('/api/token', {}, cookie)).status;
    for (let used = 0; used + AGENT_IDLE_MS / 2 < SESSION_LIFE_MS; used += AGENT_IDLE_MS / 2) {
      expect(await use()).toBe(200);
      server.clock.advance(AGENT_IDLE_MS / 2);
    }
    server.clock.advance(AGENT_IDLE_MS / 2);
    expect(await use()).toBe(401);

    const idle = await cookieOf(server);
    server.clock.advance(AGENT_IDLE_MS - 1);
    expect((await server.post('/api/token', {}, idle)).status).toBe(200);
    server.clock.advance(AGENT_IDLE_MS);
    expect((await server.post('/api/token', {}, idle)).status).toBe(401);
  });

  it('of a visitor ends after 12 hours', async () => {
    const server = new TestServer(testConfig({ yaml }));
    const [, headers] = await server.openSession();
    const use = async () => (await server.post('/api/token', { destination: 'support' }, headers)).status;
    server.clock.advance(SESSION_LIFE_MS - 1);
    expect(await use()).toBe(200);
    server.clock.advance(1);
    expect(await use()).toBe(401);
  });

  it('works only from the origin that it was made for', async () => {
    const server = new TestServer(testConfig({ yaml }));
    const [, own] = await server.openSession();
    const ask = (Origin: string) => server.post('/api/token', { destination: 'support' }, { ...own, Origin });
    expect((await ask(SITE)).status).toBe(401);
    expect((await ask('http://127.0.0.1:8080')).status).toBe(200);
  });
});

describe("an adopter's own sign-in", () => {
  const withHook = (answer: string | undefined) =>
    new TestServer(testConfig({ yaml, env: { PUBLIC_URL } }), {
      authenticate: (request) => (request.headers.get('x-adopter') === null ? undefined : answer),
    });
  const headers = { 'X-Adopter': 'yes' };

  it('opens the session of the agent that it names', async () => {
    const response = await withHook('alice').post('/api/session', { role: 'agent' }, headers);
    expect(SessionReply.parse(await response.json())).toMatchObject({
      identity: 'alice',
      sessionToken: expect.any(String),
    });
  });

  it.each([
    ['alice', { role: 'agent', identity: 'bob' }, 403, 'identity-not-accepted'],
    ['carol', { role: 'agent' }, 403, 'agent-unknown'],
    ['not an identity', { role: 'agent' }, 500, 'internal'],
    [undefined, { role: 'agent' }, 401, 'sign-in-required'],
  ])('that answers %j to %j is not enough', async (answer, body, status, code) => {
    expect(await errorOf(await withHook(answer).post('/api/session', body, headers))).toEqual([status, code]);
  });

  it('may take its time, and opens nothing when it fails, of which the answer says nothing', async () => {
    const config = testConfig({ yaml, env: { PUBLIC_URL } });
    const slow = new TestServer(config, { authenticate: async () => 'alice' });
    const opened = await slow.post('/api/session', { role: 'agent' });
    expect(SessionReply.parse(await opened.json()).identity).toBe('alice');
    for (const authenticate of [
      () => Promise.reject(new Error('canary')),
      () => {
        throw new Error('canary');
      },
    ]) {
      const failed = await new TestServer(config, { authenticate }).post('/api/session', { role: 'agent' });
      const text = await failed.text();
      expect([failed.status, text]).toEqual([500, expect.not.stringContaining('canary')]);
      expect(text).not.toContain('sessionToken');
    }
  });

  it('is asked again for every session: who has left gets no new one, and keeps none by force of the hook', async () => {
    let answer: string | undefined = 'alice';
    const server = new TestServer(testConfig({ yaml, env: { PUBLIC_URL } }), { authenticate: () => answer });
    const reply = SessionReply.parse(await (await server.post('/api/session', { role: 'agent' })).json());
    const own = { Authorization: `Bearer ${reply.sessionToken ?? ''}` };
    expect((await server.post('/api/token', {}, own)).status).toBe(200);
    answer = undefined;
    expect(await errorOf(await server.post('/api/session', { role: 'agent' }))).toEqual([
      401,
      'sign-in-required',
    ]);
    expect((await server.post('/api/sign-out', {}, own)).status).toBe(204);
    expect((await server.post('/api/token', {}, own)).status).toBe(401);
  });

  it('does not make agents of visitors', async () => {
    const response = await withHook('alice').post('/api/session', {}, headers);
    expect(SessionReply.parse(await response.json()).role).toBe('visitor');
  });
});

describe('a visitor on a page of our own', () => {
  const AS_VISITOR = { 'Offhook-Role': 'visitor' };
  const asked = { presentation: 'cookie' } as const;
  const cookieIn = (response: Response) => (response.headers.get('Set-Cookie') ?? '').split(';')[0] ?? '';

  it('gets a cookie that no script and no other site can use, and calls with it', async () => {
    const server = publicServer();
    const response = await server.post('/api/session', asked);
    const reply = SessionReply.parse(await response.json());
    expect(reply).toMatchObject({ role: 'visitor' });
    expect(reply.sessionToken).toBeUndefined();
    expect(response.headers.get('Set-Cookie')).toMatch(
      /^__Host-offhook-visitor=[\w-]{43}\.[\w-]{43};.*Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    const headers = { ...AS_VISITOR, Cookie: cookieIn(response) };
    const token = await server.post('/api/token', { destination: 'support' }, headers);
    expect(jwt.decode(TokenReply.parse(await token.json()).token)).toMatchObject({
      grants: { identity: reply.identity },
    });
    expect((await server.post('/api/token', { destination: 'support' }, AS_VISITOR)).status).toBe(401);
  });

  it('is the same visitor in every tab and after a reload', async () => {
    const server = publicServer();
    const first = await server.post('/api/session', asked);
    const headers = { ...AS_VISITOR, Cookie: cookieIn(first) };
    const again = await server.post('/api/session', asked, headers);
    expect(again.headers.get('Set-Cookie')).toBeNull();
    expect(await again.json()).toEqual(await first.json());
    const forged = { ...AS_VISITOR, Cookie: flipped(headers.Cookie, headers.Cookie.length - 60) };
    const other = await server.post('/api/session', asked, forged);
    expect(cookieIn(other)).not.toBe('');
  });

  it('may be signed in as an agent in the same browser: neither takes the part of the other', async () => {
    const server = publicServer();
    const agent = await cookieOf(server);
    const visitor = await server.post('/api/session', asked, agent);
    const both = { Cookie: `${agent.Cookie}; ${cookieIn(visitor)}` };
    const identityOf = async (response: Response) =>
      jwt.decode(TokenReply.parse(await response.json()).token, { json: true })?.['grants'] as object;
    expect(await identityOf(await server.post('/api/token', {}, both))).toMatchObject({ identity: 'alice' });
    const asVisitor = { ...both, ...AS_VISITOR };
    const token = await server.post('/api/token', { destination: 'support' }, asVisitor);
    expect(await identityOf(token)).toMatchObject({ identity: expect.stringMatching(/^visitor_/) });
    expect((await server.post('/api/sign-out', {}, asVisitor)).headers.get('Set-Cookie')).toMatch(
      /^__Host-offhook-visitor=;/,
    );
    expect((await server.post('/api/token', {}, both)).status).toBe(200);
  });

  it('gets a token instead without asking, and on a site where our cookie does not come', async () => {
    const server = publicServer();
    for (const response of [
      await server.post('/api/session', {}),
      await server.post('/api/session', asked, { Origin: SITE }),
    ]) {
      expect(response.headers.get('Set-Cookie')).toBeNull();
      expect(SessionReply.parse(await response.json()).sessionToken).toBeDefined();
    }
  });
});
