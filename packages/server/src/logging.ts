/**
 * JSON lines for operators, without what they have no business to know. Every line passes one place on its way out:
 * whatever a message or an error carries along, no secret, token or full phone number gets through, and nothing can
 * start a second line.
 */
import { type DestinationStream, type Level, type Logger, pino } from 'pino';

/** Headers, parameters and parts of SDP that are never logged under these names. */
const SECRET_NAMES = [
  'token',
  'sessionToken',
  'authorization',
  'cookie',
  'password',
  'secret',
  'digits',
  'sdp',
];
/** What may be or hold a JSON Web Token. Taken whole, so that a long line costs no more than its length. */
const TOKEN_CHARACTERS = /[\w.-]{16,}/g;
/** Digits that may be a phone number; parts of SIDs, of numbers in JSON and of times are not. */
const PHONE_NUMBER = /(?:(?<=%2B)|(?<![\w.-])(?<!":))(\+?)(\d{7,15})(?!\w|\.\d|-\d)/g;
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
  const paths = SECRET_NAMES.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`]);
  const hidden = secrets.filter((secret) => secret.length >= MIN_SECRET_LENGTH).map(asJson);
  return pino(
    {
      level,
      redact: paths,
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
  return clean
    .replaceAll(TOKEN_CHARACTERS, withoutToken)
    .replaceAll(ICE_SECRET, 'ice-$1:[secret]')
    .replaceAll(PHONE_NUMBER, (_, plus: string, digits: string) => `${plus}…${digits.slice(-2)}`)
    .replaceAll(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
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
