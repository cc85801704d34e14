import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestClock } from '../testing/test-server.js';
import { MemorySessionStore } from './memory-session-store.js';
import { ResilientSessionStore } from './resilient-session-store.js';
import type { Session, SessionStore } from './session-store.js';

const HOUR_MS = 3_600_000;

describe('a session that several servers share', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Two servers with one shared store, which can be made to fail. */
  function servers() {
    const clock = new TestClock();
    const memory = new MemorySessionStore({ clock });
    const state = { isAway: false };
    const shared = new Proxy<SessionStore>(memory, {
      get: (store, name: keyof SessionStore) =>
        state.isAway ? () => Promise.reject(new Error('away')) : store[name].bind(store),
    });
    const listeners: ((id: string) => void)[] = [];
    const ends = {
      tell: (id: string) => listeners.forEach((hear) => hear(id)),
      listen: (hear: (id: string) => void) => void listeners.push(hear),
    };
    const server = () =>
      new ResilientSessionStore({
        shared,
        ends,
        copies: new MemorySessionStore({ clock }),
        clock,
        logger: pino({ level: 'silent' }),
      });
    const session: Session = {
      id: 'one',
      presentedBy: 'bearer',
      origin: 'https://shop.example.com',
      identity: 'alice',
      role: 'agent',
      credential: undefined,
      address: undefined,
      createdAt: clock.now(),
      expiresAt: clock.now() + HOUR_MS,
    };
    return { clock, memory, state, ends, session, one: server(), other: server() };
  }

  it('does not come back from a copy when another server ended it and the shared store is away', async () => {
    const { state, session, one, other } = servers();
    await one.create(session);
    await other.remove('one');
    expect(await one.find('one')).toBeUndefined();
    state.isAway = true;
    expect(await one.find('one')).toBeUndefined();
    expect(await one.findByIdentity('alice')).toBeUndefined();
  });

  it('stays ended where it ended while the shared store was away, and ends everywhere when it is back', async () => {
    const { clock, memory, state, session, one, other } = servers();
    await one.create(session);
    expect(await other.find('one')).toMatchObject({ id: 'one' });
    state.isAway = true;
    await one.remove('one');
    expect(await one.find('one')).toBeUndefined();
    state.isAway = false;
    expect(await one.find('one')).toBeUndefined();
    expect(await one.findByIdentity('alice')).toBeUndefined();

    clock.advance(1001);
    await vi.advanceTimersByTimeAsync(1001);
    expect(await memory.find('one')).toBeUndefined();
    expect(await other.find('one')).toBeUndefined();
  });

  it('does not come back from a copy when the shared store goes away right after it ended', async () => {
    const { state, session, one, other } = servers();
    await one.create(session);
    expect(await other.find('one')).toMatchObject({ id: 'one' });
    await one.remove('one');
    state.isAway = true;
    expect(await other.find('one')).toBeUndefined();
    expect(await other.findByIdentity('alice')).toBeUndefined();
  });

  it('lives on when somebody says that it ended, but the shared store knows it', async () => {
    const { ends, session, one } = servers();
    await one.create(session);
    ends.tell('one');
    await vi.advanceTimersByTimeAsync(0);
    expect(await one.find('one')).toMatchObject({ id: 'one' });
  });

  it('goes by its copy while the shared store is away', async () => {
    const { state, session, one } = servers();
    await one.create(session);
    state.isAway = true;
    expect(await one.find('one')).toMatchObject({ id: 'one' });
  });
});
