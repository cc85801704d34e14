import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryTransientStore } from '../stores/memory-transient-store.js';
import { TestClock } from '../testing/test-server.js';
import { AgentTurns } from './agent-turns.js';

const AGENTS = ['alice', 'bob', 'carol'];

let clock: TestClock;
let turns: AgentTurns;

beforeEach(() => {
  clock = new TestClock();
  turns = new AgentTurns({ store: new MemoryTransientStore({ clock }), clock });
});

describe('the turns of agents', () => {
  it('begin with whoever was longest without a conversation', async () => {
    expect(await turns.order(AGENTS)).toEqual(AGENTS);
    await turns.talked('alice');
    clock.advance(1000);
    await turns.talked('bob');
    expect(await turns.order(AGENTS)).toEqual(['carol', 'alice', 'bob']);
    clock.advance(1000);
    await turns.talked('alice');
    expect(await turns.order(AGENTS)).toEqual(['carol', 'bob', 'alice']);
  });

  it('pass over who declined, and for longer who let it ring again and again', async () => {
    await turns.missed('alice', 'declined');
    expect(await turns.order(AGENTS)).toEqual(['bob', 'carol']);
    clock.advance(30_000);
    expect(await turns.order(AGENTS)).toEqual(['bob', 'carol', 'alice']);
    await turns.missed('carol', 'declined');
    await turns.talked('carol');
    expect(await turns.order(AGENTS)).toContain('carol');
    for (const minutes of [1, 2, 4, 8, 16, 16]) {
      await turns.missed('bob', 'unanswered');
      clock.advance(minutes * 60_000 - 1);
      expect(await turns.order(['bob'])).toEqual([]);
      clock.advance(1);
      expect(await turns.order(['bob'])).toEqual(['bob']);
    }
    await turns.talked('bob');
    await turns.missed('bob', 'unanswered');
    clock.advance(60_000);
    expect(await turns.order(['bob'])).toEqual(['bob']);
  });

  it('pass over for a moment, and not for longer each time, who had no phone there to ring', async () => {
    for (let times = 0; times < 3; times += 1) {
      await turns.missed('bob', 'unreachable');
      expect(await turns.order(AGENTS)).toEqual(['alice', 'carol']);
      clock.advance(5000);
      expect(await turns.order(AGENTS)).toEqual(['alice', 'carol', 'bob']);
    }
    await turns.missed('bob', 'unanswered');
    clock.advance(60_000);
    expect(await turns.order(AGENTS)).toContain('bob');
    await turns.missed('bob', 'unreachable');
    await turns.talked('bob');
    expect(await turns.order(AGENTS)).toContain('bob');
  });

  it('let an agent ring for one caller at a time', async () => {
    expect(await turns.claim('alice', 'one', 1000)).toBe(true);
    expect(await turns.claim('alice', 'two', 1000)).toBe(false);
    expect(await turns.ringing(AGENTS, 'two')).toEqual(new Set(['alice']));
    expect(await turns.ringing(AGENTS, 'one')).toEqual(new Set());
    await turns.release('alice', 'two');
    expect(await turns.claim('alice', 'two', 1000)).toBe(false);
    await turns.release('alice', 'one');
    expect(await turns.claim('alice', 'two', 1000)).toBe(true);
  });
});
