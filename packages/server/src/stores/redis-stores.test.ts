import { TokenReply } from '@offhook/contract';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '../testing/redis.js';
import { TestServer, testConfig } from '../testing/test-server.js';
import { connectRedisStores, type RedisStores } from './redis-stores.js';

const clock = { now: () => performance.timeOrigin + performance.now() };

describe('servers on one Redis', () => {
  let redis: TestRedis;
  let open: RedisStores[] = [];
  let logLines: string[] = [];
  let nextPrefix = 0;

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterEach(() => {
    for (const stores of open) stores.close();
    open = [];
  });
  afterAll(() => redis.close());

  const logger = pino({ level: 'info' }, { write: (line: string) => void logLines.push(line) });

  async function connect(count: number): Promise<RedisStores[]> {
    nextPrefix += 1;
    logLines = [];
    const prefix = `{test${nextPrefix}}:`;
    const stores = await Promise.all(
      Array.from({ length: count }, () =>
        connectRedisStores({ redis: { url: redis.url, prefix }, clock, logger }),
      ),
    );
    open.push(...stores);
    return stores;
  }

  /** Servers of one configuration, public ones, so that every limit counts. */
  async function servers(count: number, limits: string): Promise<TestServer[]> {
    const config = testConfig({
      yaml: `destinations: { support: { visitors: true, ring: [agent:alice] } }
agents: { alice: { name: Alice } }
limits: { ${limits} }`,
      env: { PUBLIC_URL: 'https://calls.example.com' },
    });
    const made = (await connect(count)).map(({ sessions, limits: store }) => {
      const server = new TestServer(config, { stores: { sessions, limits: store }, clock });
      server.peer = '203.0.113.9';
      return server;
    });
    return made;
  }

  async function untilShared(made: TestServer[]): Promise<void> {
    for (const server of made) {
      for (let isShared = false; !isShared;) {
        const [, headers] = await server.openSession();
        const seen = await Promise.all(made.map((other) => other.post('/api/token', {}, headers)));
        isShared = seen.every(({ status }) => status === 400);
        if (!isShared) await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  async function askMany(
    limits: string,
    sessionCount: number,
  ): Promise<{ session: number; status: number }[]> {
    const both = await servers(2, limits);
    const [one] = both;
    if (one === undefined) throw new Error('There are two servers.');
    const sessions = await Promise.all(
      Array.from({ length: sessionCount }, async () => (await one.openSession())[1]),
    );
    return Promise.all(
      Array.from({ length: 1000 }, async (_, index) => {
        const session = index % sessionCount;
        const server = both[Math.floor(index / sessionCount) % 2] ?? one;
        const { status } = await server.post('/api/token', { destination: 'support' }, sessions[session]);
        return { session, status };
      }),
    );
  }

  it('are one limit under 1,000 parallel requests', async () => {
    const limits =
      'concurrentPerIp: 1000, callsPerIpPerDay: 23, callsPerSecond: 1000, callsPerSessionPerHour: 1000';
    const answers = await askMany(limits, 1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(23);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(977);
  });

  it('give exactly as many visitors a place as may call at the same time, however often each asks', async () => {
    const limits =
      'concurrentPerIp: 17, callsPerIpPerDay: 1000, callsPerSecond: 1000, callsPerSessionPerHour: 1000';
    const answers = await askMany(limits, 50);
    const served = answers.filter(({ status }) => status === 200).map(({ session }) => session);
    expect(new Set(served).size).toBe(17);
    expect(served.length).toBe(17 * 20);
  });

  it('know the session that one of them opened, and that the other one ended', async () => {
    const config = testConfig();
    const [first, second] = (await connect(2)).map(
      ({ sessions, limits }) => new TestServer(config, { stores: { sessions, limits }, clock }),
    );
    if (first === undefined || second === undefined) throw new Error('There are two servers.');
    const [, headers] = await first.openSession({ identity: 'alice' });
    expect((await second.post('/api/token', {}, headers)).status).toBe(200);
    expect((await second.post('/api/sign-out', {}, headers)).status).toBe(204);
    expect((await first.post('/api/token', {}, headers)).status).toBe(401);
  });

  it('refuse at once what another one signed out, even when Redis is lost right after', async () => {
    const config = testConfig();
    const [first, second] = (await connect(2)).map(
      ({ sessions, limits }) => new TestServer(config, { stores: { sessions, limits }, clock }),
    );
    if (first === undefined || second === undefined) throw new Error('There are two servers.');
    const [, headers] = await first.openSession({ identity: 'alice' });
    const [, kept] = await first.openSession({ identity: 'bob' });
    for (const session of [headers, kept]) {
      expect((await second.post('/api/token', {}, session)).status).toBe(200);
    }
    // It listens last, so it hears last.
    const listener = new Redis(redis.url);
    await listener.subscribe(`{test${nextPrefix}}:ended-sessions`);
    const heard = once(listener, 'message');
    expect((await first.post('/api/sign-out', {}, headers)).status).toBe(204);
    await heard;
    listener.disconnect();
    await new Promise((resolve) => setImmediate(resolve));
    redis.pause();
    expect((await second.post('/api/token', {}, headers)).status).toBe(401);
    expect((await second.post('/api/token', {}, kept)).status).toBe(200);
    redis.resume();
  });

  it('stay up under load while Redis is away, let no more through than they say, and share again', async () => {
    const limit = 20;
    const limits = `callsPerIpPerDay: ${limit}, concurrentPerIp: 1000, callsPerSecond: 100000, callsPerSessionPerHour: 100000`;
    const both = await servers(2, limits);
    const sessions = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        const [, headers] = (await both[index % 2]?.openSession()) ?? [];
        return headers ?? {};
      }),
    );
    const statuses: number[] = [];
    let isOver = false;
    const load = sessions.map(async (headers, index) => {
      for (let count = index; !isOver; count += 1) {
        const response = await both[count % 2]?.post('/api/token', { destination: 'support' }, headers);
        statuses.push(response?.status ?? 0);
      }
    });
    const some = async (count: number) => {
      const enough = statuses.length + count;
      while (statuses.length < enough) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await some(100);
    const passed = () => statuses.filter((status) => status === 200).length;
    expect(passed()).toBe(limit);
    redis.pause();
    await some(300);
    redis.resume();
    await untilShared(both);
    isOver = true;
    await Promise.all(load);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    // Each server counted by itself meanwhile.
    expect(passed()).toBeLessThanOrEqual(3 * limit);
    const afterwards = await both[0]?.post('/api/token', { destination: 'support' }, sessions[0] ?? {});
    expect(afterwards?.status).toBe(429);
    expect(logLines.filter((line) => line.includes('Redis answers again')).length).toBeGreaterThan(0);
  });

  it.each([
    ['does not answer', () => Promise.resolve(redis.pause()), () => Promise.resolve(redis.resume())],
    ['is gone', () => redis.kill(), () => redis.start()],
  ])('go on by themselves while Redis %s, and together again afterwards', async (_, fail, recover) => {
    const limits = 'concurrentPerIp: 2, callsPerSecond: 1000';
    const both = await servers(2, limits);
    const [server] = both;
    if (server === undefined) throw new Error('There are two servers.');
    const [, before] = await server.openSession();
    expect((await server.post('/api/token', { destination: 'support' }, before)).status).toBe(200);

    await fail();
    const known = await server.post('/api/token', { destination: 'support' }, before);
    expect(TokenReply.parse(await known.json()).ttlSeconds).toBe(5);
    const [, during] = await server.openSession();
    expect((await server.post('/api/token', { destination: 'support' }, during)).status).toBe(200);
    const [, third] = await server.openSession();
    expect((await server.post('/api/token', { destination: 'support' }, third)).status).toBe(429);
    const outages = logLines.filter((line) => line.includes('Redis does not answer'));
    expect(outages).toHaveLength(2);

    await recover();
    await untilShared(both);
    expect((await server.post('/api/token', {}, during)).status).toBe(400);
    expect(logLines.some((line) => line.includes('Redis answers again'))).toBe(true);
  });
});
