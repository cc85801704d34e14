import {
  ApiError,
  CallbackReceipt,
  CallbackRequest,
  CallbackRequestList,
  CallRecord,
} from '@offhook/contract';
import jwt from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';
import { callSid, TestServer, testConfig } from '../testing/test-server.js';

const SECRET = 'secret-of-the-tests-0123456789abcdef';
const YAML = `
destinations:
  support: { visitors: true, ring: [agent:alice, agent:bob] }
  sales: { visitors: true, ring: [agent:carol] }
  quiet: { visitors: true, ring: [agent:carol], callbackRequests: off }
  internal: { ring: [agent:alice] }
agents:
  alice: { name: Alice, callerIds: ["+16175550100"] }
  bob: { name: Bob, callerIds: ["+16175550100"] }
  carol: { name: Carol, callerIds: ["+16175550100"] }
  sue: { name: Sue, supervisor: true, callerIds: ["+16175550100"] }
policy: { countries: [US], blocked: { visitors: [203.0.113.66] } }
pageContext: { secretEnv: CONTEXT_SECRET }
`;
const FORM = { destination: 'support', name: 'Ann Lee', number: '+1 (617) 555-0123' };

function configured(env: Record<string, string> = {}): TestServer {
  return new TestServer(testConfig({ yaml: YAML, env: { CONTEXT_SECRET: SECRET, ...env } }));
}

async function ask(server: TestServer, changes: Record<string, unknown> = {}): Promise<Response> {
  const [, headers] = await server.openSession();
  return server.post('/api/callback-requests', { ...FORM, ...changes }, headers);
}

async function asked(server: TestServer, changes: Record<string, unknown> = {}): Promise<string> {
  const response = await ask(server, changes);
  expect(response.status).toBe(200);
  return CallbackReceipt.parse(await response.json()).id;
}

async function signIn(server: TestServer, identity: string) {
  const [, headers] = await server.openSession({ identity });
  return {
    headers,
    list: async (query = '') => {
      const response = await server.get(`/api/callback-requests${query}`, headers);
      return CallbackRequestList.parse(await response.json());
    },
    act: async (id: string, action: string) => {
      const response = await server.post(`/api/callback-requests/${id}/${action}`, {}, headers);
      return [
        response.status,
        response.ok ? CallbackRequest.parse(await response.json()) : undefined,
      ] as const;
    },
    call: async (id: string, sid: string) => {
      const form = { CallSid: sid, From: `client:${identity}`, To: `callback:${id}` };
      return (await server.webhook('/voice/outgoing', form)).text();
    },
  };
}

async function errorOf(response: Response): Promise<[status: number, code: string]> {
  return [response.status, ApiError.parse(await response.json()).error.code];
}

describe('a callback request', () => {
  it('is kept with everything the visitor said, and what the site vouches for', async () => {
    const server = configured();
    const context = jwt.sign({ exp: server.clock.now() / 1000 + 60, sub: 'customer-7' }, SECRET, {
      noTimestamp: true,
    });
    const wish = {
      notBefore: '2026-07-02T09:00:00+02:00',
      notAfter: '2026-07-02T12:00:00+02:00',
      timeZone: 'Europe/Berlin',
      language: 'de-DE',
      note: 'About my order\nNo. 7',
      page: { title: 'Your cart', url: 'https://shop.example.com/cart' },
    };
    const id = await asked(server, { ...wish, context });
    const { requests } = await (await signIn(server, 'alice')).list();
    expect(requests).toEqual([
      {
        ...wish,
        id,
        destination: 'support',
        name: 'Ann Lee',
        number: '+16175550123',
        visitor: { verified: true, subject: 'customer-7' },
        state: 'open',
        createdAt: '2026-07-01T10:00:00.000Z',
        calls: [],
      },
    ]);
  });

  it('takes a number as it is dialled at home, where the country is known', async () => {
    const server = configured();
    const receipt = await (await ask(server, { number: '617 555 0123' })).json();
    expect(receipt).toMatchObject({ number: '+16175550123' });
    expect(await errorOf(await ask(server, { number: '030 901820', country: 'DE' }))).toEqual([
      403,
      'country-not-allowed',
    ]);
  });

  it.each([
    [{ number: '+442071838750' }, 403, 'country-not-allowed'],
    [{ number: '+19005550123' }, 403, 'number-type-not-allowed'],
    [{ number: '+88123456789012' }, 403, 'number-not-allowed'],
    [{ number: '+1617555' }, 400, 'number-invalid'],
    [{ number: '911' }, 400, 'number-invalid'],
    [{ number: '=cmd|1' }, 400, 'body-invalid'],
    [{ name: 'a\u0000b' }, 400, 'body-invalid'],
    [{ name: '  ' }, 400, 'body-invalid'],
    [{ name: 'x'.repeat(81) }, 400, 'body-invalid'],
    [{ note: 'x'.repeat(501) }, 400, 'body-invalid'],
    [{ page: { url: 'javascript:alert(1)' } }, 400, 'body-invalid'],
    [{ page: { url: 'https://shop.example.com/', html: 'x' } }, 400, 'body-invalid'],
    [{ notBefore: 'tomorrow' }, 400, 'body-invalid'],
    [{ state: 'done' }, 400, 'body-invalid'],
    [{ destination: 'quiet' }, 403, 'callbacks-off'],
    [{ destination: 'internal' }, 404, 'destination-unknown'],
    [{ destination: '__proto__' }, 404, 'destination-unknown'],
  ])('is refused with %j', async (changes, status, code) => {
    expect(await errorOf(await ask(configured(), changes))).toEqual([status, code]);
  });

  it('is for visitors with a session, from where calls are taken, too', async () => {
    const server = configured();
    expect((await server.post('/api/callback-requests', FORM)).status).toBe(401);
    const { headers } = await signIn(server, 'alice');
    expect(await errorOf(await server.post('/api/callback-requests', FORM, headers))).toEqual([
      403,
      'visitors-only',
    ]);
    const evil = { Origin: 'https://evil.example' };
    expect((await server.post('/api/callback-requests', FORM, evil)).status).toBe(403);
    server.peer = '203.0.113.66';
    expect(await errorOf(await ask(server))).toEqual([403, 'blocked']);
  });
});

describe('callback requests without end', () => {
  const numbers = ['0123', '0124', '0125', '0126', '0127', '0128'].map((end) => `+1617555${end}`);
  const publicly = () => {
    const server = configured({ PUBLIC_URL: 'https://calls.example.com' });
    server.peer = '203.0.113.9';
    return server;
  };

  it('are not taken from one address, from one session, or for one number', async () => {
    const fromAddress = publicly();
    const answers: number[] = [];
    for (const number of numbers) answers.push((await ask(fromAddress, { number })).status);
    expect(answers).toEqual([200, 200, 200, 200, 200, 429]);

    const fromSession = publicly();
    const [, headers] = await fromSession.openSession();
    const inSession: number[] = [];
    for (const number of numbers.slice(0, 4)) {
      inSession.push((await fromSession.post('/api/callback-requests', { ...FORM, number }, headers)).status);
    }
    expect(inSession).toEqual([200, 200, 200, 429]);

    const forNumber = publicly();
    const toNumber: [number, string | null][] = [];
    for (const peer of [1, 2, 3, 4]) {
      forNumber.peer = `203.0.113.${peer}`;
      const response = await ask(forNumber);
      toNumber.push([response.status, response.headers.get('Retry-After')]);
    }
    expect(toNumber).toEqual([
      [200, null],
      [200, null],
      [200, null],
      [429, '86400'],
    ]);
  });
});

describe('agents', () => {
  it('see the requests for the destinations that ring them; supervisors see all', async () => {
    const server = configured();
    const support = await asked(server);
    server.clock.advance(1);
    const sales = await asked(server, { destination: 'sales', number: '+16175550124' });
    const ids = async (identity: string, query = '') =>
      (await (await signIn(server, identity)).list(query)).requests.map(({ id }) => id);
    expect(await ids('alice')).toEqual([support]);
    expect(await ids('alice', '?destination=sales')).toEqual([]);
    expect(await ids('carol')).toEqual([sales]);
    expect(await ids('sue')).toEqual([sales, support]);
    expect(await ids('sue', '?state=taken')).toEqual([]);
    const sue = await signIn(server, 'sue');
    const { requests, nextCursor } = await sue.list('?limit=1');
    expect(requests.map(({ id }) => id)).toEqual([sales]);
    expect(await ids('sue', `?limit=1&cursor=${nextCursor ?? ''}`)).toEqual([support]);
    const [, visitor] = await server.openSession();
    expect((await server.get('/api/callback-requests', visitor)).status).toBe(403);
    for (const query of ['limit=0', 'limit=1e9', 'cursor=x', 'state=x', 'sort=name', 'limit=1&limit=2']) {
      expect((await server.get(`/api/callback-requests?${query}`, sue.headers)).status).toBe(400);
    }
  });

  it('take a request so that nobody else does, and settle it', async () => {
    const server = configured();
    const id = await asked(server);
    const [alice, bob, carol] = [
      await signIn(server, 'alice'),
      await signIn(server, 'bob'),
      await signIn(server, 'carol'),
    ];
    expect((await carol.act(id, 'take'))[0]).toBe(404);
    expect((await alice.act(id, 'take'))[1]).toMatchObject({
      state: 'taken',
      takenBy: 'alice',
      takenAt: '2026-07-01T10:00:00.000Z',
    });
    for (const action of ['take', 'release', 'done']) expect((await bob.act(id, action))[0]).toBe(409);
    expect((await alice.act(id, 'release'))[1]).not.toHaveProperty('takenBy');
    expect((await bob.act(id, 'take'))[1]).toMatchObject({ takenBy: 'bob' });
    expect((await (await signIn(server, 'sue')).act(id, 'take'))[1]).toMatchObject({ takenBy: 'sue' });
    expect((await bob.act(id, 'done'))[0]).toBe(409);
    expect((await (await signIn(server, 'sue')).act(id, 'done'))[1]).toMatchObject({
      state: 'done',
      takenBy: 'sue',
    });
    for (const unknown of [`CB${'0'.repeat(32)}`, 'x', '__proto__']) {
      expect((await alice.act(unknown, 'take'))[0]).toBe(404);
    }
  });

  it('call back without knowing the number, and both records name each other', async () => {
    const server = configured();
    const id = await asked(server);
    const alice = await signIn(server, 'alice');
    expect(await alice.call(id, callSid(1))).toMatch(/callerId="\+16175550100".*>\+16175550123</);
    expect(await alice.call(id, callSid(1))).toContain('+16175550123');
    await alice.call(id, callSid(2));
    const { requests } = await alice.list();
    expect(requests[0]).toMatchObject({ state: 'taken', takenBy: 'alice', calls: [callSid(1), callSid(2)] });
    const record = await server.get(`/api/calls/${callSid(1)}`, alice.headers);
    expect(CallRecord.parse(await record.json())).toMatchObject({
      to: '+16175550123',
      direction: 'outbound',
      callbackRequest: id,
    });
  });

  it('cannot call back for others, without a caller ID, or for a visitor', async () => {
    const server = configured();
    const id = await asked(server);
    const bob = await signIn(server, 'bob');
    expect(await (await signIn(server, 'carol')).call(id, callSid(2))).toContain('<Reject/>');
    expect((await bob.list()).requests[0]).toMatchObject({ state: 'open', calls: [] });
    await (await signIn(server, 'alice')).act(id, 'take');
    expect(await bob.call(id, callSid(1))).toContain('<Reject/>');
    const [{ identity }] = await server.openSession();
    const form = { CallSid: callSid(3), From: `client:${identity}`, To: `callback:${id}` };
    expect(await (await server.webhook('/voice/outgoing', form)).text()).toContain('<Reject/>');
    expect((await bob.list()).requests[0]).toMatchObject({ takenBy: 'alice', calls: [] });
  });
});

describe('what is kept of callback requests', () => {
  it('is forgotten with the person', async () => {
    const server = configured();
    await asked(server);
    const { headers, list } = await signIn(server, 'sue');
    const response = await server.post('/api/calls/erase', { party: '+16175550123' }, headers);
    expect(await response.json()).toEqual({ erasedCalls: 0, erasedCallbackRequests: 1 });
    expect((await list()).requests).toEqual([]);
  });

  it('goes into a table that computes nothing, and into no log', async () => {
    const server = configured();
    await asked(server, { name: '=HYPERLINK("http://evil.example")', note: '@SUM(1)\n"quoted"' });
    const { headers } = await signIn(server, 'alice');
    const table = await (await server.get('/api/callback-requests.csv', headers)).text();
    expect(table).toContain(`"'=HYPERLINK(""http://evil.example"")","'+16175550123"`);
    expect(table).toContain(`"'@SUM(1)\n""quoted"""`);
    const { headers: carol } = await signIn(server, 'carol');
    expect(await (await server.get('/api/callback-requests.csv', carol)).text()).not.toContain('HYPERLINK');
    expect(server.logLines.join('')).not.toMatch(/HYPERLINK|6175550123/);
  });
});

describe('the time that suits a visitor', () => {
  it.each([
    { notBefore: '2026-07-02T12:00:00Z', notAfter: '2026-07-02T11:00:00Z' },
    { notBefore: '2026-07-02T12:00:00Z', notAfter: '2026-07-02T12:30:00+02:00' },
    { notBefore: '2026-06-30T08:00:00Z', notAfter: '2026-06-30T09:00:00Z' },
    { notAfter: '2026-07-01T09:59:59Z' },
  ])('is refused when nobody could call in it: %o', async (times) => {
    const response = await ask(configured(), times);
    expect(response.status).toBe(400);
    expect(ApiError.parse(await response.json()).error.code).toBe('time-invalid');
  });

  it('may have begun already, and need not end', async () => {
    const server = configured();
    await asked(server, { notBefore: '2026-07-01T09:00:00Z', notAfter: '2026-07-01T11:00:00Z' });
    await asked(server, { notBefore: '2026-07-01T09:00:00Z' });
  });
});
