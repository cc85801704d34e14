/** The environment variables of the server, checked by name. No message ever repeats a value. */
import { z } from 'zod';

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
  TWILIO_API_KEY: sid('SK'),
  TWILIO_API_SECRET: secret,
  TWILIO_APP_SID: sid('AP'),
  TWILIO_PHONE_NUMBER: E164.optional(),
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
