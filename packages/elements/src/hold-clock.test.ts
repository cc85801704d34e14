import { expect, it } from 'vitest';
import { HoldClock } from './hold-clock.js';

it('counts the seconds of each hold from its own beginning', () => {
  let nowMs = 1_000;
  const clock = new HoldClock(() => nowMs);
  expect(clock.seconds(false)).toBeUndefined();
  expect(clock.seconds(true)).toBe(0);
  nowMs = 71_900;
  expect(clock.seconds(true)).toBe(70);
  expect(clock.seconds(false)).toBeUndefined();
  nowMs = 80_000;
  expect(clock.seconds(true)).toBe(0);
});
