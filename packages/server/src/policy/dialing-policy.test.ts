import { PhoneNumberFormat, PhoneNumberType, PhoneNumberUtil } from 'google-libphonenumber';
import { getCountries } from 'libphonenumber-js/max';
import { describe, expect, it } from 'vitest';
import { testConfig } from '../testing/test-server.js';
import { judgeDial, judgeNumber } from './dialing-policy.js';
import { isEmergencyNumber } from './emergency-numbers.js';

const { policy } = testConfig({ yaml: 'policy: { countries: [US, DE, JP] }' });

it.each(['+16175550123', '+18005550123', '+493012345678', '+4915112345678', '+81312345678'])(
  'allows %s',
  (number) => {
    expect(judgeNumber(policy, number)).toEqual({ allowed: true });
  },
);

it.each([
  ['+19005550123', 'number-type-not-allowed', 13225, 'premium rate'],
  ['+499001234567', 'number-type-not-allowed', 13225, 'premium rate abroad'],
  ['+12684601234', 'country-not-allowed', 13227, 'an island that shares +1'],
  ['+447400123456', 'country-not-allowed', 13227, 'a country that is not listed'],
  ['+449098790000', 'country-not-allowed', 13227, 'premium rate of a country that is not listed'],
  ['+881612345678', 'number-not-allowed', 13225, 'a satellite network'],
  ['+88213012345', 'number-not-allowed', 13225, 'a global network'],
  ['+883510012345', 'number-not-allowed', 13225, 'a global network'],
  ['+870773111632', 'number-not-allowed', 13225, 'ships'],
  ['+878101234567890', 'number-not-allowed', 13225, 'personal numbers'],
  ['+80012345678', 'number-not-allowed', 13225, 'international freephone'],
  ['+979123456789', 'number-not-allowed', 13225, 'international premium rate'],
])('forbids %s: %s', (number, reason, errorCode) => {
  expect(judgeNumber(policy, number)).toMatchObject({ allowed: false, reason, errorCode });
});

it.each([
  '+11234567890',
  '+016175550123',
  '0016175550123',
  '01116175550123',
  '6175550123',
  '16175550123',
  `+1${'6'.repeat(39)}`,
  '+16175550123;ext=5',
  '+16175550123,,1234#',
  'tel:+16175550123',
  'sip:+16175550123@example.com',
  '+１６１７５５５０１２３',
  '+١٦١٧٥٥٥٠١٢٣',
  '+1 617 555 0123',
  '+16175550123\n',
  '+1617555012३',
  '',
])('calls %j no phone number', (number) => {
  expect(judgeNumber(policy, number)).toMatchObject({ reason: 'number-invalid', errorCode: 13223 });
});

it('forbids every number by default, and when dialing is off', () => {
  expect(judgeNumber(testConfig().policy, '+16175550123')).toMatchObject({ reason: 'country-not-allowed' });
  expect(judgeNumber({ ...policy, dialing: 'off' }, '+16175550123')).toMatchObject({ reason: 'dialing-off' });
});

it('forbids kinds of numbers that are not listed', () => {
  const landlines = { ...policy, numberTypes: ['fixed-line' as const] };
  expect(judgeNumber(landlines, '+4915112345678').allowed).toBe(false);
  expect(judgeNumber(landlines, '+16175550123').allowed).toBe(true);
});

describe("the numbering plans' own example numbers", () => {
  const library = PhoneNumberUtil.getInstance();
  const kinds = new Set<number>([
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.VOIP,
    PhoneNumberType.TOLL_FREE,
  ]);
  const types = Object.values(PhoneNumberType).filter((type): type is PhoneNumberType => Number(type) >= 0);
  const examples = library.getSupportedRegions().flatMap((region) =>
    types.flatMap((type) => {
      const number = library.getExampleNumberForType(region, type);
      if (!number) return [];
      const owner = library.getRegionCodeForNumber(number);
      return [
        { owner, e164: library.format(number, PhoneNumberFormat.E164), type: library.getNumberType(number) },
      ];
    }),
  );
  const everywhere = testConfig({ yaml: `policy: { countries: [${getCountries().join(', ')}] }` }).policy;

  it('are many', () => {
    expect(examples.length).toBeGreaterThan(1000);
  });

  it('are all refused by a policy that names no country', () => {
    expect(examples.filter(({ e164 }) => judgeNumber(testConfig().policy, e164).allowed)).toEqual([]);
  });

  it('are allowed everywhere only when their kind is one of the four ordinary ones', () => {
    const wrong = examples.filter(({ e164, type }) => {
      const { allowed } = judgeNumber(everywhere, e164);
      return allowed && !kinds.has(type);
    });
    expect(wrong).toEqual([]);
    const allowed = examples.filter(({ e164 }) => judgeNumber(everywhere, e164).allowed);
    expect(allowed.length).toBeGreaterThan(500);
  });

  it('are refused when only another country is allowed', () => {
    const onlyHere = { ...policy, countries: ['US' as const] };
    const strays = examples.filter(
      ({ owner, e164 }) => owner !== 'US' && judgeNumber(onlyHere, e164).allowed,
    );
    expect(strays).toEqual([]);
  });

  it('are refused by kind when they are premium, shared-cost, personal, pager, voicemail or UAN', () => {
    const dear = [
      PhoneNumberType.PREMIUM_RATE,
      PhoneNumberType.SHARED_COST,
      PhoneNumberType.PERSONAL_NUMBER,
      PhoneNumberType.PAGER,
      PhoneNumberType.UAN,
      PhoneNumberType.VOICEMAIL,
    ];
    const dearOnes = examples.filter(({ type }) => dear.includes(type));
    expect(dearOnes.length).toBeGreaterThan(250);
    expect(dearOnes.filter(({ e164 }) => judgeNumber(everywhere, e164).allowed)).toEqual([]);
  });
});

describe('judgeDial', () => {
  const yaml = (dialing: string) => `
destinations: { sales: { ring: ["number:+442071838750"], callerId: "+16175550100" } }
policy: { countries: [US], dialing: ${dialing} }
`;

  it('lets the configuration ring its own numbers, unless dialing is off', () => {
    expect(judgeDial(testConfig({ yaml: yaml('on') }), '+442071838750').allowed).toBe(true);
    expect(judgeDial(testConfig({ yaml: yaml('on') }), '+442071838751').allowed).toBe(false);
    expect(judgeDial(testConfig({ yaml: yaml('off') }), '+442071838750')).toMatchObject({
      reason: 'dialing-off',
    });
  });

  it('knows magic numbers only with the engine', () => {
    expect(judgeDial(testConfig(), '+15005550100').allowed).toBe(true);
    expect(judgeDial(testConfig({ voice: { mode: 'twilio' } }), '+15005550100').allowed).toBe(false);
  });
});

it('recognises calls for help, and nothing else', () => {
  for (const number of ['112', '911', '+1911', '999', '110', '119', '+49112', '000']) {
    expect(isEmergencyNumber(number)).toBe(true);
  }
  for (const number of ['+16175550911', '1911', '555', '91', '9111', 'client:911', '+', '']) {
    expect(isEmergencyNumber(number)).toBe(false);
  }
});
