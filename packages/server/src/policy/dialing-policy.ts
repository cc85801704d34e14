/**
 * Which phone numbers may be dialled: none, unless the policy names their country and kind. Numbers outside any
 * country (satellite networks, +800, +979) are never allowed.
 */
import { parsePhoneNumberFromString, type NumberType as LibraryNumberType } from 'libphonenumber-js/max';
import type { DialingPolicy, NumberType } from '../config/configuration-file.js';

/** The verdict on a number; `reason` is the refusal's name, `errorCode` Twilio's. */
export type DialingVerdict =
  | { allowed: true }
  | { allowed: false; reason: 'number-invalid' | 'number-not-allowed'; errorCode: number };

/** Dial: Invalid phone number format. */
export const INVALID_NUMBER: DialingVerdict & { allowed: false } = Object.freeze({
  allowed: false,
  reason: 'number-invalid',
  errorCode: 13223,
});

/** Dial: No International Authorization. */
const NOT_ALLOWED: DialingVerdict = Object.freeze({
  allowed: false,
  reason: 'number-not-allowed',
  errorCode: 13227,
});

const KINDS: Readonly<Partial<Record<NonNullable<LibraryNumberType>, readonly NumberType[]>>> = Object.freeze(
  {
    FIXED_LINE: ['fixed-line'],
    MOBILE: ['mobile'],
    FIXED_LINE_OR_MOBILE: ['fixed-line', 'mobile'],
    VOIP: ['voip'],
    TOLL_FREE: ['toll-free'],
  },
);

/** Judges a number in E.164. */
export function judgeNumber(policy: DialingPolicy, number: string): DialingVerdict {
  const parsed = parsePhoneNumberFromString(number);
  if (!parsed?.isValid()) return INVALID_NUMBER;
  const type = parsed.getType();
  const kinds = (type !== undefined && KINDS[type]) || [];
  const allowed =
    policy.dialing === 'on' &&
    parsed.country !== undefined &&
    policy.countries.includes(parsed.country) &&
    kinds.some((kind) => policy.numberTypes.includes(kind));
  return allowed ? { allowed: true } : NOT_ALLOWED;
}
