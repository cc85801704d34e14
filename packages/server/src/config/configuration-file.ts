/** The schema of `offhook.yaml`. What is documented but not built yet is refused by name, never ignored. */
import { DestinationName, Identity } from '@offhook/contract';
import { isSupportedCountry } from 'libphonenumber-js/max';
import { z } from 'zod';
import { magicNumber } from '../call-flow/magic-numbers.js';
import { parseRange } from '../client-address.js';
import { parsePasswordHash } from '../password-hash.js';
import { E164, HttpOrigin } from './environment.js';
import { section } from './known-keys.js';
import { PageContextSettings } from './page-context-settings.js';
import { RecordSettings, WebhookSettings } from './webhook-settings.js';
import { WeeklyHours } from './weekly-hours.js';

const NOT_YET = 'is not available yet';
const notYet = z.undefined({ error: NOT_YET }).optional();

/** Somebody a destination rings. */
export type RingTarget =
  | { kind: 'agent'; id: string }
  | { kind: 'number'; number: string }
  | { kind: 'magic'; name: string; number: string }
  /** The queue of this destination; it stands alone, after all others. */
  | { kind: 'queue'; name: string };

const RingTarget = z.string().transform((text, context): RingTarget => {
  const separator = text.indexOf(':');
  const kind = text.slice(0, Math.max(separator, 0));
  const value = text.slice(separator + 1);
  const fail = (message: string) => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (kind === 'agent') return { kind, id: value };
  if (kind === 'number')
    return E164.safeParse(value).success ? { kind, number: value } : fail('must be like number:+16175550123');
  if (kind === 'magic') {
    const number = magicNumber(value);
    return number === undefined
      ? fail(`there is no magic destination "${value}"`)
      : { kind, name: value, number };
  }
  if (kind === 'queue') return { kind, name: value };
  if (kind === 'sip') return fail(`"${kind}:" ${NOT_YET}`);
  return fail('must start with agent:, number:, magic: or queue:');
});

const RingGroup = z.array(RingTarget).min(1, 'must name somebody').max(10, 'at most 10 can ring at once');

/** Who waits in a queue is rung for by its agents, and comes to nobody else. */
function isQueueLast(groups: readonly RingTarget[][]): boolean {
  return groups.every(
    (group, index) =>
      group.every(({ kind }) => kind !== 'queue') || (group.length === 1 && index === groups.length - 1),
  );
}

/** One list rings all at once; a list that holds lists rings them one after the other. */
const Ring = z
  .array(z.union([z.string(), z.array(z.string())]))
  .min(1, 'must name somebody')
  .transform((list) => (list.some(Array.isArray) ? list.map((entry) => [entry].flat()) : [list.flat()]))
  .pipe(z.array(RingGroup))
  .refine(
    isQueueLast,
    'a queue must come last, in a list of its own, as in [[agent:alice], [queue:support]]',
  );

/** What happens when nobody answers. */
type Otherwise =
  | { kind: 'hangup' }
  | { kind: 'voicemail' }
  | { kind: 'queue' }
  | { kind: 'destination'; name: string };

const Otherwise = z.string().transform((text, context): Otherwise => {
  if (text === 'hangup' || text === 'voicemail' || text === 'queue') return { kind: text };
  if (text.startsWith('destination:'))
    return { kind: 'destination', name: text.slice('destination:'.length) };
  context.addIssue({
    code: 'custom',
    message: 'must be hangup, voicemail, queue or destination:NAME',
  });
  return z.NEVER;
});

const TimeZone = z.string().refine((name) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}, 'must be a time zone like Europe/Berlin');

const Hours = section({
  timeZone: TimeZone,
  weekly: WeeklyHours,
  closed: z.array(z.iso.date('must be a date like 2026-12-25')).default([]),
});

/** When a destination is open. */
export type OpeningHours = z.output<typeof Hours>;

const Minutes = z
  .number()
  .int()
  .min(1)
  .max(24 * 60);

const Count = z.number().int().min(1);

/** Something that is said to callers, in the language of the destination. */
const Sentence = z.string().trim().min(1).max(500);

const Voicemail = section({
  greeting: Sentence.default(
    'Nobody can take your call at the moment. Please leave a message after the tone.',
  ),
  maxSeconds: z.number().int().min(10).max(600).default(120),
});

const Destination = section({
  visitors: z.boolean().default(false),
  title: z.record(z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]+)*$/), z.string().min(1).max(80)).default({}),
  ring: Ring,
  timeoutSeconds: z.number().int().min(5).max(600).default(25),
  otherwise: Otherwise.default({ kind: 'hangup' }),
  callerId: E164.optional(),
  hours: Hours.optional(),
  /** What is spoken is in this language (BCP 47). */
  language: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$/, 'must be a language such as en-US')
    .default('en-US'),
  record: z.enum(['on', 'off']).default('off'),
  /** What callers read before a recorded call, and hear in it. */
  recordNotice: Sentence.default('This call is recorded.'),
  voicemail: Voicemail.prefault({}),
  /** What callers who wait hear again and again, before the music. */
  queueNotice: Sentence.default('You are number {position} in the queue.'),
  maxMinutes: Minutes.optional(),
  /** Whether visitors may ask to be called back. */
  callbackRequests: z.enum(['on', 'off']).default('on'),
});

/** A destination of the configuration. */
export type Destination = z.output<typeof Destination>;

const AgentId = Identity.refine(
  (id) => !id.startsWith('visitor_'),
  "names that start with visitor_ are the visitors' own",
);

const Agent = section({
  name: z.string().min(1).max(80),
  callerIds: z.array(E164).default([]),
  /** Sees everybody's call records, exports and erases them; others see the calls that they took part in. */
  supervisor: z.boolean().default(false),
  /** As `hashPassword` makes it. */
  password: z
    .string()
    .refine((text) => parsePasswordHash(text) !== undefined, 'must be a line made by "offhook hash-password"')
    .optional(),
});

/** An agent of the configuration. */
export type Agent = z.output<typeof Agent>;

const NumberType = z.enum(['fixed-line', 'mobile', 'voip', 'toll-free']);

/** Kinds of phone numbers that a policy can allow. */
export type NumberType = z.output<typeof NumberType>;

/** An address or a range of addresses. */
const AddressRange = z.string().transform((text, context) => {
  const range = parseRange(text);
  if (range !== undefined) return range;
  context.addIssue({ code: 'custom', message: 'must be an address or a range like 203.0.113.0/24' });
  return z.NEVER;
});

/** What happens to 112, 911 and the like. */
type Emergency = { kind: 'refuse' } | { kind: 'destination'; name: string };

const Emergency = z.string().transform((text, context): Emergency => {
  if (text === 'refuse') return { kind: 'refuse' };
  if (text.startsWith('destination:'))
    return { kind: 'destination', name: text.slice('destination:'.length) };
  context.addIssue({ code: 'custom', message: 'must be refuse or destination:NAME' });
  return z.NEVER;
});

const Blocked = section({
  visitors: z.array(AddressRange).default([]),
  callers: z.array(E164).default([]),
});

const Policy = section({
  countries: z.array(z.string().refine(isSupportedCountry, 'must be a country code like US')).default([]),
  numberTypes: z.array(NumberType).default([...NumberType.options]),
  maxMinutes: Minutes.default(60),
  dialing: z.enum(['on', 'off']).default('on'),
  minutesPerDay: Count.max(100_000).default(600),
  callsPerHour: Count.max(100_000).default(60),
  emergency: Emergency.default({ kind: 'refuse' }),
  blocked: Blocked.prefault({}),
});

/** Which phone numbers may be dialled, and how much; without countries, none. */
export type DialingPolicy = z.output<typeof Policy>;

const Limits = section({
  visitorTokenSeconds: z.number().int().min(2).max(5).default(5),
  callsPerSecond: Count.max(1_000_000).default(5),
  callsPerIpPerDay: Count.max(1_000_000).default(10),
  callsPerSessionPerHour: Count.max(1_000_000).default(20),
  concurrentPerIp: Count.max(1_000_000).default(2),
  concurrentPerDestination: Count.max(1_000_000).default(50),
  /** How much of an IPv6 address names one visitor's network. */
  ipv6PrefixBits: z.union([z.literal(56), z.literal(64)], { error: 'must be 56 or 64' }).default(64),
});

/** The schema of the whole file. */
export const ConfigurationFile = section({
  sites: z.array(HttpOrigin).default([]),
  destinations: z.record(DestinationName, Destination).default({}),
  agents: z.record(AgentId, Agent).default({}),
  numbers: z.record(E164, section({ destination: DestinationName })).default({}),
  policy: Policy.prefault({}),
  limits: Limits.prefault({}),
  records: RecordSettings.prefault({}),
  webhooks: z.array(WebhookSettings).max(10, 'at most 10').default([]),
  pageContext: PageContextSettings.optional(),
  /** A sound, or TwiML, for those on hold; the voice platform has music of its own. */
  holdMusic: z.url({ protocol: /^https?$/ }).optional(),
  engine: notYet,
});
export type ConfigurationFile = z.output<typeof ConfigurationFile>;
