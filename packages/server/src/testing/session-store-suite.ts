import { expect, it } from 'vitest';
import type { Clock } from '../ports.js';
import type { Session, SessionStore } from '../stores/session-store.js';
import { TestClock } from './test-server.js';

type CreateStore = (deps: { clock: Clock }) => SessionStore;

/** What every session store has to do. `createStore` returns an empty one. */
export function testSessionStore(createStore: CreateStore): void {
  testLookups(createStore);
  testExpiry(createStore);
}

function session(id: string, changes: Partial<Session> = {}): Session {
  const createdAt = new TestClock().now();
  return {
    id,
    tokenHash: `hash-of-${id}`,
    origin: 'https://shop.example.com',
    identity: 'alice',
    role: 'agent',
    createdAt,
    expiresAt: createdAt + 1000,
    grantedDestinations: [],
    ...changes,
  };
}

function testLookups(createStore: CreateStore): void {
  it('finds a session by the hash of its token', async () => {
    const store = createStore({ clock: new TestClock() });
    await store.create(session('one'));
    await store.create(session('two'));
    expect(await store.findByTokenHash('hash-of-one')).toEqual(session('one'));
    expect(await store.findByTokenHash('hash-of-three')).toBeUndefined();
  });

  it('finds the newest session of an identity', async () => {
    const store = createStore({ clock: new TestClock() });
    await store.create(session('old'));
    await store.create(session('new'));
    await store.create(session('other', { identity: 'bob' }));
    expect((await store.findByIdentity('alice'))?.id).toBe('new');
    expect(await store.findByIdentity('carol')).toBeUndefined();
  });

  it('remembers each granted destination once', async () => {
    const store = createStore({ clock: new TestClock() });
    await store.create(session('one'));
    await store.grantDestination('one', 'support');
    await store.grantDestination('one', 'sales');
    await store.grantDestination('one', 'support');
    await store.grantDestination('nobody', 'support');
    const found = await store.findByTokenHash('hash-of-one');
    expect(found?.grantedDestinations).toEqual(['support', 'sales']);
  });
}

function testExpiry(createStore: CreateStore): void {
  it('does not return a session from the moment it expires', async () => {
    const clock = new TestClock();
    const store = createStore({ clock });
    await store.create(session('short'));
    clock.advance(999);
    expect(await store.findByTokenHash('hash-of-short')).toBeDefined();
    clock.advance(1);
    expect(await store.findByTokenHash('hash-of-short')).toBeUndefined();
    expect(await store.findByIdentity('alice')).toBeUndefined();
  });

  it('finds an older session of an identity when the newest has expired', async () => {
    const clock = new TestClock();
    const store = createStore({ clock });
    await store.create(session('long', { expiresAt: clock.now() + 5000 }));
    await store.create(session('short'));
    clock.advance(1000);
    expect((await store.findByIdentity('alice'))?.id).toBe('long');
  });

  it('keeps a session that lives on while expired ones are cleared away', async () => {
    const clock = new TestClock();
    const store = createStore({ clock });
    await store.create(session('long', { expiresAt: clock.now() + 10_000_000 }));
    await store.create(session('short'));
    clock.advance(3_600_000);
    await store.create(session('late', { expiresAt: clock.now() + 1000 }));
    expect(await store.findByTokenHash('hash-of-long')).toBeDefined();
    expect(await store.findByTokenHash('hash-of-short')).toBeUndefined();
    expect((await store.findByIdentity('alice'))?.id).toBe('late');
  });
}
