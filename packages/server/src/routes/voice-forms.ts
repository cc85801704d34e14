/** The parameters of the voice webhooks, as far as they are used. See https://www.twilio.com/docs/voice/twiml. */
import { CallStatus, DestinationName, Identity } from '@offhook/contract';
import { z } from 'zod';
import { TICKET_PARAMETER } from '../call-flow/call-tickets.js';
import type { CallEvent, DialResult, RefusalFacts } from '../call-flow/call-record-state.js';

const CallSid = z.string().regex(/^CA[0-9a-f]{32}$/);
const Party = z.string().max(255);
/** A browser that was called with parameters may be named with them. */
const CalledParty = Party.optional().transform((to) =>
  to?.startsWith('client:') === true ? to.split('?')[0] : to,
);
/** Absent and empty mean the same. */
const Count = z
  .string()
  .regex(/^\d{0,9}$/)
  .optional()
  .transform((digits) => (digits === undefined || digits === '' ? undefined : Number(digits)));

/** A call that wants TwiML. */
export const CallForm = z.object({
  CallSid,
  From: Party,
  To: Party.default(''),
  /** Not a parameter of the platform: the caller ID that an agent's phone asks for. */
  CallerId: Party.optional(),
  /** From a visitor's token. */
  [TICKET_PARAMETER]: z.string().max(100).optional(),
});

/** Progress of a call or of one of the parties it rings, which then names its parent. */
export const StatusForm = z.object({
  CallSid,
  ParentCallSid: CallSid.optional(),
  CallStatus,
  To: CalledParty,
  CallDuration: Count,
  SipResponseCode: Count,
  ErrorCode: Count,
});
export type StatusForm = z.output<typeof StatusForm>;

/** The end of a `<Dial>`. */
export const DialDoneForm = z.object({
  CallSid,
  CallStatus,
  DialCallStatus: z.enum(['completed', 'answered', 'busy', 'no-answer', 'failed', 'canceled']),
  DialCallSid: CallSid.optional(),
  DialCallDuration: Count,
  DialSipResponseCode: Count,
});
export type DialDoneForm = z.output<typeof DialDoneForm>;

/** The query that our own `statusCallback` addresses carry; the one of the platform's own settings has no `call`. */
export const StatusQuery = z.strictObject({
  bodySHA256: z.string().optional(),
  call: z.string().optional(),
  /** The record, for legs that the caller's own did not dial. */
  of: CallSid.optional(),
});

/** A party that is transferred and asks for its TwiML. */
export const TransferForm = z.object({ CallSid });

/** What happened in a conference. */
export const ConferenceForm = z.object({
  ConferenceSid: z.string().regex(/^CF[0-9a-f]{32}$/),
  FriendlyName: z.string(),
  StatusCallbackEvent: z.string(),
  SequenceNumber: z.string().optional(),
  CallSid: CallSid.optional(),
});
export type ConferenceForm = z.output<typeof ConferenceForm>;

/** A recording began or ended. */
export const RecordingForm = z.object({
  CallSid,
  ConferenceSid: ConferenceForm.shape.ConferenceSid.optional(),
  RecordingSid: z.string().regex(/^RE[0-9a-f]{32}$/),
  RecordingStatus: z.enum(['in-progress', 'paused', 'completed', 'absent', 'failed']),
  RecordingDuration: z
    .string()
    .optional()
    .transform((text) => (text === undefined || !/^\d{1,9}$/.test(text) ? undefined : Number(text))),
  RecordingStartTime: z.string().optional(),
  ErrorCode: Count,
});
export type RecordingForm = z.output<typeof RecordingForm>;

/** A caller waits, or is taken. */
export const QueueForm = z.object({
  CallSid,
  From: Party.optional(),
  QueuePosition: Count,
  /** Why the caller waits no more. */
  QueueResult: z.string().max(40).optional(),
  /** Who takes the caller; Twilio spells it so. */
  DequeingCallSid: CallSid.optional(),
});

/** The query of addresses that name the record, which the leg alone does not. */
export const OfQuery = z.strictObject({
  bodySHA256: z.string().optional(),
  call: z.string(),
  of: CallSid,
});

/** The destination is set for messages that callers leave. */
export const RecordingQuery = OfQuery.extend({ destination: DestinationName.optional() });

/** Names whom the platform was told to ring for a caller who waits. */
export const OfferQuery = OfQuery.extend({ offer: z.string().regex(/^[\w-]{16}$/) });

/** Names the agent who was rung. */
export const MetQuery = OfQuery.extend({ agent: Identity });

/** The query that our own `action` addresses carry. */
export const DialDoneQuery = z.strictObject({
  bodySHA256: z.string().optional(),
  call: z.string().optional(),
  step: z
    .string()
    .regex(/^\d{1,2}$/)
    .transform(Number),
});

/** Whether a call with this status is over. */
export function isFinal(status: CallStatus): status is DialResult {
  return ['completed', 'busy', 'no-answer', 'failed', 'canceled'].includes(status);
}

/**
 * What a status callback says, if it says anything new. Every call is either the caller's own or one of the parties to
 * it.
 */
export function statusEvent(
  form: StatusForm,
  { at, isParty }: { at: number; isParty: boolean },
): CallEvent | undefined {
  const {
    CallStatus: status,
    CallDuration: durationSeconds,
    SipResponseCode: sipCode,
    ErrorCode: errorCode,
  } = form;
  if (!isParty) {
    if (!isFinal(status)) return undefined;
    return {
      type: 'caller-ended',
      end: { failed: status === 'failed', at, durationSeconds, sipCode, errorCode },
    };
  }
  if (status === 'ringing') return { type: 'leg-ringing', at };
  const leg = { callSid: form.CallSid, to: form.To, at };
  if (status === 'in-progress') return { type: 'leg-answered', ...leg };
  if (!isFinal(status)) return undefined;
  return { type: 'leg-ended', ...leg, result: status, durationSeconds, sipCode, errorCode };
}

/** What the end of a `<Dial>` says; `last` when no other dial follows. */
export function dialEvent(
  form: DialDoneForm,
  { step, last, at, refusal }: { step: number; last: boolean; at: number; refusal: RefusalFacts | undefined },
): CallEvent {
  const result = form.DialCallStatus === 'answered' ? 'completed' : form.DialCallStatus;
  const callerLeft = isFinal(form.CallStatus) && (result === 'no-answer' || result === 'canceled');
  return {
    type: 'dial-ended',
    step,
    dial: {
      result: callerLeft ? 'canceled' : result,
      last,
      at,
      callSid: form.DialCallSid,
      durationSeconds: form.DialCallDuration,
    },
    refusal,
  };
}
