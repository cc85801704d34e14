/**
 * JSON lines for operators, without what they have no business to know. Every line passes one place on its way out:
 * whatever a message or an error carries along, no secret, token or full phone number gets through, and nothing can
 * start a second line.
 */
import { type DestinationStream, type Level, type Logger, pino } from 'pino';

/** Headers, parameters and parts of SDP that are never logged under names that end so, however deep they are. */
const SECRET_NAMES = [
  'token',
  'secret',
  'password',
  'cookie',
  'authorization',
  'auth',
  'signature',
  'ticket',
  'ticketid',
  'jwt',
  'apikey',
  'digit',
  'dtmf',
  'pin',
  'sdp',
];
/** Under names of which these are the last word, a large number is a time, a duration or an amount. */
const MEASURE_NAMES = ['at', 'ms', 'pid', 'time', 'bytes', 'size', 'count', 'seconds', 'minutes'];
/** What may be or hold a JSON Web Token. Taken whole, so that a long line costs no more than its length. */
const TOKEN_CHARACTERS = /[\w.-]{16,}/g;
/** ASCII in the query of an address, or of an address within one, and so on. */
const ESCAPED = /%(?:25){0,3}([0-7][0-9A-Fa-f])/g;
const BEYOND_ASCII = /[\u0080-\uFFFF]/;
const DECIMAL_DIGIT = /\p{Nd}/u;
const DECIMAL_DIGITS = /\p{Nd}/gu;
/**
 * Digits with what people write between them, seen or unseen; `mayBeNumber` judges them. Beside letters they are parts
 * of SIDs.
 */
const DIGITS =
  /(?<![A-Za-z0-9]|[0-9]\.)([+＋]?)[0-9](?:[\s()./\u00AD\u200B-\u200F\u2010-\u2015\u202A-\u202E\u2060-\u2069\u2212-]{0,3}[0-9])+/g;
/** Seven digits or more. */
const SEVEN_DIGITS =
  /(?:[0-9][\s()./\u00AD\u200B-\u200F\u2010-\u2015\u202A-\u202E\u2060-\u2069\u2212-]{0,3}){7}/;
/** More than a phone number has (ITU-T E.164 §6.2), at a stretch. */
const SIXTEEN_DIGITS = /[0-9]{16}/;
/** With its country code it is a number, whatever follows. */
const INTERNATIONAL_NUMBER = /\+\d{7,15}/g;
/** What else looks like that: dates, IPv4 addresses and networks, decimal numbers as they are measured. */
const NO_PHONE_NUMBER =
  /^(?:\d{4}-\d\d-\d\d(?:\s\d\d)?|\d{1,3}(?:\.\d{1,3}){3}(?:\/\d\d?)?|0\.\d{1,15}|[1-9]\d{0,3}\.(?:\d{1,6}|\d{13,15}))$/;
/** What a number to be dialled inside follows: `x12`, `ext 5`. */
const EXTENSION = /^(?:x\d|ext)/i;
const LETTER = /^[A-Za-z]/;
const CAPITAL_AFTER_SMALL = /^[a-z][A-Z]/;
const MIN_NUMBER = 1_000_000;
/** RFC 5245: `a=ice-pwd:…`, `a=ice-ufrag:…`. */
const ICE_SECRET = /ice-(pwd|ufrag):[\w+/]+/g;
// JSON leaves these as they are, and terminals do not.
const UNSAFE = /[\u007F-\u009F\u2028\u2029\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;
const MIN_SECRET_LENGTH = 8;

/** How a logger is made. */
export interface LoggerOptions {
  level: Level | 'silent';
  /** Values that must never appear. */
  secrets: readonly string[];
  destination: DestinationStream;
}

/** See the top of this file. */
export function createLogger({ level, secrets, destination }: LoggerOptions): Logger {
  const hidden = secrets.filter((secret) => secret.length >= MIN_SECRET_LENGTH).map(asJson);
  return pino(
    {
      level,
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      hooks: { streamWrite: (line) => cleanLine(line, hidden) },
    },
    destination,
  );
}

/** The line without secrets and full numbers; of a number its last two digits stay. */
function cleanLine(line: string, secrets: readonly string[]): string {
  let clean = line;
  for (const secret of secrets) clean = clean.replaceAll(secret, '[secret]');
  return `${JSON.stringify(cleanValue(parse(clean)))}\n`.replaceAll(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function parse(entry: string): unknown {
  try {
    return JSON.parse(entry);
  } catch {
    return { level: 'error', msg: entry };
  }
}

/** Lines are at most as deep as pino lets them be, five levels. */
function cleanValue(value: unknown, name = ''): unknown {
  if (typeof value === 'string') return name === 'time' ? value : cleanText(value);
  if (typeof value === 'number') {
    return isPhoneNumber(value) && !isMeasure(name) ? masked('', String(value)) : value;
  }
  if (Array.isArray(value)) return value.map((item) => cleanValue(item, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      cleanText(key),
      isSecret(key) ? '[secret]' : cleanValue(inner, key),
    ]),
  );
}

function isSecret(name: string): boolean {
  const plain = name.toLowerCase().replaceAll(/[_-]/g, '');
  const singular = plain.endsWith('s') ? plain.slice(0, -1) : plain;
  return SECRET_NAMES.some((ending) => singular.endsWith(ending));
}

function isMeasure(name: string): boolean {
  const lower = name.toLowerCase();
  return MEASURE_NAMES.some((word) => {
    if (!lower.endsWith(word)) return false;
    const before = name.at(-word.length - 1) ?? '';
    return !LETTER.test(before) || CAPITAL_AFTER_SMALL.test(name.slice(-word.length - 1));
  });
}

function cleanText(text: string): string {
  const open = text.includes('%') ? text.replaceAll(ESCAPED, unescaped) : text;
  const plain = BEYOND_ASCII.test(open) ? open.replaceAll(DECIMAL_DIGITS, asciiDigit) : open;
  return plain
    .replaceAll(TOKEN_CHARACTERS, withoutToken)
    .replaceAll(ICE_SECRET, 'ice-$1:[secret]')
    .replaceAll(DIGITS, (found, plus: string, offset: number) =>
      mayBeNumber(found, plain.slice(offset + found.length, offset + found.length + 3))
        ? masked(plus, found)
        : found,
    )
    .replaceAll(INTERNATIONAL_NUMBER, (found) => masked('+', found));
}

function unescaped(_: string, hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}

/** Digits of a script stand in a row that begins with its zero (Unicode §4.6). */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let value = 0;
  while (DECIMAL_DIGIT.test(String.fromCodePoint(code - value - 1))) value += 1;
  return String(value % 10);
}

/** `next`: the three characters behind the digits. */
function mayBeNumber(digits: string, next: string): boolean {
  if (!SEVEN_DIGITS.test(digits) || SIXTEEN_DIGITS.test(digits) || NO_PHONE_NUMBER.test(digits)) return false;
  return !LETTER.test(next) || EXTENSION.test(next) || /^[+＋]/.test(digits);
}

function isPhoneNumber(value: number): boolean {
  return Number.isInteger(value) && value >= MIN_NUMBER;
}

function masked(plus: string, number: string): string {
  return `${plus}…${number.slice(-2)}`;
}

/** Three parts that begin as `{"` does in base64url. */
function withoutToken(text: string): string {
  const start = text.indexOf('eyJ');
  const isToken = start >= 0 && text.slice(start).split('.', 3).length === 3;
  return isToken ? `${text.slice(0, start)}[token]` : text;
}

function asJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** The values in an environment that are secrets, by the names of their variables. */
export function secretsIn(env: Readonly<Record<string, string | undefined>>): string[] {
  const secrets = Object.entries(env).filter(([name]) =>
    /TOKEN|SECRET|KEY|PASSWORD|DATABASE_URL|REDIS_URL/.test(name),
  );
  return secrets.flatMap(([, value]) => {
    if (value === undefined) return [];
    const password = URL.canParse(value) ? new URL(value).password : '';
    return [...value.split(','), ...(password === '' ? [] : [password, decoded(password)])];
  });
}

/** As it is when it stands unencoded in the URL with a `%` of its own. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
