/**
 * Which phone numbers may be dialled: none, unless the policy names their country and kind. One verdict for the
 * token, the webhook and the voice engine. Networks outside any country are never allowed, whatever the policy says.
 */
import type { RefusalReason } from '@offhook/contract';
import { parsePhoneNumberFromString, type NumberType as LibraryNumberType } from 'libphonenumber-js/max';
import { isMagicNumber } from '../call-flow/magic-numbers.js';
import type { ServerConfig } from '../config/config.js';
import type { DialingPolicy, NumberType } from '../config/configuration-file.js';
import { E164 } from '../config/environment.js';

/** A number that may not be dialled: the refusal's name, Twilio's error code, and a sentence for a person. */
export interface DialingRefusal {
  allowed: false;
  reason: Extract<
    RefusalReason,
    | 'country-not-allowed'
    | 'dialing-off'
    | 'number-invalid'
    | 'number-not-allowed'
    | 'number-type-not-allowed'
  >;
  errorCode: number;
  message: string;
}

/** The verdict on a number. */
export type DialingVerdict = { allowed: true } | DialingRefusal;

/** Dial: Invalid phone number format. */
const INVALID_FORMAT = 13223;
/** Dial: Forbidden phone number. */
const FORBIDDEN = 13225;
/** Dial: No International Authorization. */
const NO_AUTHORIZATION = 13227;

const ALLOWED: DialingVerdict = Object.freeze({ allowed: true });

/** Not a phone number. */
export const INVALID_NUMBER = refusal('number-invalid', INVALID_FORMAT, 'This is not a valid phone number.');
const DIALING_OFF = refusal('dialing-off', FORBIDDEN, 'Calls to phone numbers are switched off.');
const FORBIDDEN_NETWORK = refusal(
  'number-not-allowed',
  FORBIDDEN,
  'Numbers of this network are never called.',
);
const FORBIDDEN_COUNTRY = refusal(
  'country-not-allowed',
  NO_AUTHORIZATION,
  'The policy does not allow calls to this country.',
);
const FORBIDDEN_KIND = refusal(
  'number-type-not-allowed',
  FORBIDDEN,
  'The policy does not allow calls to this kind of number.',
);

/**
 * Codes that belong to no country (ITU-T E.164 list of assigned codes): international freephone, shared-cost and
 * premium rate, satellite and global networks, personal numbers, disaster relief. Their price has no limit.
 */
const GLOBAL_CODES = /^\+(800|808|870|878|881|882|883|888|979|991)/;

const KINDS: Readonly<Partial<Record<NonNullable<LibraryNumberType>, readonly NumberType[]>>> = Object.freeze(
  {
    FIXED_LINE: ['fixed-line'],
    MOBILE: ['mobile'],
    FIXED_LINE_OR_MOBILE: ['fixed-line', 'mobile'],
    VOIP: ['voip'],
    TOLL_FREE: ['toll-free'],
  },
);

/** Judges a number that a person chose, in E.164. */
export function judgeNumber(policy: DialingPolicy, number: string): DialingVerdict {
  if (!E164.safeParse(number).success) return INVALID_NUMBER;
  if (policy.dialing === 'off') return DIALING_OFF;
  if (GLOBAL_CODES.test(number)) return FORBIDDEN_NETWORK;
  const parsed = parsePhoneNumberFromString(number);
  if (!parsed?.isValid()) return INVALID_NUMBER;
  if (parsed.country === undefined) return FORBIDDEN_NETWORK;
  if (!policy.countries.includes(parsed.country)) return FORBIDDEN_COUNTRY;
  const type = parsed.getType();
  const kinds = (type !== undefined && KINDS[type]) || [];
  return kinds.some((kind) => policy.numberTypes.includes(kind)) ? ALLOWED : FORBIDDEN_KIND;
}

/**
 * The verdict on any number that a call is about to be sent to. Numbers that the configuration itself rings need no
 * country in the policy; the switch that stops dialling stops them too.
 */
export function judgeDial(config: ServerConfig, number: string): DialingVerdict {
  if (isMagicNumber(number) && config.voice.mode === 'engine') return ALLOWED;
  const isConfigured = Object.values(config.destinations).some(({ ring }) =>
    ring.flat().some((target) => target.kind === 'number' && target.number === number),
  );
  if (!isConfigured) return judgeNumber(config.policy, number);
  if (config.policy.dialing === 'off') return DIALING_OFF;
  return GLOBAL_CODES.test(number) ? FORBIDDEN_NETWORK : ALLOWED;
}

function refusal(reason: DialingRefusal['reason'], errorCode: number, message: string): DialingRefusal {
  return Object.freeze({ allowed: false, reason, errorCode, message });
}
