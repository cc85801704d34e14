import { describe, expect, it } from 'vitest';
import { testLimitStore } from '../testing/limit-store-suite.js';
import { TestClock } from '../testing/test-server.js';
import type { LimitRule } from './limit-store.js';
import { MemoryLimitStore } from './memory-limit-store.js';

describe('MemoryLimitStore', () => {
  testLimitStore(() => {
    const clock = new TestClock();
    return { store: new MemoryLimitStore({ clock }), pass: async (ms) => clock.advance(ms) };
  });

  const rule = (key: string, reserveMs = 3_600_000): LimitRule => ({
    name: 'sessions-per-address',
    key,
    limit: 1,
    reserveMs,
  });
  const isTaken = async (store: MemoryLimitStore, taken: LimitRule) =>
    (await store.take([taken], { id: '' })).allowed;

  it('stays small under a million addresses, none of which gets rid of a count by that', async () => {
    const store = new MemoryLimitStore({ clock: new TestClock(), capacity: 1000 });
    const passed: number[] = [];
    for (let index = 0; index < 1_000_000; index += 1) {
      if (await isTaken(store, rule(`address-${index}`))) passed.push(index);
    }
    expect(store.size).toBe(1000);
    expect(passed).toEqual(Array.from({ length: 1000 }, (_, index) => index));
    for (const index of [0, 500, 999]) expect(await isTaken(store, rule(`address-${index}`))).toBe(false);
  });

  it('refuses strangers while it is full, but no limit that the configuration names', async () => {
    const clock = new TestClock();
    const store = new MemoryLimitStore({ clock, capacity: 10 });
    for (let index = 0; index < 10; index += 1) await isTaken(store, rule(`address-${index}`, 5000));
    expect(await store.take([rule('stranger')], { id: 'a' })).toEqual({
      allowed: false,
      rule: 'sessions-per-address',
      retryAfterMs: 60_000,
    });
    const shared: LimitRule = { name: 'calls-per-second', key: 'everybody', limit: 1, reserveMs: 1000 };
    expect(await isTaken(store, shared)).toBe(true);
    expect(await isTaken(store, shared)).toBe(false);
    clock.advance(5000);
    expect(await isTaken(store, rule('stranger'))).toBe(true);
  });

  it('forgets what no longer counts, and finds what does among a million addresses', async () => {
    const clock = new TestClock();
    const store = new MemoryLimitStore({ clock });
    const live = Array.from({ length: 1000 }, (_, index) => rule(`live-${index}`));
    for (const one of live) await isTaken(store, one);
    let passed = 0;
    for (let second = 0; second < 20; second += 1) {
      for (let index = 0; index < 50_000; index += 1) {
        passed += (await isTaken(store, rule(`${second}-${index}`, 1000))) ? 1 : 0;
      }
      clock.advance(1000);
    }
    expect(passed).toBe(1_000_000);
    expect(store.size).toBeLessThanOrEqual(100_000);
    for (const one of live) expect(await isTaken(store, one)).toBe(false);
  });
});
