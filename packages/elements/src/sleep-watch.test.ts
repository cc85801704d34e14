import type { ReactiveControllerHost } from 'lit';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SleepWatch } from './sleep-watch.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  watch.hostDisconnected();
  vi.useRealTimers();
});

let watch: SleepWatch;

it('notices that the page did not run, and not that timers were late', () => {
  let updates = 0;
  const host = {
    addController: () => undefined,
    requestUpdate: () => {
      updates += 1;
    },
  } as unknown as ReactiveControllerHost;
  let lostMs = 0;
  watch = new SleepWatch(host, () => new Date(Date.now() + lostMs));
  watch.hostConnected();
  vi.advanceTimersByTime(10_000);
  lostMs = 60_000;
  vi.advanceTimersByTime(10_000);
  expect(watch.sleep).toBeUndefined();
  const from = new Date(Date.now() + lostMs);
  lostMs += 600_000;
  vi.advanceTimersByTime(10_000);
  expect(watch.sleep).toEqual({ from, to: new Date(Date.now() + lostMs) });
  lostMs += 600_000;
  vi.advanceTimersByTime(10_000);
  expect(watch.sleep?.from).toEqual(from);
  watch.dismiss();
  expect(watch.sleep).toBeUndefined();
  expect(updates).toBe(3);
});
