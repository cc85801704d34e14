import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '../testing/redis.js';
import { testSessionStore } from '../testing/session-store-suite.js';
import { TestClock } from '../testing/test-server.js';
import { RedisSessionStore } from './redis-session-store.js';

describe('RedisSessionStore', () => {
  let server: TestRedis;
  let redis: Redis;
  let nextPrefix = 0;

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.close();
  });

  testSessionStore(({ clock }) => {
    nextPrefix += 1;
    return new RedisSessionStore({ redis, prefix: `{test${nextPrefix}}:`, clock });
  });

  it.each(['{', '{"role":"admin"}', '"x"', ''])(
    'takes %j, forged by somebody, for no session',
    async (text) => {
      const store = new RedisSessionStore({ redis, prefix: '{forged}:', clock: new TestClock() });
      await redis.set('{forged}:session:one', text);
      await redis.lpush('{forged}:sessions-of:alice', 'one');
      expect(await store.find('one')).toBeUndefined();
      expect(await store.findByIdentity('alice')).toBeUndefined();
      await store.extend('one', 1);
      expect(await redis.get('{forged}:session:one')).toBe(text);
    },
  );
});
