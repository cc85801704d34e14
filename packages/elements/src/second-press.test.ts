import { expect, it } from 'vitest';
import { SecondPress } from './second-press.js';
import type { Press } from './second-press.js';

const press = (timeStamp: number, more: Partial<Press> = {}): Press => ({
  detail: 1,
  timeStamp,
  clientX: 300,
  clientY: 600,
  ...more,
});

it('tells the second and the third press of a double click on what changes the call', () => {
  const presses = new SecondPress();
  expect(presses.follows(press(1000), true)).toBe(false);
  expect(presses.follows(press(1150), false)).toBe(true);
  expect(presses.follows(press(1600, { clientX: 310, clientY: 590 }), true)).toBe(true);
});

it.each([
  ['later', press(1500)],
  ['elsewhere', press(1100, { clientX: 330 })],
  ['by the keyboard', press(1100, { detail: 0 })],
])('lets a press through that is made %s', (_how, later) => {
  const presses = new SecondPress();
  presses.follows(press(1000), true);
  expect(presses.follows(later, true)).toBe(false);
});

it('lets keys of the pad be pressed as fast as one likes', () => {
  const presses = new SecondPress();
  presses.follows(press(1000), false);
  expect(presses.follows(press(1100), false)).toBe(false);
});
