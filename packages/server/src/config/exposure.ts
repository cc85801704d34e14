/** What is good enough on one's own machine, and refused in production or on a public address. */
import type { ConfigurationFile } from './configuration-file.js';
import { type Environment, isExposed, isLoopbackHost } from './environment.js';

const SIDS = ['TWILIO_ACCOUNT_SID', 'TWILIO_API_KEY', 'TWILIO_APP_SID'] as const;
/** What examples and templates write where a secret belongs. */
const PLACEHOLDERS =
  'changeme changethis changeit replaceme replacethis replacewith placeholder yourauth yourtoken yoursecret yourkey yourapi yoursession inserthere insertyour tokenhere secrethere keyhere example xxxxxx dummy supersecret password 12345678901234'.split(
    ' ',
  );
/** No longer pattern is looked for. */
const MAX_PATTERN_LENGTH = 16;
/** Even 16 random hexadecimal digits have more. */
const MIN_DISTINCT_CHARACTERS = 5;

/** A secret under the name of its variable. */
interface NamedSecret {
  name: string;
  value: string;
}

/** The faults, a line each; none in development on loopback. */
export function checkExposure(
  environment: Environment,
  file: ConfigurationFile,
  variables: Readonly<Record<string, string>>,
): string[] {
  if (!isExposed(environment)) return [];
  const secrets = secretsOf(environment, file, variables);
  return [
    ...SIDS.filter((name) => /^..0+$/.test(environment[name])).map(
      (name) => `${name}: is a placeholder; a public address or production needs your own`,
    ),
    ...secrets
      .filter(({ value }) => isPlaceholder(value))
      .map(({ name }) => `${name}: is a placeholder or easy to guess; take a random value`),
    ...sharedSecrets(secrets),
    ...file.sites.flatMap((site, index) => {
      const { protocol, hostname } = new URL(site);
      if (protocol === 'https:' || isLoopbackHost(hostname)) return [];
      return [`sites.${index}: must be https: browsers give no microphone to an http page`];
    }),
  ];
}

function secretsOf(
  environment: Environment,
  file: ConfigurationFile,
  variables: Readonly<Record<string, string>>,
): NamedSecret[] {
  const webhookSecrets = new Set(file.webhooks.map(({ secretEnv }) => secretEnv));
  const all: [name: string, value: string | undefined][] = [
    ['TWILIO_AUTH_TOKEN', environment.TWILIO_AUTH_TOKEN],
    ['TWILIO_API_SECRET', environment.TWILIO_API_SECRET],
    ['TWILIO_AUTH_TOKEN_OLD', environment.TWILIO_AUTH_TOKEN_OLD],
    ['OFFHOOK_METRICS_TOKEN', environment.OFFHOOK_METRICS_TOKEN],
    ...(environment.OFFHOOK_SESSION_KEYS ?? []).map((key): [string, string] => ['OFFHOOK_SESSION_KEYS', key]),
    ...[...webhookSecrets].map((name): [string, string | undefined] => [
      `${name} (webhooks)`,
      variables[name],
    ]),
  ];
  const pageContext = file.pageContext?.secretEnv;
  if (pageContext !== undefined) all.push([`${pageContext} (pageContext)`, variables[pageContext]]);
  return all.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}

/** Who learns one secret must not have another one with it. */
function sharedSecrets(secrets: readonly NamedSecret[]): string[] {
  return secrets.flatMap(({ name, value }, index) => {
    const other = secrets.slice(0, index).find((former) => former.value === value && former.name !== name);
    // Development refuses this as well.
    if (name === 'OFFHOOK_SESSION_KEYS' && other?.name.startsWith('TWILIO_')) return [];
    return other ? [`${name}: must be a secret of its own, not that of ${other.name}`] : [];
  });
}

function isPlaceholder(secret: string): boolean {
  const letters = secret.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return (
    new Set(secret).size < MIN_DISTINCT_CHARACTERS ||
    PLACEHOLDERS.some((word) => letters.includes(word)) ||
    isRepeated(secret)
  );
}

/** Whether it is a short pattern, again and again. */
function isRepeated(text: string): boolean {
  for (let length = 1; length <= Math.min(MAX_PATTERN_LENGTH, text.length / 2); length += 1) {
    if (
      text
        .slice(0, length)
        .repeat(Math.ceil(text.length / length))
        .startsWith(text)
    )
      return true;
  }
  return false;
}
