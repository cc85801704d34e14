/**
 * JSON lines for operators, without what they have no business to know. Every line passes one place on its way out:
 * whatever a message or an error carries along, no secret, token or full phone number gets through, and nothing can
 * start a second line.
 */
import { type DestinationStream, type Level, type Logger, pino } from 'pino';

/** Headers, parameters and parts of SDP that are never logged under such names, however deep they are. */
const SECRET_NAMES = [
  'token',
  'secret',
  'password',
  'cookie',
  'authorization',
  'signature',
  'ticket',
  'digits',
  'sdp',
];
/** Under these names, or names that end in them, a large number is a time, a duration or an amount. */
const MEASURE_NAMES = ['at', 'ms', 'pid', 'time', 'bytes', 'size', 'count', 'seconds', 'minutes'];
/** What may be or hold a JSON Web Token. Taken whole, so that a long line costs no more than its length. */
const TOKEN_CHARACTERS = /[\w.-]{16,}/g;
/** Digits with what people write between them; `mayBeNumber` judges them. Beside letters they are parts of SIDs. */
const DIGITS = /(?<![A-Za-z0-9.])([+＋]?)[0-9０-９٠-٩](?:[\s()./\u2010-\u2015-]{0,3}[0-9０-９٠-٩])+/g;
/** Seven digits or more. */
const SEVEN_DIGITS = /(?:[0-9０-９٠-٩][\s()./\u2010-\u2015-]{0,3}){7}/;
/** More than a phone number has (ITU-T E.164 §6.2), at a stretch. */
const SIXTEEN_DIGITS = /[0-9０-９٠-٩]{16}/;
/** With its country code it is a number, whatever follows. */
const INTERNATIONAL_NUMBER = /\+\d{7,15}/g;
/** What else looks like that: dates, IPv4 addresses and networks, decimal numbers. */
const NO_PHONE_NUMBER =
  /^(?:\d{4}-\d\d-\d\d(?:\s\d\d)?|\d{1,3}(?:\.\d{1,3}){3}(?:\/\d\d?)?|\d{1,15}\.\d{1,15})$/;
const LETTER = /^[A-Za-z]$/;
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
  const entry = clean.replaceAll(TOKEN_CHARACTERS, withoutToken).replaceAll(ICE_SECRET, 'ice-$1:[secret]');
  return `${JSON.stringify(cleanValue(parse(entry)))}\n`.replaceAll(
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
    return isPhoneNumber(value) && !endsInOneOf(MEASURE_NAMES, name) ? masked('', String(value)) : value;
  }
  if (Array.isArray(value)) return value.map((item) => cleanValue(item, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      cleanText(key),
      endsInOneOf(SECRET_NAMES, key) ? '[secret]' : cleanValue(inner, key),
    ]),
  );
}

function endsInOneOf(endings: readonly string[], name: string): boolean {
  const lower = name.toLowerCase();
  return endings.some((ending) => lower.endsWith(ending));
}

function cleanText(text: string): string {
  const plain = text.includes('%2') ? text.replaceAll('%20', ' ').replaceAll('%2B', '+') : text;
  return plain
    .replaceAll(DIGITS, (found, plus: string, offset: number) =>
      mayBeNumber(found, text.charAt(offset + found.length)) ? masked(plus, found) : found,
    )
    .replaceAll(INTERNATIONAL_NUMBER, (found) => masked('+', found));
}

function mayBeNumber(digits: string, next: string): boolean {
  if (LETTER.test(next) || NO_PHONE_NUMBER.test(digits)) return false;
  return SEVEN_DIGITS.test(digits) && !SIXTEEN_DIGITS.test(digits);
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
    const password = URL.canParse(value) ? decodeURIComponent(new URL(value).password) : '';
    return [...value.split(','), ...(password === '' ? [] : [password])];
  });
}
