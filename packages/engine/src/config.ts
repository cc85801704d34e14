/** What a voice engine is told when it is made. */
import { z } from 'zod';
import { EngineError } from './errors.js';

const Port = z.number().int().min(1).max(65_535);
const Method = z.enum(['GET', 'POST']).default('POST');
const HttpUrl = z.url({ protocol: /^https?$/ });
const VoiceResource = z.strictObject({
  voiceUrl: HttpUrl,
  voiceMethod: Method,
  /** Asked when the voice URL gives no TwiML. */
  voiceFallbackUrl: HttpUrl.optional(),
  voiceFallbackMethod: Method,
  statusCallback: HttpUrl.optional(),
  statusCallbackMethod: Method,
});
const FriendlyName = z.string().max(64).default('');
const ApplicationSid = z.string().regex(/^AP[0-9a-f]{32}$/, 'must be AP and 32 hexadecimal digits');
const OwnNumber = VoiceResource.partial({ voiceUrl: true })
  .extend({
    sid: z
      .string()
      .regex(/^PN[0-9a-f]{32}$/, 'must be PN and 32 hexadecimal digits')
      .optional(),
    phoneNumber: z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be an E.164 number such as +16175550100'),
    friendlyName: z.string().max(64).optional(),
    voiceApplicationSid: ApplicationSid.optional(),
  })
  .refine((number) => number.voiceUrl !== undefined || number.voiceApplicationSid !== undefined, {
    message: 'must have a voiceUrl or a voiceApplicationSid',
  });

/** One account with its credentials and resources. */
const Account = z.strictObject({
  sid: z.string().regex(/^AC[0-9a-f]{32}$/, 'must be AC and 32 hexadecimal digits'),
  friendlyName: FriendlyName,
  authToken: z.string().min(16),
  apiKeys: z.array(
    z.strictObject({
      friendlyName: FriendlyName,
      sid: z.string().regex(/^SK[0-9a-f]{32}$/, 'must be SK and 32 hexadecimal digits'),
      secret: z.string().min(16),
    }),
  ),
  applications: z.array(
    VoiceResource.extend({
      sid: ApplicationSid,
      friendlyName: FriendlyName,
    }),
  ),
  phoneNumbers: z.array(OwnNumber).default([]),
});

/** Every SID and number is had once; a number's application is one of its account. */
function findDoubles(accounts: readonly z.output<typeof Account>[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  const note = (path: (string | number)[], name: string | undefined): void => {
    if (name !== undefined && seen.has(name))
      context.addIssue({ code: 'custom', path, message: 'is named twice' });
    if (name !== undefined) seen.add(name);
  };
  accounts.forEach((account, at) => {
    note([at, 'sid'], account.sid);
    account.apiKeys.forEach(({ sid }, index) => note([at, 'apiKeys', index, 'sid'], sid));
    account.applications.forEach(({ sid }, index) => note([at, 'applications', index, 'sid'], sid));
    const own = new Set(account.applications.map(({ sid }) => sid));
    account.phoneNumbers.forEach(({ sid, phoneNumber, voiceApplicationSid }, index) => {
      note([at, 'phoneNumbers', index, 'sid'], sid);
      note([at, 'phoneNumbers', index, 'phoneNumber'], phoneNumber);
      if (voiceApplicationSid !== undefined && !own.has(voiceApplicationSid)) {
        const path = [at, 'phoneNumbers', index, 'voiceApplicationSid'];
        context.addIssue({ code: 'custom', path, message: 'names no application of the account' });
      }
    });
  });
}

const Config = z.strictObject({
  accounts: z.array(Account).min(1).superRefine(findDoubles),
  media: z
    .strictObject({
      /** The address put into SDP; by default that of this machine and loopback. */
      address: z.ipv4().optional(),
      /** The address that media sockets listen on; by default all of this machine's. */
      bindAddress: z.ipv4().optional(),
      ports: z
        .strictObject({ begin: Port, end: Port })
        .refine(({ begin, end }) => begin <= end, { message: 'must not end before it begins' })
        .optional(),
    })
    .prefault({}),
  /** Which targets of TwiML's URLs may be reached although they are not public; see PrivateTargets. */
  webhooks: z
    .strictObject({
      privateTargets: z.enum(['refuse', 'loopback', 'allow']).default('refuse'),
      allowedTargets: z.array(z.string().min(1)).default([]),
    })
    .prefault({}),
  /** Webhooks for the first origin are sent to the second; see WebhookClientOptions. */
  deliver: z.strictObject({ from: z.string(), to: z.string() }).optional(),
  /** How much is recorded, and for how long it is kept. */
  recordings: z
    .strictObject({
      maxMegabytes: z.number().int().min(0).default(10_000),
      /** Left free on the disk for everything else. */
      minFreeMegabytes: z.number().int().min(0).default(500),
      keepDays: z.number().min(0).default(30),
    })
    .prefault({}),
  /** Where applications reach the REST API, for the URLs of recordings. */
  publicUrl: HttpUrl.default('https://api.twilio.com'),
  /** Where the engine keeps what must survive a restart; without it everything is in memory. */
  dataDirectory: z.string().min(1).optional(),
});

/** The engine's configuration, checked. */
export type EngineConfig = z.output<typeof Config>;
/** The engine's configuration as it is written. */
export type EngineConfigInput = z.input<typeof Config>;

/**
 * Checks a configuration.
 * @throws EngineError `invalid-config` naming every mistake; values are not repeated, since some are secret.
 */
export function parseEngineConfig(input: EngineConfigInput): EngineConfig {
  const parsed = Config.safeParse(input);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new EngineError('invalid-config', `The engine's configuration is invalid.\n${mistakes.join('\n')}`);
}
