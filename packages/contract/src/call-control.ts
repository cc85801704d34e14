/**
 * Control of a call that is up: hold, transfer, more parties, recording. For agents, and only for calls that they are a
 * party to. `:sid` is the call's record: for a call that came in, the custom parameter `callSid`; for one that was
 * placed, its own SID. Every `POST` may be repeated without harm: what is already so stays so.
 *
 * `POST /api/calls/:sid/set-aside`, without a body's fields, is the hold of an agent who turns to another call; `…/resume`
 * comes back. If the agent's phone goes first, or a quarter of an hour has passed, the caller is not hung up on: the
 * call's destination rings again, and does what its `otherwise` says. `…/end` ends the call for everybody.
 */
import { z } from 'zod';
import { PlainLine } from './text.js';

/** Names a party of a call: the SID of its leg. */
export const PartyId = z.string().regex(/^CA[0-9a-f]{32}$/);
export type PartyId = z.infer<typeof PartyId>;

/** Somebody in a call. */
export const CallParty = z.object({
  id: PartyId,
  /** As in records: `client:bob`, `client:visitor_…` or an E.164 number. */
  party: z.string(),
  state: z.enum(['ringing', 'present']),
  /** Hears music and is not heard. */
  onHold: z.boolean(),
  /** Hears everybody and is not heard. */
  muted: z.boolean(),
});
export type CallParty = z.infer<typeof CallParty>;

/** Why somebody who was wanted in a call did not come. */
export const ControlFailure = z.enum(['busy', 'no-answer', 'declined', 'canceled', 'failed']);
export type ControlFailure = z.infer<typeof ControlFailure>;

/** A call as it can be controlled. Parties who have left are not in it. */
export const CallControl = z.object({
  /**
   * `two-way`: the two ends talk directly. `conference`: the call was upgraded, at the first hold or third party.
   * `transferring`: the other party was sent to somebody else, who rings. `over`: nothing can be done any more.
   */
  mode: z.enum(['two-way', 'conference', 'transferring', 'over']),
  parties: z.array(CallParty),
  /** A warm transfer under way: the target, who asked for it, and whether the target has answered. */
  consult: z.object({ party: PartyId, by: PartyId, state: z.enum(['ringing', 'talking']) }).optional(),
  /** The agent who has set the call aside for another one, and will be back. */
  aside: PartyId.optional(),
  /** The last transfer, consultation or addition that came to nothing. */
  failure: z
    .object({ action: z.enum(['transfer', 'consult', 'add']), to: z.string(), reason: ControlFailure })
    .optional(),
  /** Absent: nothing is recorded now. */
  recording: z.enum(['recording', 'paused']).optional(),
});
export type CallControl = z.infer<typeof CallControl>;

/**
 * Body of `POST /api/calls/:sid/hold` and `…/resume`: one party, or everybody but the agent who asks. The answers of
 * all controls are the call's `CallControl` afterwards.
 */
export const HoldRequest = z.strictObject({ party: PartyId.optional() });
export type HoldRequest = z.infer<typeof HoldRequest>;

/**
 * Body of `POST /api/calls/:sid/transfer` (the target is called at once and the agent is free; if nobody answers, the
 * call comes back), `…/consult` (the agent talks to the target first) and `…/parties` (the target joins). `to` is what
 * the agent could dial: `client:bob`, an E.164 number, `destination:sales`, `magic:echo`. The dialing policy and the
 * limits judge it like any dial: 403 or 400 with the refusal's reason, 429 for limits. 403 `target-self`: the agent who
 * asks. Of several whom a destination rings, whoever comes first is in the call.
 */
export const TargetRequest = z.strictObject({
  to: PlainLine(255),
  /** One of the agent's caller IDs, for a phone number. */
  callerId: z.string().max(20).optional(),
});
export type TargetRequest = z.infer<typeof TargetRequest>;

/** Body of `POST /api/calls/:sid/parties/:party/mute`. */
export const MuteRequest = z.strictObject({ muted: z.boolean() });
export type MuteRequest = z.infer<typeof MuteRequest>;

/** What `POST /api/calls/:sid/consult/:step` can do. */
export const ConsultStep = z.enum(['complete', 'cancel']);
export type ConsultStep = z.infer<typeof ConsultStep>;

/** What `POST /api/calls/:sid/recording/:step` can do. */
export const RecordingStep = z.enum(['start', 'pause', 'resume', 'stop']);
export type RecordingStep = z.infer<typeof RecordingStep>;
