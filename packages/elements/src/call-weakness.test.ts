import { expect, it } from 'vitest';
import { qualityBars, weaknessOf } from './call-weakness.js';

it.each([
  [[], false, undefined],
  [['constant-audio-output-level'], false, undefined],
  [['high-rtt', 'low-mos'], false, 'network'],
  [['high-rtt'], false, 'delay'],
  [['high-jitter', 'microphone-lost'], false, 'microphone'],
  [['constant-audio-input-level'], false, 'silent'],
  [['constant-audio-input-level'], true, undefined],
  [['ice-connectivity-lost', 'high-packet-loss'], true, 'no-audio'],
] as const)('reads %j, muted %s, as %s', (warnings, isMuted, weakness) => {
  expect(weaknessOf(warnings, isMuted)).toBe(weakness);
});

it('shows fewer bars the less can be understood', () => {
  expect(
    [undefined, 'silent', 'delay', 'network', 'no-audio'].map((name) => qualityBars(name as never)),
  ).toEqual([4, 4, 3, 2, 1]);
});
