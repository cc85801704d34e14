/** Visitors who want to be called back. */
import { z } from 'zod';
import { DestinationName, Identity } from './identity.js';
import { ContextToken, PageInfo, VisitorContext } from './page-context.js';
import { Moment, PlainLine, PlainText } from './text.js';

/** Names a callback request. */
export const CallbackRequestId = z.string().regex(/^CB[0-9a-f]{32}$/);

/**
 * Body of `POST /api/callback-requests`, in a visitor's session. The dialing policy judges the number: it answers 400
 * `number-invalid`, or 403 with the refusal's reason. Too many requests: 429.
 */
export const CallbackRequestForm = z.strictObject({
  destination: DestinationName,
  name: PlainLine(80),
  /** As the visitor typed it: with a country code, or as it is dialled within `country`. */
  number: z
    .string()
    .trim()
    .min(3)
    .max(40)
    .regex(/^[+\d\s().\-/]+$/),
  /** ISO 3166-1, such as `US`: where a number without a country code belongs. */
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional(),
  /** The time that suits; as soon as possible without. 400 `time-invalid` when it has passed or ends before it begins. */
  notBefore: Moment.optional(),
  notAfter: Moment.optional(),
  /** The visitor's IANA time zone, for the agent to see. */
  timeZone: z
    .string()
    .max(64)
    .regex(/^[A-Za-z0-9_+\-/]+$/)
    .optional(),
  /** BCP 47, such as `ja`: what the visitor reads. */
  language: z
    .string()
    .max(35)
    .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/)
    .optional(),
  note: PlainText(500).optional(),
  page: PageInfo.optional(),
  context: ContextToken.optional(),
});
export type CallbackRequestForm = z.infer<typeof CallbackRequestForm>;

/** Answer of `POST /api/callback-requests`. */
export const CallbackReceipt = z.object({
  id: CallbackRequestId,
  /** The number that will be called (E.164), for the visitor to check. */
  number: z.string(),
});
export type CallbackReceipt = z.infer<typeof CallbackReceipt>;

/** `open`: nobody sees to it yet. `taken`: an agent does. `done`: the agent is through with it. */
export const CallbackState = z.enum(['open', 'taken', 'done']);
export type CallbackState = z.infer<typeof CallbackState>;

/**
 * A callback request as agents see it. The phone calls back with `To: callback:ID`: the server looks up the number,
 * which takes the request and links the two; the call's record then names the request, and `calls` the call.
 */
export const CallbackRequest = z.object({
  id: CallbackRequestId,
  destination: DestinationName,
  name: z.string(),
  /** E.164. */
  number: z.string(),
  notBefore: Moment.optional(),
  notAfter: Moment.optional(),
  timeZone: z.string().optional(),
  language: z.string().optional(),
  note: z.string().optional(),
  page: PageInfo.optional(),
  visitor: VisitorContext.optional(),
  state: CallbackState,
  createdAt: Moment,
  /** Who sees to it, and since when. */
  takenBy: Identity.optional(),
  takenAt: Moment.optional(),
  doneAt: Moment.optional(),
  /** SIDs of the calls back, oldest first. */
  calls: z.array(z.string()),
});
export type CallbackRequest = z.infer<typeof CallbackRequest>;

/** Query of `GET /api/callback-requests.csv`; every part narrows the list. */
export const CallbackFilter = z.strictObject({
  state: CallbackState.optional(),
  destination: DestinationName.optional(),
});
export type CallbackFilter = z.infer<typeof CallbackFilter>;

/** Query of `GET /api/callback-requests`. */
export const CallbackListQuery = CallbackFilter.extend({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
});
export type CallbackListQuery = z.infer<typeof CallbackListQuery>;

/**
 * Answer of `GET /api/callback-requests`, newest first: requests for the destinations that ring this agent, for
 * supervisors all of them.
 */
export const CallbackRequestList = z.object({
  requests: z.array(CallbackRequest),
  nextCursor: z.string().optional(),
});
export type CallbackRequestList = z.infer<typeof CallbackRequestList>;

/**
 * What `POST /api/callback-requests/:id/ACTION` does, with the changed `CallbackRequest` as its answer. `take`: the
 * agent sees to it; 409 `already-taken` when somebody else does. `release`: it is open again. `done`: it is settled.
 * Only whoever took it may release it or call it done; supervisors always. An open one may be called done at once.
 */
export const CallbackAction = z.enum(['take', 'release', 'done']);
export type CallbackAction = z.infer<typeof CallbackAction>;
