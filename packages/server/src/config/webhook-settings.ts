/** Who is told of finished and missed calls, and how long records are kept. */
import { z } from 'zod';
import { section } from './known-keys.js';

/** What an adopter's own systems can be told about. */
export const WebhookEvent = z.enum(['call.completed', 'call.missed']);
export type WebhookEvent = z.output<typeof WebhookEvent>;

const MIN_SECRET_LENGTH = 16;

const WebhookUrl = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url.href;
  context.addIssue({ code: 'custom', message: 'must be an http(s) URL without a user name and password' });
  return z.NEVER;
});

/** Names an environment variable. */
export const VariableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable');

/** One entry of `webhooks`. */
export const WebhookSettings = section({
  url: WebhookUrl,
  /** Name of the environment variable that holds the secret. */
  secretEnv: VariableName,
  events: z
    .array(WebhookEvent)
    .min(1, 'must name an event')
    .default([...WebhookEvent.options]),
  /** Lets this URL lead to addresses of a private network or of this machine. */
  allowPrivateAddress: z.boolean().default(false),
});

/** `records`. */
export const RecordSettings = section({
  /** Days after which call records are deleted; without it they are kept. */
  retentionDays: z
    .number('must be a number of days')
    .int('must be whole days')
    .min(1, 'must be at least 1 day')
    .max(36_500, 'must be at most 36500 days')
    .optional(),
});

/** A webhook with its secret. */
export interface OutgoingWebhook {
  /** Stays the same while the URL does: undelivered events wait under this name. */
  name: string;
  url: string;
  secret: string;
  events: readonly WebhookEvent[];
  allowPrivateAddress: boolean;
}

/** Fills in the secrets; adds a mistake for every one that is missing or short. */
export function resolveWebhooks(
  settings: readonly z.output<typeof WebhookSettings>[],
  variables: Readonly<Record<string, string>>,
  mistakes: string[],
): OutgoingWebhook[] {
  const urls = settings.map(({ url }) => url);
  return settings.map(({ url, secretEnv, events, allowPrivateAddress }, index) => {
    const place = `webhooks.${index}`;
    const secret = variables[secretEnv] ?? '';
    if (secret === '') mistakes.push(`${place}.secretEnv: the environment variable ${secretEnv} is not set`);
    else if (secret.length < MIN_SECRET_LENGTH) {
      mistakes.push(`${secretEnv}: is too short for a webhook: at least ${MIN_SECRET_LENGTH} characters`);
    }
    if (urls.indexOf(url) !== index) mistakes.push(`${place}.url: is listed twice`);
    return { name: url, url, secret, events, allowPrivateAddress };
  });
}
