/**
 * Offhook's own HTTP API: every body that the browser side and the server exchange. The server parses with
 * these schemas; browser code imports the types only.
 */
import { z } from 'zod';
import { CallNote } from './call-notes.js';
import { CallControl } from './call-control.js';
import { CallbackRequestId } from './callback-requests.js';
import { DestinationName, Identity } from './identity.js';
import { ContextToken, PageInfo, VisitorContext } from './page-context.js';
import { Rating } from './rating.js';
import { CallRecording } from './recordings.js';
import { Moment, Translations } from './text.js';

/** Who a session belongs to. */
export const Role = z.enum(['visitor', 'agent']);
export type Role = z.infer<typeof Role>;

/**
 * Body of `POST /api/session`. A visitor sends `{}`, or on the server's own pages asks for a cookie. An agent's phone
 * sends `role: 'agent'` and gets the session of whoever is signed in; `identity` says who that should be, and in
 * development on loopback is all it takes.
 */
export const SessionRequest = z.strictObject({
  identity: Identity.optional(),
  role: Role.optional(),
  presentation: z.literal('cookie').optional(),
});
export type SessionRequest = z.infer<typeof SessionRequest>;

/** Body of `POST /api/sign-in`. The answer is a `SessionReply`. */
export const SignInRequest = z.strictObject({ identity: Identity, password: z.string().min(1).max(1024) });
export type SignInRequest = z.infer<typeof SignInRequest>;

/**
 * Header of a visitor's requests that a cookie presents: one browser may hold an agent's cookie, too. Its value is
 * `visitor`.
 */
export const ROLE_HEADER = 'Offhook-Role';

/** One destination as the button shows it. */
export const DestinationInfo = z.object({ name: DestinationName, title: Translations });
export type DestinationInfo = z.infer<typeof DestinationInfo>;

/**
 * Answer of `POST /api/session`. `sessionToken` goes into `Authorization: Bearer` of every later request; without
 * one, a cookie that scripts cannot read presents the session.
 */
export const SessionReply = z.object({
  sessionToken: z.string().optional(),
  identity: Identity,
  role: Role,
  /** Shown name of an agent, else the identity. */
  name: z.string(),
  /** Destinations that this session may call. */
  destinations: z.array(DestinationInfo),
  /** Caller IDs an agent may choose from (E.164). */
  callerIds: z.array(z.string()),
  /** Other agents that can be called by identity. */
  colleagues: z.array(z.object({ identity: Identity, name: z.string() })),
  /** What the phone's number field starts with, e.g. `+16175550100`. */
  defaultNumber: z.string().optional(),
  /** Development on one machine: any agent's identity may be taken without a password. */
  openSignIn: z.boolean().optional(),
});
export type SessionReply = z.infer<typeof SessionReply>;

/**
 * Body of `POST /api/token`. A visitor names the destination it is about to call, with the site's word on the visitor
 * where the site gives one; an agent sends `{}`.
 */
export const TokenRequest = z.strictObject({
  destination: DestinationName.optional(),
  context: ContextToken.optional(),
  /** The visitor agreed to be recorded; without it no token is given for calls that may be recorded. */
  consent: z.literal(true).optional(),
});
export type TokenRequest = z.infer<typeof TokenRequest>;

/** How the browser reaches the voice platform; absent fields mean Twilio's own hosts. */
export const VoiceHosts = z.object({
  /** `host[:port]` of the signaling WebSocket; absent on Twilio's cloud. */
  signalingHost: z.string().optional(),
  /** Where the SDK's events and metrics are posted (an absolute path on our origin). */
  insights: z.string().optional(),
  /** The SDK's 15 sounds by their names in the SDK's `sounds` option. */
  sounds: z.record(z.string(), z.string()).optional(),
  /** For `rtcConfiguration.iceServers`. */
  iceServers: z.array(
    z.object({
      urls: z.union([z.string(), z.array(z.string())]),
      username: z.string().optional(),
      credential: z.string().optional(),
    }),
  ),
});
export type VoiceHosts = z.infer<typeof VoiceHosts>;

/** Answer of `POST /api/token`. */
export const TokenReply = z.object({
  token: z.string(),
  identity: Identity,
  /** Life of the token in seconds, from now. */
  ttlSeconds: z.number(),
  voice: VoiceHosts,
});
export type TokenReply = z.infer<typeof TokenReply>;

/** Twilio's call statuses. */
export const CallStatus = z.enum([
  'queued',
  'initiated',
  'ringing',
  'in-progress',
  'completed',
  'busy',
  'failed',
  'no-answer',
  'canceled',
]);
export type CallStatus = z.infer<typeof CallStatus>;

/**
 * Why our own call control refused a call; the outcome is then `failed`. `blocked`: the caller is on the list of
 * those who may not call. `budget-used`: the calls or minutes that the policy gives to phone numbers are used up.
 * `closed`: outside the destination's hours. `no-agent`: no agent of the destination is there to answer.
 * `country-not-allowed`, `number-type-not-allowed`, `number-not-allowed`: the policy forbids the number's country, its
 * kind, or the network behind it. `daily-limit`, `too-many-calls`: the caller's calls for today are used up, or there are too many at once. `destination-not-granted`: the visitor's
 * token was made for another destination. `dialing-off`: calls to phone numbers are switched off.
 * `emergency-number`: emergency services cannot be reached here. `target-unknown`: nobody has this name, or `To`
 * makes no sense. `number-invalid`: not a phone number. `caller-unknown`: no live session has this identity.
 * `caller-id-not-allowed`: the caller may not use this caller ID, or has none. `number-not-connected`: an inbound
 * number without a destination. `queue-full`: no more callers can wait.
 */
export const RefusalReason = z.enum([
  'blocked',
  'budget-used',
  'caller-id-not-allowed',
  'caller-unknown',
  'closed',
  'country-not-allowed',
  'daily-limit',
  'destination-not-granted',
  'dialing-off',
  'emergency-number',
  'no-agent',
  'number-invalid',
  'number-not-allowed',
  'number-not-connected',
  'number-type-not-allowed',
  'queue-full',
  'target-unknown',
  'too-many-calls',
]);
export type RefusalReason = z.infer<typeof RefusalReason>;

/**
 * Why a call's end is not known. `server-restart`: the server, and the calls in it, were stopped by force.
 * `status-lost`: the voice platform never reported the end.
 */
export const LossReason = z.enum(['server-restart', 'status-lost']);
export type LossReason = z.infer<typeof LossReason>;

/** Why a call failed, when we know it ourselves. */
export const EndReason = z.enum([...RefusalReason.options, ...LossReason.options]);
export type EndReason = z.infer<typeof EndReason>;

/** The worst that the media gateway measured on any leg of a call (RFC 3550 §6.4.1). */
export const CallQuality = z.object({
  jitterMs: z.number().optional(),
  packetLossPercent: z.number().optional(),
  roundTripMs: z.number().optional(),
});
export type CallQuality = z.infer<typeof CallQuality>;

/** One call as `GET /api/calls` lists it: the caller's side, with the party that answered. */
export const CallRecord = z.object({
  sid: z.string(),
  /** `outbound` when an agent placed it; `inbound` when a visitor or a phone number called us. */
  direction: z.enum(['inbound', 'outbound']),
  from: z.string(),
  to: z.string(),
  destination: z.string().optional(),
  answeredBy: z.string().optional(),
  status: CallStatus,
  /** Why it ended, in one word of ours: `completed`, `busy`, `no-answer`, `declined`, `canceled`, `failed`. */
  outcome: z.string().optional(),
  /** Why we refused the call, or lost it. */
  reason: EndReason.optional(),
  errorCode: z.number().optional(),
  /** ISO 8601. */
  startedAt: z.string(),
  answeredAt: z.string().optional(),
  endedAt: z.string().optional(),
  /** From answer to end, in whole seconds. */
  durationSeconds: z.number().optional(),
  /** Only where the media runs through the embedded engine. */
  quality: CallQuality.optional(),
  /** Why the destination first asked for did not take the call, which its `otherwise` got at once. */
  diverted: z.enum(['closed', 'no-agent']).optional(),
  /** Where the visitor called from. */
  page: PageInfo.optional(),
  /** What the site's server said about the visitor. */
  visitor: VisitorContext.optional(),
  /** The caller's. */
  rating: Rating.optional(),
  /** The callback request that this call answers. */
  callbackRequest: CallbackRequestId.optional(),
  /** What agents wrote down; absent without. */
  notes: z.array(CallNote).optional(),
  /** Who is in the call, once somebody has controlled it. */
  control: CallControl.optional(),
  /** What was recorded of it, and what the caller left to be heard. */
  recordings: z.array(CallRecording).optional(),
});
export type CallRecord = z.infer<typeof CallRecord>;

/** Answer of `GET /api/calls`, newest first. `nextCursor` leads to the next page while there is one. */
export const CallList = z.object({ calls: z.array(CallRecord), nextCursor: z.string().optional() });
export type CallList = z.infer<typeof CallList>;

/** Query of `GET /api/calls` and `GET /api/calls.csv`; every part narrows the list. */
export const CallFilter = z.strictObject({
  status: CallStatus.optional(),
  direction: z.enum(['inbound', 'outbound']).optional(),
  destination: DestinationName.optional(),
  /** Text within the caller or the called party, in any case. */
  from: z.string().min(1).max(100).optional(),
  to: z.string().min(1).max(100).optional(),
  /** Text within the name or number of anybody who took part, in any case. */
  search: z.string().min(1).max(100).optional(),
  /** Started at or after, and before: ISO 8601. */
  since: Moment.optional(),
  until: Moment.optional(),
});
export type CallFilter = z.infer<typeof CallFilter>;

/** Query of `GET /api/calls`: the filter, the page's size, and where it starts (`nextCursor` of the page before). */
export const CallListQuery = CallFilter.extend({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
});
export type CallListQuery = z.infer<typeof CallListQuery>;

/** Body of `POST /api/calls/erase`: an identity, or a phone number or SIP address as the records spell it. */
export const ErasureRequest = z.strictObject({
  party: z.union([
    Identity,
    z.string().regex(/^\+\d{7,15}$/),
    z.string().regex(/^(?:sips?|client):[!-~]{1,255}$/),
  ]),
});
export type ErasureRequest = z.infer<typeof ErasureRequest>;

/** Answer of `POST /api/calls/erase`. */
export const ErasureReply = z.object({ erasedCalls: z.number(), erasedCallbackRequests: z.number() });
export type ErasureReply = z.infer<typeof ErasureReply>;

/**
 * Answer of `GET /api/calls/:sid/outcome`, for the caller's own call. `latest` in place of the SID names the
 * session's newest call: a call that is refused before it rings ends before the browser learns its SID.
 */
export const CallOutcome = z.object({
  status: CallStatus,
  outcome: z.string().optional(),
  reason: EndReason.optional(),
  errorCode: z.number().optional(),
  durationSeconds: z.number().optional(),
});
export type CallOutcome = z.infer<typeof CallOutcome>;

/** Every error body of the API. `message` is a sentence for a person. */
export const ApiError = z.object({
  error: z.object({ code: z.string(), message: z.string(), retryAfterSeconds: z.number().optional() }),
});
export type ApiError = z.infer<typeof ApiError>;
