import { expect, it } from 'vitest';
import { faultOf } from './voice-preflight.js';

const GOOD = { mos: 4.3, roundTripMs: 40, jitterMs: 3, packetLossPercent: 0 };

it.each([
  [{}, undefined],
  [{ packetLossPercent: 5 }, 'lossy'],
  [{ jitterMs: 45 }, 'unsteady'],
  [{ roundTripMs: 600 }, 'slow'],
  [{ mos: 3.1 }, 'lossy'],
  [{ mos: undefined, roundTripMs: undefined, jitterMs: undefined, packetLossPercent: undefined }, undefined],
  // The worst for a conversation is named first.
  [{ packetLossPercent: 5, jitterMs: 45, roundTripMs: 600 }, 'lossy'],
])('finds in %o the fault %s', (change, fault) => {
  expect(faultOf({ ...GOOD, ...change })).toBe(fault);
});
