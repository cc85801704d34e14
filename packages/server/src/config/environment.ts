/** The environment variables of the server, checked by name. No message ever repeats a value. */
import { z } from 'zod';
import { operationVariables } from './operation-settings.js';
import { type AddressRange, parseRange } from '../client-address.js';

const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);

/** Whether this host name or address reaches only this machine. */
export function isLoopbackHost(host: string): boolean {
  return LOOPBACK_HOSTS.has(host);
}

/** A phone number as E.164 spells it: `+`, then 7 to 15 digits. */
export const E164 = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be a phone number like +16175550100');

const sid = (prefix: string) =>
  z
    .string({ error: 'is missing' })
    .regex(new RegExp(`^${prefix}[0-9a-f]{32}$`), `must be ${prefix} followed by 32 hexadecimal digits`);

const secret = z.string({ error: 'is missing' }).min(16, 'is too short: at least 16 characters');

/** The names under which Twilio's documentation knows them, in both voice modes. */
export const CREDENTIAL_NAMES = [
  'TWILIO_ACCOUNT_SID',
  'TWILIO_AUTH_TOKEN',
  'TWILIO_API_KEY',
  'TWILIO_API_SECRET',
  'TWILIO_APP_SID',
] as const;

/** Values for the variables of `CREDENTIAL_NAMES`. */
export type CredentialVariables = Readonly<Record<(typeof CREDENTIAL_NAMES)[number], string>>;

/** An HTTP origin, normalised. */
export const HttpOrigin = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin =
    url !== undefined &&
    /^https?:$/.test(url.protocol) &&
    !url.hostname.includes('*') &&
    (text === url.origin || text === `${url.origin}/`);
  if (isOrigin) return url.origin;
  context.addIssue({
    code: 'custom',
    message: 'must be an http(s) origin like https://shop.example.com, without a path or a wildcard',
  });
  return z.NEVER;
});

/** A list in one variable, separated by commas. */
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
);

const SessionKeys = list.pipe(
  z.array(z.string().min(32, 'has a key of less than 32 characters')).min(1, 'is missing'),
);

/** The shortest prefixes that one operator has: shorter ones, two or a few together, are everybody. */
const MIN_PROXY_BITS = { ipv4: 8, ipv6: 19 } as const;

/** Whether a range is no wider than one operator's, or lies within the networks that no stranger can send from. */
function isOfOneOperator([address, bits]: AddressRange): boolean {
  if (bits >= MIN_PROXY_BITS[address.kind()]) return true;
  return address.range() === 'uniqueLocal' && bits >= 7;
}

/** Ranges as wide as everybody are refused: then anybody could claim any address. */
const TrustedProxies = list.transform((entries, context): AddressRange[] => {
  const ranges = entries.map(parseRange).filter((range) => range !== undefined);
  if (ranges.length === entries.length && ranges.every(isOfOneOperator)) return ranges;
  context.addIssue({
    code: 'custom',
    message: 'must list addresses or ranges of proxies, like 10.0.0.0/8, none wider than /8 (IPv6: /19)',
  });
  return z.NEVER;
});

/** How much is logged, the most first. */
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** The schema of the environment. Unset and empty variables mean the same. */
export const Environment = z.object({
  NODE_ENV: z
    .string()
    .refine((name) => name === 'production' || !/^prod/i.test(name), 'must be spelt "production"')
    .optional(),
  OFFHOOK_LOG: z.enum(LOG_LEVELS, { error: `must be a level: ${LOG_LEVELS.join(', ')}` }).optional(),
  PORT: z
    .string()
    .regex(/^\d{1,9}$/, 'must be a number in decimal digits, like 8080')
    .transform(Number)
    .pipe(z.number().min(1, 'must be 1 to 65535').max(65_535, 'must be 1 to 65535'))
    .default(8080),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: HttpOrigin.optional(),
  TWILIO_ACCOUNT_SID: sid('AC'),
  TWILIO_AUTH_TOKEN: secret,
  ...operationVariables,
  TWILIO_API_KEY: sid('SK'),
  TWILIO_API_SECRET: secret,
  TWILIO_APP_SID: sid('AP'),
  TWILIO_PHONE_NUMBER: E164.optional(),
  OFFHOOK_SESSION_KEYS: SessionKeys.optional(),
  OFFHOOK_TRUSTED_PROXIES: TrustedProxies.default([]),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'must be like redis://host:6379' })
    .refine((text) => !/%(?![0-9A-Fa-f]{2})/.test(text), 'has a % that encodes nothing; write it as %25')
    .optional(),
  OFFHOOK_REDIS_PREFIX: z.string().max(64).default('{offhook}:'),
});
export type Environment = z.output<typeof Environment>;

/** Drops empty variables and fills in the development credentials of an embedded voice platform. */
export function readVariables(
  env: Readonly<Record<string, string | undefined>>,
  defaults: CredentialVariables | undefined,
): Record<string, string> {
  const variables: Record<string, string> = { ...defaults };
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && value.trim() !== '') variables[name] = value.trim();
  }
  return variables;
}

/** Whether more than this machine can reach the server, or it says that it is meant to be in earnest. */
export function isExposed({ NODE_ENV, PUBLIC_URL, HOST }: Environment): boolean {
  const publicly = PUBLIC_URL !== undefined && !isLoopbackHost(new URL(PUBLIC_URL).hostname);
  return NODE_ENV === 'production' || publicly || !isLoopbackHost(HOST);
}

/** Faults that only the combination of variables shows. */
export function checkEnvironment(
  environment: Environment,
  developmentCredentials: CredentialVariables | undefined,
): string[] {
  const mistakes: string[] = [];
  const production = environment.NODE_ENV === 'production';
  const publicUrl = environment.PUBLIC_URL === undefined ? undefined : new URL(environment.PUBLIC_URL);
  const publicly = publicUrl !== undefined && !isLoopbackHost(publicUrl.hostname);
  if (publicUrl?.protocol === 'http:' && publicly) {
    mistakes.push('PUBLIC_URL: must be https: browsers give no microphone to an http page');
  }
  if (production && publicUrl === undefined) mistakes.push('PUBLIC_URL: is missing; production needs it');
  const keys = environment.OFFHOOK_SESSION_KEYS;
  if (production && keys === undefined)
    mistakes.push('OFFHOOK_SESSION_KEYS: is missing; production needs it');
  if (keys?.some((key) => key === environment.TWILIO_API_SECRET || key === environment.TWILIO_AUTH_TOKEN)) {
    mistakes.push('OFFHOOK_SESSION_KEYS: must be secrets of their own, not those of the voice platform');
  }
  if (developmentCredentials && isExposed(environment)) {
    for (const name of CREDENTIAL_NAMES) {
      if (environment[name] === developmentCredentials[name]) {
        mistakes.push(
          `${name}: is a published development value; a public address or production needs your own`,
        );
      }
    }
  }
  return mistakes;
}
