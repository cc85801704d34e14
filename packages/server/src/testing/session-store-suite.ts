import { expect, it } from 'vitest';
import type { Clock } from '../ports.js';
import type { Session, SessionStore } from '../stores/session-store.js';
import { TestClock } from './test-server.js';

type CreateStore = (deps: { clock: Clock }) => SessionStore;

/** What every session store has to do. `createStore` returns an empty one. */
export function testSessionStore(createStore: CreateStore): void {
  testLookups(createStore);
  testChanges(createStore);
  testExpiry(createStore);
}

function session(id: string, changes: Partial<Session> = {}): Session {
  const createdAt = new TestClock().now();
  return {
    id,
    presentedBy: 'bearer',
    origin: 'https://shop.example.com',
    identity: 'alice',
    role: 'agent',
    credential: undefined,
    address: '203.0.113.9',
    createdAt,
    expiresAt: createdAt + 1000,
    ...changes,
  };
}

function testLookups(createStore: CreateStore): void {
  it('finds a session by its id', async () => {
    const store = createStore({ clock: new TestClock() });
    await store.create(session('one'));
    await store.create(session('two'));
    expect(await store.find('one')).toEqual(session('one'));
    expect(await store.find('three')).toBeUndefined();
  });

  it('finds the newest session of an identity', async () => {
    const store = createStore({ clock: new TestClock() });
    await store.create(session('old'));
    await store.create(session('new'));
    await store.create(session('other', { identity: 'bob' }));
    expect((await store.findByIdentity('alice'))?.id).toBe('new');
    expect(await store.findByIdentity('carol')).toBeUndefined();
  });

  it('remembers the newest address', async () => {
    const store = createStore({ clock: new TestClock() });
    await store.create(session('one'));
    await store.noteAddress('one', '203.0.113.6');
    await store.noteAddress('one', '203.0.113.7');
    await store.noteAddress('nobody', '203.0.113.8');
    expect((await store.find('one'))?.address).toBe('203.0.113.7');
  });
}

function testChanges(createStore: CreateStore): void {
  it('removes a session for good', async () => {
    const store = createStore({ clock: new TestClock() });
    await store.create(session('older'));
    await store.create(session('newer'));
    await store.remove('newer');
    await store.remove('never-there');
    expect(await store.find('newer')).toBeUndefined();
    expect((await store.findByIdentity('alice'))?.id).toBe('older');
    await store.extend('newer', new TestClock().now() + 9999);
    await store.noteAddress('newer', '203.0.113.7');
    expect(await store.find('newer')).toBeUndefined();
  });

  it('moves the end of a session', async () => {
    const clock = new TestClock();
    const store = createStore({ clock });
    await store.create(session('one'));
    await store.extend('one', clock.now() + 5000);
    clock.advance(4999);
    expect(await store.find('one')).toBeDefined();
    clock.advance(1);
    expect(await store.find('one')).toBeUndefined();
  });

  it('loses no change when several come at once', async () => {
    const clock = new TestClock();
    const store = createStore({ clock });
    await store.create(session('one'));
    await Promise.all([store.noteAddress('one', '203.0.113.7'), store.extend('one', clock.now() + 5000)]);
    const found = await store.find('one');
    expect([found?.address, found?.expiresAt]).toEqual(['203.0.113.7', clock.now() + 5000]);
  });
}

function testExpiry(createStore: CreateStore): void {
  it('does not return a session from the moment it expires', async () => {
    const clock = new TestClock();
    const store = createStore({ clock });
    await store.create(session('short'));
    clock.advance(999);
    expect(await store.find('short')).toBeDefined();
    clock.advance(1);
    expect(await store.find('short')).toBeUndefined();
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
    expect(await store.find('long')).toBeDefined();
    expect(await store.find('short')).toBeUndefined();
    expect((await store.findByIdentity('alice'))?.id).toBe('late');
  });
}
