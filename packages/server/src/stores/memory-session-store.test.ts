import { describe, expect, it } from 'vitest';
import { testSessionStore } from '../testing/session-store-suite.js';
import { TestClock } from '../testing/test-server.js';
import { MemorySessionStore } from './memory-session-store.js';

describe('MemorySessionStore', () => {
  testSessionStore((deps) => new MemorySessionStore(deps));

  it('stays small under a million sessions, and keeps those that are used', async () => {
    const clock = new TestClock();
    const store = new MemorySessionStore({ clock, capacity: 1000 });
    const session = (id: string) => ({
      id,
      presentedBy: 'bearer' as const,
      origin: 'https://shop.example.com',
      identity: `visitor_${id}`,
      role: 'visitor' as const,
      credential: undefined,
      address: undefined,
      createdAt: clock.now(),
      expiresAt: clock.now() + 1000,
    });
    await store.create(session('used'));
    for (let index = 0; index < 1_000_000; index += 1) {
      await store.create(session(String(index)));
      if (index % 100 === 0) await store.find('used');
    }
    expect(store.size).toBeLessThanOrEqual(1000);
    expect(await store.find('used')).toBeDefined();
    expect(await store.findByIdentity('visitor_0')).toBeUndefined();
  });
});
