import type { QueuePlace } from '@offhook/contract';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { QueueWatch } from './queue-watch.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A panel whose call is at these places, one look after the other. */
function panel(...places: (number | 'away' | undefined)[]) {
  const seen: (number | undefined)[] = [];
  let looks = 0;
  let callSid: string | undefined = 'CA1';
  const watch = new QueueWatch({
    callSid: () => callSid,
    onPosition: (position) => seen.push(position),
    async look(): Promise<QueuePlace | undefined> {
      const position = places[looks];
      looks += 1;
      if (position === 'away') throw new Error('The server is away.');
      return Promise.resolve(
        position === undefined ? undefined : { position, size: 5, waitedSeconds: looks },
      );
    },
  });
  watch.hostUpdated();
  return {
    seen,
    looks: () => looks,
    hangUp: () => {
      callSid = undefined;
      watch.hostUpdated();
    },
  };
}

it('tells of a place when it changes, and of nothing when it does not', async () => {
  const { seen, looks } = panel(3, 3, 2, 1);
  await vi.advanceTimersByTimeAsync(13_000);
  expect(looks()).toBe(4);
  expect(seen).toEqual([3, 2, 1]);
});

it('stops looking when somebody takes the call', async () => {
  const { seen, looks } = panel(2, undefined, 1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(looks()).toBe(2);
  expect(seen).toEqual([2, undefined]);
  expect(vi.getTimerCount()).toBe(0);
});

it('stops looking after a call that never waited', async () => {
  const { seen, looks } = panel();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(looks()).toBe(2);
  expect(seen).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

it('keeps the place while the server is away', async () => {
  const { seen } = panel(2, 'away', 'away', 'away', 1);
  await vi.advanceTimersByTimeAsync(13_000);
  expect(seen).toEqual([2]);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(seen).toEqual([2, 1]);
});

it('leaves no timer and no place behind when the call ends', async () => {
  const { seen, looks, hangUp } = panel(2, 2, 2);
  await vi.advanceTimersByTimeAsync(5_000);
  hangUp();
  expect(vi.getTimerCount()).toBe(0);
  expect(seen).toEqual([2, undefined]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(looks()).toBe(2);
});
