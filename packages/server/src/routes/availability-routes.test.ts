import {
  ApiError,
  type AgentStatus,
  Availability,
  CallList,
  PresenceList,
  PresenceReply,
} from '@offhook/contract';
import { describe, expect, it } from 'vitest';
import { callSid, TestServer, testConfig } from '../testing/test-server.js';

const SITE = 'https://shop.example.com';
const YAML = `
sites: [${SITE}]
destinations:
  support:
    visitors: true
    title: { en: Support, ja: サポート }
    ring: [[agent:alice, agent:bob], [agent:carol]]
    hours: { timeZone: Europe/Berlin, weekly: { mon-fri: ["09:00-17:00"] }, closed: [2026-07-03] }
  desk: { visitors: true, ring: [agent:alice] }
  line: { visitors: true, ring: [agent:alice, "number:+16175550123"], callbackRequests: off }
  night: { visitors: true, ring: [agent:alice], otherwise: destination:line, hours: { timeZone: UTC, weekly: {} } }
  internal: { ring: [agent:alice] }
agents: { alice: { name: Alice }, bob: { name: Bob }, carol: { name: Carol } }
numbers: { "+16175550100": { destination: desk } }
policy: { countries: [US] }
limits: { concurrentPerIp: 100, callsPerSecond: 1000 }
`;
const ENV = { TWILIO_PHONE_NUMBER: '+16175550100' };

function configured(options: { agentsThere?: boolean } = {}): TestServer {
  return new TestServer(testConfig({ yaml: YAML, env: ENV }), options);
}

async function availability(server: TestServer, destination = 'support'): Promise<Availability> {
  const response = await server.get(`/api/availability?destination=${destination}`);
  expect(response.status).toBe(200);
  return Availability.parse(await response.json());
}

async function signIn(server: TestServer, identity: string) {
  const [, headers] = await server.openSession({ identity });
  const report = async (status?: AgentStatus) => {
    const response = await server.post('/api/presence', status === undefined ? {} : { status }, headers);
    return PresenceReply.parse(await response.json()).status;
  };
  const list = async () => {
    const { agents } = PresenceList.parse(await (await server.get('/api/presence', headers)).json());
    return Object.fromEntries(agents.map((agent) => [agent.identity, agent.status]));
  };
  return { headers, report, list };
}

/** The TwiML of a visitor's call, and the call's record. */
async function visit(server: TestServer, destination: string) {
  const [{ identity }, headers] = await server.openSession();
  const token = await server.post('/api/token', { destination }, headers);
  expect(token.status).toBe(200);
  const form = { CallSid: callSid(1), From: `client:${identity}`, To: `destination:${destination}` };
  const twiml = await (await server.webhook('/voice/outgoing', form)).text();
  const outcome = (await (await server.get('/api/calls/latest/outcome', headers)).json()) as {
    reason?: string;
  };
  return { twiml, reason: outcome.reason };
}

describe('GET /api/availability', () => {
  it('says open until closing time, with the title in every language', async () => {
    expect(await availability(configured())).toEqual({
      destination: 'support',
      title: { en: 'Support', ja: 'サポート' },
      open: true,
      closesAt: '2026-07-01T15:00:00.000Z',
      timeZone: 'Europe/Berlin',
      callbackRequests: true,
    });
  });

  it('says closed, why, and until when', async () => {
    const server = configured();
    server.clock.set('2026-07-02T20:00:00Z');
    const closed = { open: false, opensAt: '2026-07-06T07:00:00.000Z', timeZone: 'Europe/Berlin' };
    expect(await availability(server)).toMatchObject({ ...closed, reason: 'hours' });
    server.clock.set('2026-07-03T10:00:00Z');
    expect(await availability(server)).toMatchObject({ ...closed, reason: 'holiday' });
  });

  it('needs no session, only an allowed site, and may be kept for seconds', async () => {
    const server = configured();
    const path = '/api/availability?destination=support';
    const response = await server.get(path, { Origin: SITE, 'Sec-Fetch-Site': 'cross-site' });
    expect(response.status).toBe(200);
    expect(response.headers.get('Cache-Control')).toBe('private, max-age=5');
    expect(response.headers.get('Vary')).toContain('Origin');
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(SITE);
    expect((await server.get(path, { Origin: 'https://evil.example' })).status).toBe(403);
  });

  it.each([
    ['destination=internal', 404, 'destination-unknown'],
    ['destination=__proto__', 404, 'destination-unknown'],
    ['destination=support&destination=desk', 400, 'query-invalid'],
    ['destination=support&role=agent', 400, 'query-invalid'],
    ['', 400, 'query-invalid'],
  ])('refuses %s', async (query, status, code) => {
    const response = await configured().get(`/api/availability?${query}`);
    expect(response.status).toBe(status);
    expect(ApiError.parse(await response.json()).error.code).toBe(code);
  });

  it('offers callbacks only where the configuration does and numbers may be dialled', async () => {
    expect((await availability(configured(), 'line')).callbackRequests).toBe(false);
    const nowhere = new TestServer(
      testConfig({ yaml: YAML.replace('countries: [US]', 'countries: []'), env: ENV }),
    );
    expect((await availability(nowhere, 'desk')).callbackRequests).toBe(false);
  });
});

it('says of a destination whose callers may wait, and of one that records, that they do', async () => {
  const yaml = `
destinations:
  desk: { visitors: true, ring: [agent:alice], otherwise: destination:hall, record: on, language: ja-JP, recordNotice: 録音します。 }
  hall: { visitors: true, ring: [agent:alice], otherwise: queue }
  office: { visitors: true, ring: [agent:alice] }
agents: { alice: { name: Alice } }
`;
  const server = new TestServer(testConfig({ yaml }));
  expect(await availability(server, 'desk')).toMatchObject({ queue: true, consent: { ja: '録音します。' } });
  const office = await availability(server, 'office');
  expect(office).not.toHaveProperty('queue');
  expect(office).not.toHaveProperty('consent');
});

describe('a destination whose calls may come to one that records', () => {
  const server = new TestServer(
    testConfig({
      yaml: `
destinations:
  front: { visitors: true, ring: [magic:busy], otherwise: destination:middle }
  middle: { ring: [agent:alice], otherwise: destination:last }
  last: { ring: [agent:alice], record: on, recordNotice: Recorded. }
  line: { visitors: true, ring: [agent:bob], otherwise: destination:hall, record: on, language: ja-JP, recordNotice: 録音します。 }
  hall: { ring: [agent:alice], otherwise: queue, record: on, recordNotice: Hall. }
  patient: { visitors: true, ring: [agent:bob], otherwise: destination:hall }
  office: { visitors: true, ring: [[agent:alice], ["queue:hall"]], otherwise: destination:messages }
  messages: { ring: [agent:bob], otherwise: voicemail }
agents: { alice: { name: Alice }, bob: { name: Bob } }
limits: { concurrentPerIp: 100, callsPerSecond: 1000 }
`,
    }),
  );

  it.each([
    ['front', { en: 'Recorded.' }],
    ['line', { ja: '録音します。', en: 'Hall.' }],
    ['patient', { en: 'Hall.' }],
    ['office', undefined],
  ])('asks for consent before the call: %s', async (name, consent) => {
    expect((await availability(server, name)).consent).toEqual(consent);
  });

  const tokenFor = async (destination: string, word: object): Promise<Response> => {
    const [, headers] = await server.openSession();
    return server.post('/api/token', { destination, ...word }, headers);
  };

  it.each([
    ['front', {}, 403, 'consent-required'],
    ['line', {}, 403, 'consent-required'],
    ['patient', {}, 403, 'consent-required'],
    ['front', { consent: false }, 400, 'body-invalid'],
  ])('gives a visitor no token without it: %s %j', async (destination, word, status, code) => {
    const response = await tokenFor(destination, word);
    expect(response.status).toBe(status);
    expect(ApiError.parse(await response.json()).error.code).toBe(code);
  });

  it.each([
    ['front', { consent: true }],
    ['office', {}],
    ['office', { consent: true }],
  ])('gives a visitor a token with it, or where nothing is recorded: %s %j', async (destination, word) => {
    expect((await tokenFor(destination, word)).status).toBe(200);
  });
});

describe('without agents', () => {
  it('a destination is closed until one signs in, unless it rings a number', async () => {
    const server = configured({ agentsThere: false });
    expect(await availability(server, 'desk')).toMatchObject({ open: false, reason: 'no-agent' });
    expect(await availability(server, 'line')).toMatchObject({ open: true });
    await signIn(server, 'alice');
    expect(await availability(server, 'desk')).toMatchObject({ open: true });
  });

  it('a caller hears so, and the record says why', async () => {
    const { twiml, reason } = await visit(configured({ agentsThere: false }), 'desk');
    expect(twiml).toMatch(/<Say>Nobody can take your call.*<\/Say><Hangup\/>/);
    expect(reason).toBe('no-agent');
  });

  it('a call from the phone network hears so, too', async () => {
    const form = { CallSid: callSid(2), From: '+16175550199', To: '+16175550100' };
    const response = await configured({ agentsThere: false }).webhook('/voice/incoming', form);
    expect(await response.text()).toContain('Nobody can take your call');
  });
});

describe('a destination that is closed', () => {
  it('answers with a sentence, and the record says why', async () => {
    const server = configured();
    server.clock.set('2026-07-03T10:00:00Z');
    const { twiml, reason } = await visit(server, 'support');
    expect(twiml).toMatch(/<Say>We are closed.*<\/Say><Hangup\/>/);
    expect(reason).toBe('closed');
  });

  it('leaves the call to its otherwise, and the record says so', async () => {
    const server = configured();
    const { twiml } = await visit(server, 'night');
    expect(twiml).toMatch(/step=1.*<Identity>alice<\/Identity>/);
    const { headers } = await signIn(server, 'alice');
    await server.webhook('/voice/status', {
      CallSid: callSid(2),
      ParentCallSid: callSid(1),
      To: 'client:alice',
      CallStatus: 'ringing',
    });
    await server.webhook('/voice/status', {
      CallSid: callSid(2),
      ParentCallSid: callSid(1),
      To: 'client:alice',
      CallStatus: 'in-progress',
    });
    const { calls } = CallList.parse(await (await server.get('/api/calls', headers)).json());
    expect(calls[0]).toMatchObject({ destination: 'night', diverted: 'closed', answeredBy: 'client:alice' });
  });
});

describe('who is rung', () => {
  async function rung(server: TestServer): Promise<string[]> {
    const { twiml } = await visit(server, 'support');
    return [...twiml.matchAll(/<Identity>(\w+)<\/Identity>/g)].map(([, identity]) => identity ?? '');
  }

  it('is whoever is available, and who is in a call only when nobody else is there', async () => {
    const server = configured({ agentsThere: false });
    const alice = await signIn(server, 'alice');
    const bob = await signIn(server, 'bob');
    expect(await rung(server)).toEqual(['alice', 'bob']);
    await bob.report('busy');
    expect(await rung(server)).toEqual(['alice']);
    await alice.report('wrap-up');
    expect(await rung(server)).toEqual(['bob']);
    await bob.report('dnd');
    expect(await rung(server)).toEqual([]);
    await signIn(server, 'carol');
    expect(await rung(server)).toEqual(['carol']);
  });

  it('is nobody whose phone gave no sign for 15 s; who never gives one counts while signed in', async () => {
    const server = configured({ agentsThere: false });
    const alice = await signIn(server, 'alice');
    await signIn(server, 'bob');
    await alice.report();
    server.clock.advance(15_000);
    expect(await rung(server)).toEqual(['alice', 'bob']);
    server.clock.advance(1);
    expect(await rung(server)).toEqual(['bob']);
    expect(await alice.list()).toEqual({ alice: 'away', bob: 'available', carol: 'offline' });
    await alice.report();
    expect(await rung(server)).toEqual(['alice', 'bob']);
  });

  it('is not a colleague who does not want to be disturbed', async () => {
    const server = configured();
    await signIn(server, 'alice');
    const bob = await signIn(server, 'bob');
    const call = async () => {
      const form = { CallSid: callSid(5), From: 'client:alice', To: 'client:bob' };
      return (await server.webhook('/voice/outgoing', form)).text();
    };
    expect(await call()).toContain('<Identity>bob</Identity>');
    await bob.report('dnd');
    expect(await call()).toContain('Nobody can take your call');
  });
});

describe('POST /api/presence', () => {
  it('keeps one status for all phones of an agent', async () => {
    const server = configured();
    const desk = await signIn(server, 'alice');
    const mobile = await signIn(server, 'alice');
    expect(await desk.report()).toBe('available');
    expect(await desk.report('dnd')).toBe('dnd');
    expect(await mobile.report()).toBe('dnd');
    expect(await mobile.list()).toMatchObject({ alice: 'dnd' });
  });

  it('is for agents, and takes nothing else', async () => {
    const server = configured();
    const [, visitor] = await server.openSession();
    expect((await server.post('/api/presence', {}, visitor)).status).toBe(403);
    expect((await server.get('/api/presence', visitor)).status).toBe(403);
    expect((await server.post('/api/presence', {})).status).toBe(401);
    const { headers } = await signIn(server, 'alice');
    for (const body of [{ status: 'offline' }, { status: 'asleep' }, { identity: 'bob' }, []]) {
      expect((await server.post('/api/presence', body, headers)).status).toBe(400);
    }
  });
});

it('says closed where a number would be rung and none may be, as the token does', async () => {
  const yaml = YAML.replace(
    'policy: { countries: [US] }',
    'policy: { countries: [US], dialing: off }',
  ).replace('  internal:', '  pstn: { visitors: true, ring: ["number:+16175550123"] }\n  internal:');
  const server = new TestServer(testConfig({ yaml, env: ENV }));
  expect(await availability(server, 'pstn')).toMatchObject({ open: false, reason: 'unavailable' });
  const [, headers] = await server.openSession();
  const token = await server.post('/api/token', { destination: 'pstn' }, headers);
  expect(ApiError.parse(await token.json()).error.code).toBe('dialing-off');
  expect(await availability(server, 'desk')).toMatchObject({ open: true });
});
