import type { SessionReply } from '@offhook/contract';
import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => vi.unstubAllGlobals());
import { BackendClient } from './backend-client.js';
import { SessionCache } from './session-cache.js';

const server = 'https://calls.example.com';

interface Answer {
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
}

function session(number: number): SessionReply {
  return {
    sessionToken: `session-${number}`,
    identity: 'alice',
    role: 'agent',
    name: 'Alice',
    destinations: [],
    callerIds: [],
    colleagues: [],
  };
}

/** Answers requests from a list and writes them down. */
function scripted(answers: Answer[]): { requests: string[]; fetch: typeof fetch; bodies: unknown[] } {
  const requests: string[] = [];
  const bodies: unknown[] = [];
  const fakeFetch = async (input: Request | string | URL, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    requests.push(
      [init.method, input instanceof Request ? input.url : String(input), headers.get('Authorization')]
        .filter(Boolean)
        .join(' '),
    );
    bodies.push(typeof init.body === 'string' ? JSON.parse(init.body) : undefined);
    const answer = answers.shift();
    if (!answer) throw new TypeError('Failed to fetch');
    return Promise.resolve(
      new Response(JSON.stringify(answer.body ?? {}), {
        status: answer.status ?? 200,
        headers: answer.headers ?? {},
      }),
    );
  };
  return { requests, bodies, fetch: fakeFetch };
}

/** A `Storage` in memory. */
function memoryStorage(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
  };
}

function client(answers: Answer[], storage = memoryStorage()) {
  const script = scripted(answers);
  const backend = new BackendClient({
    server,
    identity: 'alice',
    fetch: script.fetch,
    sessions: new SessionCache('test', () => storage),
  });
  return { backend, storage, ...script };
}

it('opens one session for requests that come together', async () => {
  const { backend, requests, bodies } = client([
    { body: session(1) },
    { body: { calls: [] } },
    { body: { status: 'busy' } },
  ]);
  await Promise.all([backend.calls(), backend.outcome('CA 1')]);
  expect(requests).toEqual([
    `POST ${server}/api/session`,
    `GET ${server}/api/calls Bearer session-1`,
    `GET ${server}/api/calls/CA%201/outcome Bearer session-1`,
  ]);
  expect(bodies[0]).toEqual({ identity: 'alice' });
});

it('goes on with the session of the tab after a reload', async () => {
  const { backend, storage } = client([{ body: session(1) }]);
  await backend.session();
  const reloaded = client([{ body: { calls: [] } }], storage);
  await reloaded.backend.calls();
  expect(reloaded.requests).toEqual([`GET ${server}/api/calls Bearer session-1`]);
});

it('makes one new session when the server no longer knows the old one', async () => {
  const { backend, requests } = client([
    { body: session(1) },
    { status: 401 },
    { body: session(2) },
    { body: { token: 't' } },
  ]);
  await backend.token({});
  expect(requests.slice(2)).toEqual([
    `POST ${server}/api/session`,
    `POST ${server}/api/token Bearer session-2`,
  ]);
});

it('says that the session ended when the new one is refused, too', async () => {
  const { backend } = client([{ body: session(1) }, { status: 401 }, { body: session(2) }, { status: 401 }]);
  await expect(backend.token({})).rejects.toMatchObject({ code: 'session-ended' });
});

it('works on a page that forbids storage', async () => {
  const { fetch, requests } = scripted([{ body: session(1) }]);
  const sessions = new SessionCache('test', () => {
    throw new Error('SecurityError');
  });
  const backend = new BackendClient({ server, fetch, sessions });
  await backend.session();
  await backend.session();
  expect(requests).toHaveLength(1);
});

it.each([
  [429, 'daily-limit', 'daily-limit'],
  [429, 'too-many-calls', 'too-many-calls'],
  [403, 'agent-unknown', 'identity-refused'],
  [403, 'consent-required', 'consent-required'],
  [403, 'destination-not-granted', 'not-allowed'],
  [404, 'destination-unknown', 'destination-unknown'],
  [404, 'not-found', 'setup'],
  [409, 'not-possible', 'not-possible'],
  [404, 'call-unknown', 'not-possible'],
  [409, 'unheard-of', 'call-failed'],
  [500, 'internal', 'server-error'],
])('turns %i %s into %s', async (status, code, expected) => {
  const { backend } = client([
    { body: session(1) },
    { status, body: { error: { code, message: 'A sentence.', retryAfterSeconds: 7 } } },
  ]);
  await expect(backend.token({})).rejects.toMatchObject({
    code: expected,
    detail: 'A sentence.',
    retryAfterSeconds: 7,
  });
});

it('signs in, goes on with the cookie alone, and forgets the session when it signs out', async () => {
  const { sessionToken: _, ...cookieSession } = session(1);
  const { backend, requests, bodies, storage } = client([
    { body: cookieSession },
    { body: { token: 't' } },
    { status: 200 },
    { status: 401, body: { error: { code: 'sign-in-required', message: 'Sign in.' } } },
  ]);
  await backend.signIn({ identity: 'alice', password: 'secret' });
  await backend.token({});
  await backend.signOut();
  await expect(backend.token({})).rejects.toMatchObject({ code: 'sign-in-required' });
  expect(requests).toEqual([
    `POST ${server}/api/sign-in`,
    `POST ${server}/api/token`,
    `POST ${server}/api/sign-out`,
    `POST ${server}/api/session`,
  ]);
  expect(bodies[0]).toEqual({ identity: 'alice', password: 'secret' });
  expect(storage.length).toBe(0);
});

it.each([
  [401, 'sign-in-failed', 'sign-in-failed'],
  [429, 'too-many-attempts', 'too-many-attempts'],
])('says why a sign-in with %i %s did not work', async (status, code, expected) => {
  const { backend } = client([{ status, body: { error: { code, message: 'No.' } } }]);
  await expect(backend.signIn({ identity: 'alice', password: 'x' })).rejects.toMatchObject({
    code: expected,
  });
});

it('asks as an agent for the session of whoever is signed in', async () => {
  const { fetch, bodies } = scripted([{ body: session(1) }]);
  const sessions = new SessionCache('test', () => memoryStorage());
  await new BackendClient({ server, role: 'agent', fetch, sessions }).session();
  expect(bodies[0]).toEqual({ role: 'agent' });
});

it('reads Retry-After where the body does not say', async () => {
  const { backend } = client([{ body: session(1) }, { status: 429, headers: { 'Retry-After': '30' } }]);
  await expect(backend.token({})).rejects.toMatchObject({ retryAfterSeconds: 30 });
});

it('tells an unreachable server from one that refuses', async () => {
  const { backend } = client([]);
  await expect(backend.session()).rejects.toMatchObject({ code: 'server-unreachable' });
});

it('stops when it is told to', async () => {
  const { backend } = client([{ body: session(1) }]);
  const controller = new AbortController();
  controller.abort(new Error('hung up'));
  await expect(backend.token({}, controller.signal)).rejects.toThrow('hung up');
});

it('asks for a cookie on the pages of its own server, where the visitor has no other proof', async () => {
  vi.stubGlobal('location', { origin: server });
  const { sessionToken: _, ...visitor } = { ...session(1), role: 'visitor' as const };
  const roles: (string | null)[] = [];
  const script = scripted([{ body: visitor }, { body: { calls: [] } }]);
  const backend = new BackendClient({
    server,
    fetch: (input, init) => {
      roles.push(new Headers(init?.headers).get('Offhook-Role'));
      return script.fetch(input, init);
    },
    sessions: new SessionCache('test', () => memoryStorage()),
  });
  await backend.calls();
  expect(script.bodies[0]).toEqual({ presentation: 'cookie' });
  expect(roles).toEqual(['visitor', 'visitor']);
  expect(script.requests.join()).not.toContain('Bearer');
});

it('reads live events with the cookie alone where no token presents the session', async () => {
  const { sessionToken: _, ...signedIn } = session(1);
  const { requests, fetch } = scripted([{ body: signedIn }, { body: {} }]);
  const backend = new BackendClient({
    server,
    role: 'agent',
    fetch,
    sessions: new SessionCache('cookie alone', () => undefined),
  });
  for await (const _event of backend.liveEvents(new AbortController().signal)) break;
  expect(requests).toEqual([`POST ${server}/api/session`, `${server}/api/events`]);
});
