/** What every route of the REST API shares. */
import type { Context, Hono } from 'hono';
import type { Logger } from 'pino';
import type { CallRegistry } from '../calls/call-registry.js';
import type { Clock } from '../calls/clock.js';
import type { Conferences } from '../calls/conferences.js';
import type { Queues } from '../calls/queues.js';
import type { Recordings } from '../calls/recordings.js';
import type { OutboundCalls } from '../calls/outbound-calls.js';
import type { WebhookPort } from '../calls/ports.js';
import type { RandomBytes } from '../calls/sids.js';
import type { UserDefinedMessages } from '../calls/user-defined-messages.js';
import type { Accounts } from '../resources/accounts.js';
import { Form } from './form.js';

/** What the REST API works on. */
export interface ApiServices {
  accounts: Accounts;
  registry: CallRegistry;
  outboundCalls: OutboundCalls;
  conferences: Conferences;
  queues: Queues;
  recordings: Recordings;
  messages: UserDefinedMessages;
  webhooks: WebhookPort;
  clock: Clock;
  randomBytes: RandomBytes;
  logger: Logger;
}

/** Hono with the authenticated account of the path. */
export interface ApiEnv {
  Variables: { accountSid: string };
}
/** The routes of the REST API, and whoever adds to them. */
export type Api = Hono<ApiEnv>;

/** The form of a POST. */
export async function readForm(context: Context<ApiEnv>): Promise<Form> {
  return new Form(new URLSearchParams(await context.req.text()));
}

/** A date as Twilio's JSON has it (RFC 2822). */
export function rfc2822(date: Date | string): string {
  return new Date(date).toUTCString().replace('GMT', '+0000');
}
