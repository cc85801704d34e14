import { expect, it } from 'vitest';
import { placePanel } from './panel-place.js';

const DESKTOP = { width: 1280, height: 800 };
const TELEPHONE = { width: 320, height: 568 };

it('opens over the button and downwards where there is room', () => {
  expect(placePanel({ left: 200, top: 100, bottom: 152 }, DESKTOP)).toEqual({
    shift: 0,
    width: 340,
    up: false,
  });
});

it('stays within the window at its right edge', () => {
  const { shift, width } = placePanel({ left: 1200, top: 100, bottom: 152 }, DESKTOP);
  expect(1200 + shift + width).toBe(1280 - 12);
});

it('takes the width of a telephone and no more', () => {
  const { shift, width } = placePanel({ left: 100, top: 20, bottom: 72 }, TELEPHONE);
  expect([100 + shift, width]).toEqual([12, 296]);
});

it('grows upwards near the lower edge', () => {
  expect(placePanel({ left: 12, top: 480, bottom: 532 }, TELEPHONE)).toMatchObject({ up: true });
});
