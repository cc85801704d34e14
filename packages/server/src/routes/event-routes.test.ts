import type { LiveEvent } from '@offhook/contract';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectRedisStores } from '../stores/redis-stores.js';
import { MemoryCallbackStore } from '../stores/memory-callback-store.js';
import { MemoryCallRecordStore } from '../stores/memory-call-record-store.js';
import { EventReader } from '../testing/event-reader.js';
import { startRedis, type TestRedis } from '../testing/redis.js';
import { callSid, TestServer, testConfig } from '../testing/test-server.js';

const SITE = 'https://shop.example.com';
const YAML = `
sites: [${SITE}]
destinations:
  support: { visitors: true, ring: [agent:alice] }
  sales: { visitors: true, ring: [agent:bob] }
agents: { alice: { name: Alice }, bob: { name: Bob }, sue: { name: Sue, supervisor: true } }
policy: { countries: [US] }
limits: { callsPerSecond: 1000 }
`;
const CONFIG = testConfig({ yaml: YAML });
const BEAT_MS = 5000;

const readers: EventReader[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const reader of readers.splice(0)) await reader.close().catch(() => undefined);
});

async function follow(server: TestServer, identity: string, more: Record<string, string> = {}) {
  const [, headers] = await server.openSession({ identity });
  const response = await server.get('/api/events', { ...headers, ...more });
  expect(response.status).toBe(200);
  expect(response.headers.get('Content-Type')).toBe('text/event-stream; charset=utf-8');
  expect(response.headers.get('Cache-Control')).toBe('no-store');
  const reader = new EventReader(response);
  readers.push(reader);
  return { reader, headers };
}

/** A call of `identity`, which leads to a change of its record. */
async function call(server: TestServer, identity: string, sid = callSid(1)): Promise<void> {
  await server.openSession({ identity });
  await server.webhook('/voice/outgoing', { CallSid: sid, From: `client:${identity}`, To: 'client:sue' });
}

async function requestCallback(server: TestServer, destination: string, number: string): Promise<void> {
  const [, headers] = await server.openSession();
  await server.post('/api/callback-requests', { destination, name: 'Ann', number }, headers);
}

const sidOf = (event: LiveEvent | undefined) => (event?.type === 'call' ? event.call.sid : undefined);

describe('GET /api/events', () => {
  it('begins with the presence of everybody', async () => {
    const { reader } = await follow(new TestServer(CONFIG, { agentsThere: false }), 'alice');
    const first = [
      await reader.next('presence'),
      await reader.next('presence'),
      await reader.next('presence'),
    ];
    expect(
      first.map((event) => event?.type === 'presence' && [event.agent.identity, event.agent.status]),
    ).toEqual([
      ['alice', 'available'],
      ['bob', 'offline'],
      ['sue', 'offline'],
    ]);
  });

  it("tells each agent of its own calls, and supervisors of everybody's", async () => {
    const server = new TestServer(CONFIG);
    const { reader: alice } = await follow(server, 'alice');
    const { reader: sue } = await follow(server, 'sue');
    await call(server, 'bob', callSid(1));
    await call(server, 'alice', callSid(2));
    await server.webhook('/voice/status', { CallSid: callSid(2), CallStatus: 'completed' });
    expect([sidOf(await sue.next('call')), sidOf(await sue.next('call'))]).toEqual([callSid(1), callSid(2)]);
    expect(sidOf(await alice.next('call'))).toBe(callSid(2));
    expect(await alice.next('call')).toMatchObject({ call: { sid: callSid(2), outcome: 'canceled' } });
  });

  it('tells of callback requests to whom they are for', async () => {
    const server = new TestServer(CONFIG);
    const { reader: alice, headers } = await follow(server, 'alice');
    await requestCallback(server, 'sales', '+16175550123');
    await requestCallback(server, 'support', '+16175550124');
    const event = await alice.next('callback-request');
    expect(event).toMatchObject({ request: { number: '+16175550124', state: 'open' } });
    const id = event?.type === 'callback-request' ? event.request.id : '';
    await server.post(`/api/callback-requests/${id}/take`, {}, headers);
    expect(await alice.next('callback-request')).toMatchObject({
      request: { state: 'taken', takenBy: 'alice' },
    });
  });

  it('tells at once when a colleague changes its status', async () => {
    const server = new TestServer(CONFIG);
    const { reader } = await follow(server, 'alice');
    for (let agents = 0; agents < 3; agents += 1) await reader.next('presence');
    const [, bob] = await server.openSession({ identity: 'bob' });
    await server.post('/api/presence', { status: 'dnd' }, bob);
    expect(await reader.next('presence')).toEqual({
      type: 'presence',
      agent: { identity: 'bob', name: 'Bob', status: 'dnd' },
    });
  });

  it('says to read everything again when somebody was erased', async () => {
    const server = new TestServer(CONFIG);
    const { reader, headers } = await follow(server, 'sue');
    await server.post('/api/calls/erase', { party: '+16175550123' }, headers);
    expect(await reader.next('reset')).toEqual({ type: 'reset' });
  });
});

describe('GET /api/events, after a loss,', () => {
  it('tells what was missed, once and in its newest state', async () => {
    const server = new TestServer(CONFIG);
    const { reader } = await follow(server, 'alice');
    await call(server, 'alice', callSid(1));
    await reader.next('call');
    await reader.close();
    await call(server, 'alice', callSid(2));
    await server.webhook('/voice/status', { CallSid: callSid(2), CallStatus: 'completed' });
    await call(server, 'bob', callSid(3));
    const again = await follow(server, 'alice', { 'Last-Event-ID': reader.lastEventId });
    expect(await again.reader.next('call', 'reset')).toMatchObject({
      call: { sid: callSid(2), outcome: 'canceled' },
    });
    await call(server, 'alice', callSid(4));
    expect(sidOf(await again.reader.next('call', 'reset'))).toBe(callSid(4));
  });

  it('is told to read everything again while the database is away, and harms nobody else', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const calls = new MemoryCallRecordStore();
    const server = new TestServer(CONFIG, { stores: { calls } });
    const { reader: first } = await follow(server, 'alice');
    await first.next('ping');
    await first.close();
    const { reader: bob } = await follow(server, 'bob');
    await bob.next('ping');
    await call(server, 'alice');
    vi.spyOn(calls, 'find').mockRejectedValue(new Error('The database is away.'));
    const { reader: again } = await follow(server, 'alice', { 'Last-Event-ID': first.lastEventId });
    expect(await again.next('reset')).toEqual({ type: 'reset' });
    await again.next('ping');
    await vi.advanceTimersByTimeAsync(BEAT_MS);
    expect(await bob.next('ping')).toEqual({ type: 'ping' });
    expect(await again.next('ping')).toEqual({ type: 'ping' });
  });

  it('does not miss what was not told yet when it was lost', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const calls = new MemoryCallRecordStore();
    const server = new TestServer(CONFIG, { stores: { calls } });
    const { reader } = await follow(server, 'alice');
    await reader.next('ping');
    const find = vi.spyOn(calls, 'find').mockReturnValue(new Promise(() => undefined));
    await call(server, 'alice');
    await vi.advanceTimersByTimeAsync(BEAT_MS);
    await reader.next('ping');
    await reader.close();
    find.mockRestore();
    const { reader: again } = await follow(server, 'alice', { 'Last-Event-ID': reader.lastEventId });
    expect(sidOf(await again.next('call', 'reset'))).toBe(callSid(1));
  });

  it.each(['nonsense', 'other:1', `x`.repeat(5000)])(
    'says to read everything again when it does not know %s',
    async (id) => {
      const { reader } = await follow(new TestServer(CONFIG), 'alice', { 'Last-Event-ID': id });
      expect(await reader.next('reset')).toEqual({ type: 'reset' });
    },
  );
});

describe('GET /api/events', () => {
  it('is for agents of allowed pages, with a query that fits', async () => {
    const server = new TestServer(CONFIG);
    const [, visitor] = await server.openSession();
    const [, alice] = await server.openSession({ identity: 'alice' });
    const status = async (path: string, headers: Record<string, string>) =>
      (await server.get(path, headers)).status;
    expect(await status('/api/events', {})).toBe(401);
    expect(await status('/api/events', visitor)).toBe(403);
    expect(await status('/api/events', { ...alice, Origin: 'https://evil.example' })).toBe(403);
    expect(await status('/api/events', { ...alice, Origin: SITE })).toBe(401);
    expect(await status('/api/events?token=x', alice)).toBe(400);
    expect(await status('/api/events?lastEventId=a&lastEventId=b', alice)).toBe(400);
  });

  it('pings every five seconds, and ends with the session', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const server = new TestServer(CONFIG);
    const { reader, headers } = await follow(server, 'alice');
    await reader.next('ping');
    await vi.advanceTimersByTimeAsync(BEAT_MS);
    expect(await reader.next('ping')).toEqual({ type: 'ping' });
    await server.post('/api/sign-out', {}, headers);
    await vi.advanceTimersByTimeAsync(BEAT_MS);
    expect(await reader.next('call')).toBeUndefined();
  });

  it('tells within five seconds that a phone fell silent', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const server = new TestServer(CONFIG);
    const [, bob] = await server.openSession({ identity: 'bob' });
    await server.post('/api/presence', {}, bob);
    const { reader } = await follow(server, 'alice');
    for (let agents = 0; agents < 3; agents += 1) await reader.next('presence');
    await vi.advanceTimersByTimeAsync(BEAT_MS);
    server.clock.advance(15_001);
    await vi.advanceTimersByTimeAsync(BEAT_MS);
    expect(await reader.next('presence')).toMatchObject({ agent: { identity: 'bob', status: 'away' } });
  });

  it('drops who reads too slowly, and goes on for the others', async () => {
    const server = new TestServer(CONFIG);
    const { reader: slow } = await follow(server, 'sue');
    const { reader: alice } = await follow(server, 'alice');
    await slow.next('ping');
    const page = { pageTitle: 'x'.repeat(300), page: `https://shop.example.com/${'y'.repeat(200)}` };
    for (let number = 1; number <= 400; number += 1) {
      const form = { CallSid: callSid(number), From: 'client:alice', To: 'client:bob', ...page };
      await server.webhook('/voice/outgoing', form);
      expect(sidOf(await alice.next('call'))).toBe(callSid(number));
    }
    await expect(slow.next('reset')).rejects.toThrow('too slow');
  });

  it('ends the oldest of more streams than an agent needs', async () => {
    const server = new TestServer(CONFIG);
    const { reader: oldest } = await follow(server, 'alice');
    for (let count = 0; count < 20; count += 1) await follow(server, 'alice');
    expect(await oldest.next('reset')).toBeUndefined();
  });
});

describe('servers that share Redis and a database', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());

  it('tell of each other, and believe no forged message', async () => {
    const clock = { now: () => performance.timeOrigin + performance.now() };
    const logger = pino({ level: 'silent' });
    const records = { calls: new MemoryCallRecordStore(), callbacks: new MemoryCallbackStore() };
    const connect = () => connectRedisStores({ redis: { url: redis.url, prefix: 'live:' }, clock, logger });
    const shared = [await connect(), await connect()] as const;
    const [one, two] = shared.map(
      (stores) => new TestServer(CONFIG, { stores: { ...stores, ...records }, bus: stores.bus, clock }),
    ) as [TestServer, TestServer];
    const publisher = new Redis(redis.url);
    for (let count = 0; count < 2;) count = Number((await publisher.pubsub('NUMSUB', 'live:live'))[1]);
    const { reader } = await follow(two, 'alice');
    const { reader: own } = await follow(one, 'alice');
    const event = JSON.stringify({ type: 'call', call: { sid: callSid(66) } });
    const forged = [
      'nonsense',
      event,
      JSON.stringify({ server: 'x', notice: { type: 'call', id: '../../etc' } }),
      JSON.stringify({ server: 'x', notice: { type: 'call', id: callSid(66), call: { sid: callSid(66) } } }),
      JSON.stringify({ server: 'x', notice: { type: 'call', id: callSid(66) } }),
      `"${'x'.repeat(100_000)}"`,
    ];
    for (const message of forged) await publisher.publish('live:live', message);
    await call(one, 'alice', callSid(1));
    expect(sidOf(await reader.next('call', 'reset', 'callback-request'))).toBe(callSid(1));
    // What a server tells itself it does not tell twice.
    await call(two, 'alice', callSid(2));
    const told = [await own.next('call'), await own.next('call')].map(sidOf);
    expect(told).toEqual([callSid(1), callSid(2)]);
    publisher.disconnect();
    for (const stores of shared) stores.close();
  });
});
