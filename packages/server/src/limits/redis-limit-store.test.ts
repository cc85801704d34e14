import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testLimitStore } from '../testing/limit-store-suite.js';
import { startRedis, type TestRedis } from '../testing/redis.js';
import { RedisLimitStore } from './redis-limit-store.js';

describe('RedisLimitStore', () => {
  let server: TestRedis;
  let clients: Redis[];
  let nextPrefix = 0;

  beforeAll(async () => {
    server = await startRedis();
    clients = Array.from({ length: 3 }, () => new Redis(server.url));
  });
  afterAll(async () => {
    for (const client of clients) client.disconnect();
    await server.close();
  });

  /** As many servers on one Redis, with keys of their own. */
  function stores(count: number): RedisLimitStore[] {
    nextPrefix += 1;
    return clients
      .slice(0, count)
      .map((redis) => new RedisLimitStore({ redis, prefix: `{test${nextPrefix}}:` }));
  }

  testLimitStore(() => {
    const [store] = stores(1);
    if (store === undefined) throw new Error('Redis is not there.');
    return { store, pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) };
  });

  it('is one limit for three servers under 1,000 parallel requests', async () => {
    const servers = stores(3);
    const rule = { name: 'calls-per-second' as const, key: 'all', limit: 137, reserveMs: 60_000 };
    const verdicts = await Promise.all(
      Array.from(
        { length: 1000 },
        (_, index) =>
          servers[index % 3]?.take([rule], { id: `${index}` }) ??
          Promise.reject(new Error('There are three.')),
      ),
    );
    expect(verdicts.filter((verdict) => verdict?.allowed)).toHaveLength(137);
  });

  it('leaves no key behind that does not lapse', async () => {
    const [store] = stores(1);
    const [client] = clients;
    const rule = {
      name: 'concurrent-per-address' as const,
      key: 'x',
      limit: 9,
      reserveMs: 50_000,
      holdMs: 90_000,
    };
    await store?.take([rule], { id: 'a', owner: 'visitor' });
    await store?.admit([rule], { sid: 'CA1', place: { id: 'a', owner: 'visitor' } });
    await store?.admit([rule], { sid: 'CA2' });
    await store?.take([rule], { id: 'b', owner: 'visitor' });
    const keys = (await client?.keys(`{test${nextPrefix}}:*`)) ?? [];
    expect(keys.length).toBeGreaterThan(2);
    for (const key of keys) expect(await client?.pttl(key)).toBeGreaterThan(0);
  });
});
