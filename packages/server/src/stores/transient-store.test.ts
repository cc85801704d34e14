import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '../testing/redis.js';
import { TestClock } from '../testing/test-server.js';
import { MemoryTransientStore } from './memory-transient-store.js';
import { connectRedisStores } from './redis-stores.js';
import { RedisTransientStore } from './redis-transient-store.js';
import { MAX_LISTED, type TransientStore } from './transient-store.js';

async function testClaims(store: TransientStore): Promise<void> {
  const texts = Array.from({ length: 20 }, (_, index) => `claim ${index}`);
  const holders = await Promise.all(texts.map((text) => store.claim('key', text, 60_000)));
  expect(new Set(holders)).toEqual(new Set(['claim 0']));
  expect(await store.claim('other key', 'mine', 60_000)).toBe('mine');
  await store.release('other key', 'somebody else');
  expect(await store.claim('other key', 'next', 60_000)).toBe('mine');
  await store.release('other key', 'mine');
  expect(await store.claim('other key', 'next', 60_000)).toBe('next');
}

async function testLists(store: TransientStore): Promise<void> {
  const texts = Array.from({ length: MAX_LISTED + 1 }, (_, index) => `text ${index}`);
  for (const text of texts) await store.append('list', text, 60_000);
  const [first, second] = await Promise.all([store.takeAll('list'), store.takeAll('list')]);
  expect([first, second]).toEqual([texts.slice(1), []]);
  expect(await store.takeAll('never there')).toEqual([]);
}

describe('the memory of a process', () => {
  it('keeps texts for as long as they are worth something', async () => {
    const clock = new TestClock();
    const store = new MemoryTransientStore({ clock });
    await store.set('a', 'one', 1000);
    await store.set('b', 'two', 5000);
    clock.advance(999);
    expect(await store.get(['b', 'none', 'a'])).toEqual(['two', undefined, 'one']);
    clock.advance(1);
    expect(await store.get(['a', 'b'])).toEqual([undefined, 'two']);
    await store.set('b', 'three', 1);
    expect(await store.get(['b'])).toEqual(['three']);
  });

  it('lets one of many hold a key, until it lapses', async () => {
    const clock = new TestClock();
    const store = new MemoryTransientStore({ clock });
    await testClaims(store);
    clock.advance(60_000);
    expect(await store.claim('key', 'late', 1000)).toBe('late');
  });

  it('keeps lists in their order, the newest of them, and gives each once', async () => {
    const clock = new TestClock();
    const store = new MemoryTransientStore({ clock });
    await testLists(store);
    await store.append('lapsing', 'a', 1000);
    clock.advance(1000);
    expect(await store.takeAll('lapsing')).toEqual([]);
  });

  it('does not grow beyond its capacity', async () => {
    const store = new MemoryTransientStore({ clock: new TestClock(), capacity: 10 });
    for (let count = 0; count < 100; count += 1) await store.set(`key ${count}`, 'text', 1000);
    const kept = await store.get(Array.from({ length: 100 }, (_, count) => `key ${count}`));
    expect(kept.filter((text) => text !== undefined).length).toBeLessThanOrEqual(10);
    expect(kept.at(-1)).toBe('text');
  });
});

describe('Redis', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.close());

  it('keeps texts for every server with the same prefix, with an end of their own', async () => {
    const redis = new Redis(server.url);
    const store = new RedisTransientStore({ redis, prefix: 'one:' });
    await store.set('a', 'text', 60_000);
    expect(await new RedisTransientStore({ redis, prefix: 'one:' }).get(['none', 'a'])).toEqual([
      undefined,
      'text',
    ]);
    expect(await new RedisTransientStore({ redis, prefix: 'two:' }).get(['a'])).toEqual([undefined]);
    expect(await store.get([])).toEqual([]);
    const [[key]] = [await redis.keys('one:*')];
    expect(await redis.pttl(key ?? '')).toBeGreaterThan(50_000);
    redis.disconnect();
  });

  it('lets one of many hold a key, and keeps lists in their order, the newest of them', async () => {
    const redis = new Redis(server.url);
    const store = new RedisTransientStore({ redis, prefix: 'claims:' });
    await testClaims(store);
    await testLists(store);
    await store.append('one', 'a', 60_000);
    for (const key of await redis.keys('claims:*')) expect(await redis.pttl(key)).toBeGreaterThan(0);
    redis.disconnect();
  });

  it('forgets on every server what one of them has released', async () => {
    const logger = pino({ level: 'silent' });
    const clock = { now: () => performance.timeOrigin + performance.now() };
    const options = { redis: { url: server.url, prefix: 'released:' }, clock, logger };
    const [one, other] = await Promise.all([connectRedisStores(options), connectRedisStores(options)]);
    expect(await one.transient.claim('agent', 'first', 60_000)).toBe('first');
    expect(await other.transient.claim('agent', 'second', 60_000)).toBe('first');
    await other.transient.release('agent', 'first');
    expect(await one.transient.claim('agent', 'second', 60_000)).toBe('second');
    one.close();
    other.close();
  });

  it('leaves it to the memory of each process while it is away', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    const clock = { now: () => performance.timeOrigin + performance.now() };
    const stores = await connectRedisStores({ redis: { url: server.url, prefix: 'three:' }, clock, logger });
    await stores.transient.set('a', 'before', 60_000);
    server.pause();
    await stores.transient.set('b', 'meanwhile', 60_000);
    expect(await stores.transient.get(['a', 'b'])).toEqual(['before', 'meanwhile']);
    expect(await stores.transient.claim('c', 'first', 60_000)).toBe('first');
    expect(await stores.transient.claim('c', 'second', 60_000)).toBe('first');
    await stores.transient.release('c', 'first');
    expect(await stores.transient.claim('c', 'second', 60_000)).toBe('second');
    await stores.transient.append('list', 'meanwhile', 60_000);
    expect(await stores.transient.takeAll('list')).toEqual(['meanwhile']);
    expect(
      lines.filter((line) => line.includes('presences and early reports are kept by this process alone')),
    ).toHaveLength(1);
    server.resume();
    stores.close();
  });
});
