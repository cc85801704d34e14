/**
 * What people type or paste into a phone's field, and what is sent: spaces, dashes, brackets and full-width
 * digits go away, numbers become E.164, names become client identities.
 */
import type { SessionReply } from '@offhook/contract';

/** Country calling codes of two digits (ITU-T E.164); 1 and 7 have one, all others three. */
const twoDigitCodes = new Set(
  (
    '20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 ' +
    '84 86 90 91 92 93 94 95 98'
  ).split(' '),
);

const E164 = /^\+[1-9]\d{6,14}$/;
const IDENTITY = /^[A-Za-z0-9_]{1,121}$/;

/** Who can be called by name, and from which country numbers are dialed. */
export type DialingContext = Pick<SessionReply, 'colleagues' | 'destinations'> & {
  /** An own number in E.164; numbers without a country code are completed like it. */
  readonly homeNumber?: string | undefined;
};

/** How numbers and names are understood in a session. */
export function dialingContext(session: SessionReply | undefined): DialingContext {
  return {
    colleagues: session?.colleagues ?? [],
    destinations: session?.destinations ?? [],
    homeNumber: session?.callerIds[0] ?? session?.defaultNumber,
  };
}

/** Takes out what people write into numbers but nobody dials, such as the long vowel sign for a dash. Text that is no number stays as it is. */
export function cleanEntry(text: string): string {
  const ascii = text.normalize('NFKC').trim().replace(/^tel:/i, '');
  if (!/^[+\d\s().\-‐-―−ー/]*$/.test(ascii)) return ascii;
  const bare = ascii.replace(/\(0\)/g, '').replace(/[^+\d]/g, '');
  const plus = bare.startsWith('+') || bare.startsWith('00') ? '+' : '';
  return plus + bare.replace(/^00/, '').replaceAll('+', '');
}

/** The number a visitor wants to be called back at, for the server to complete; undefined when it cannot be one. */
export function callbackNumber(text: string): string | undefined {
  const number = cleanEntry(text);
  return /^\+?\d{3,20}$/.test(number) ? number : undefined;
}

/** What to dial for an entry: E.164, `client:ID`, `destination:NAME`; undefined when it makes no sense. */
export function dialTarget(entry: string, context: DialingContext): string | undefined {
  const text = cleanEntry(entry);
  if (text === '') return undefined;
  // A short number is no number of ours: the server knows what to do with calls for help.
  if (/^\d{3}$/.test(text)) return text;
  if (/^\+?\d+$/.test(text)) return completeNumber(text, context.homeNumber);
  if (/^(client|destination|magic):[\w-]+$/.test(text)) return text;
  const wanted = text.toLowerCase();
  const colleague = context.colleagues.find(
    ({ identity, name }) => identity.toLowerCase() === wanted || name.toLowerCase() === wanted,
  );
  if (colleague) return `client:${colleague.identity}`;
  const destination = context.destinations.find(
    ({ name, title }) =>
      name.toLowerCase() === wanted || Object.values(title).some((word) => word.toLowerCase() === wanted),
  );
  if (destination) return `destination:${destination.name}`;
  return IDENTITY.test(text) ? `client:${text}` : undefined;
}

/** An E.164 number, or the beginning of one, in groups; anything else unchanged. */
export function formatNumber(number: string): string {
  if (!/^\+\d+$/.test(number)) return number;
  const code = callingCode(number);
  const rest = number.slice(1 + code.length);
  return [`+${code}`, ...groups(code, rest)].join(' ');
}

/** Cleans and groups an entry for the field, so that it reads well while it is typed. */
export function formatEntry(text: string): string {
  return formatNumber(cleanEntry(text));
}

function completeNumber(digits: string, homeNumber: string | undefined): string | undefined {
  const number = digits.startsWith('+') ? digits : withCountry(digits, homeNumber);
  return number !== undefined && E164.test(number) ? number : undefined;
}

function withCountry(digits: string, homeNumber: string | undefined): string | undefined {
  if (homeNumber === undefined) return undefined;
  const code = callingCode(homeNumber);
  if (code === '1') return digits.length === 11 && digits.startsWith('1') ? `+${digits}` : `+1${digits}`;
  // Elsewhere a national number begins with the trunk prefix 0, which is not part of E.164.
  return `+${code}${digits.replace(/^0/, '')}`;
}

function callingCode(number: string): string {
  const digits = number.slice(1);
  if (digits.startsWith('1') || digits.startsWith('7')) return digits.slice(0, 1);
  const two = digits.slice(0, 2);
  return twoDigitCodes.has(two) ? two : digits.slice(0, 3);
}

function groups(code: string, rest: string): string[] {
  if (rest === '') return [];
  if (code === '1') return split(rest, [3, 3, 4]);
  if (code === '81')
    return split(rest, /^[5789]0/.test(rest) ? [2, 4, 4] : /^[36]/.test(rest) ? [1, 4, 4] : [3, 3, 4]);
  return split(rest, [3, 3, 3, 3, 3]);
}

function split(digits: string, sizes: readonly number[]): string[] {
  const parts: string[] = [];
  let at = 0;
  for (const size of sizes) {
    if (at >= digits.length) break;
    parts.push(digits.slice(at, at + size));
    at += size;
  }
  if (at < digits.length) parts.push(digits.slice(at));
  return parts;
}
