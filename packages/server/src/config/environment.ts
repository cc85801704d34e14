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
    url !== undefined && /^https?:$/.test(url.protocol) && (text === url.origin || text === `${url.origin}/`);
  if (isOrigin) return url.origin;
  context.addIssue({
    code: 'custom',
    message: 'must be an http(s) origin like https://shop.example.com, without a path',
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

/** Ranges as wide as everybody are refused: then anybody could claim any address. */
const TrustedProxies = list.transform((entries, context): AddressRange[] => {
  const ranges = entries.map(parseRange).filter((range) => range !== undefined);
  if (ranges.length === entries.length && ranges.every(([, bits]) => bits > 0)) return ranges;
  context.addIssue({
    code: 'custom',
    message: 'must list addresses or ranges of proxies, like 10.0.0.0/8, never all addresses',
  });
  return z.NEVER;
});

/** The schema of the environment. Unset and empty variables mean the same. */
export const Environment = z.object({
  NODE_ENV: z.string().optional(),
  PORT: z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(1, 'must be 1 to 65535')
    .max(65_535, 'must be 1 to 65535')
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
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must be like redis://host:6379' }).optional(),
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
  if (developmentCredentials && (production || publicly || !isLoopbackHost(environment.HOST))) {
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
