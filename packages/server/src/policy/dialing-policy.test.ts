import { expect, it } from 'vitest';
import { testConfig } from '../testing/test-server.js';
import { judgeNumber } from './dialing-policy.js';

const { policy } = testConfig({ yaml: 'policy: { countries: [US, DE, JP] }' });

it.each(['+16175550123', '+18005550123', '+493012345678', '+4915112345678', '+81312345678'])(
  'allows %s',
  (number) => {
    expect(judgeNumber(policy, number)).toEqual({ allowed: true });
  },
);

it.each([
  ['+19005550123', 'premium rate'],
  ['+4990012345678', 'premium rate abroad'],
  ['+12684601234', 'an island that shares +1'],
  ['+447400123456', 'a country that is not listed'],
  ['+881612345678', 'a satellite network'],
  ['+80012345678', 'international freephone'],
  ['+979123456789', 'international premium rate'],
])('forbids %s: %s', (number) => {
  expect(judgeNumber(policy, number).allowed).toBe(false);
});

it('calls a number invalid that no country gives out', () => {
  expect(judgeNumber(policy, '+11234567890')).toMatchObject({ reason: 'number-invalid', errorCode: 13223 });
});

it('forbids every number by default, and when dialing is off', () => {
  expect(judgeNumber(testConfig().policy, '+16175550123')).toMatchObject({ reason: 'number-not-allowed' });
  expect(judgeNumber({ ...policy, dialing: 'off' }, '+16175550123').allowed).toBe(false);
});

it('forbids kinds of numbers that are not listed', () => {
  const landlines = { ...policy, numberTypes: ['fixed-line' as const] };
  expect(judgeNumber(landlines, '+4915112345678').allowed).toBe(false);
  expect(judgeNumber(landlines, '+16175550123').allowed).toBe(true);
});
