import { describe, expect, it } from 'vitest';
import { testLimitStore } from '../testing/limit-store-suite.js';
import { TestClock } from '../testing/test-server.js';
import { MemoryLimitStore } from './memory-limit-store.js';

describe('MemoryLimitStore', () => {
  testLimitStore(() => {
    const clock = new TestClock();
    return { store: new MemoryLimitStore({ clock }), pass: async (ms) => clock.advance(ms) };
  });

  it('stays small under a million addresses, and keeps counting those that keep coming', async () => {
    const clock = new TestClock();
    const store = new MemoryLimitStore({ clock, capacity: 1000 });
    const rule = (key: string) => ({
      name: 'sessions-per-address' as const,
      key,
      limit: 1,
      reserveMs: 3_600_000,
    });
    let passed = 0;
    for (let index = 0; index < 1_000_000; index += 1) {
      const rules = [rule(`address-${index}`), rule('everybody')];
      if (index % 100 === 0)
        passed += (await store.take([rule('everybody')], { id: `${index}` })).allowed ? 1 : 0;
      await store.take(rules.slice(0, 1), { id: `${index}` });
    }
    expect(store.size).toBeLessThanOrEqual(1000);
    expect(passed).toBe(1);
  });
});
