import type { CallOutcome, RefusalReason } from '@offhook/contract';
import type { PhoneProblem, ProblemCode } from './errors.js';
import type { CallEnd } from './voice-error.js';

const ends: Readonly<Record<string, CallEnd>> = {
  completed: 'completed',
  busy: 'busy',
  'no-answer': 'no-answer',
  declined: 'declined',
  canceled: 'canceled',
  failed: 'failed',
};

const refusals: Readonly<Record<RefusalReason, ProblemCode>> = {
  'caller-id-not-allowed': 'not-allowed',
  'caller-unknown': 'session-ended',
  closed: 'closed',
  'destination-not-granted': 'not-allowed',
  'number-invalid': 'number-unreachable',
  'number-not-allowed': 'not-allowed',
  'number-not-connected': 'setup',
  'target-unknown': 'number-unreachable',
};

/** How a call ended and, when it failed, what to say about it. */
export interface KnownEnd {
  readonly end: CallEnd;
  readonly problem?: PhoneProblem | undefined;
}

/** Reads the server's record of a call; undefined while the record does not say yet. */
export function endOf(outcome: CallOutcome): KnownEnd | undefined {
  const end = ends[outcome.outcome ?? outcome.status];
  if (end !== 'failed') return end && { end };
  const code = outcome.reason ? refusals[outcome.reason] : problemOfErrorCode(outcome.errorCode);
  return { end, problem: { code, twilioCode: outcome.errorCode, detail: outcome.reason } };
}

/** 31404, 13224 and 21211 are Twilio's codes for numbers that do not exist or cannot be dialed. */
function problemOfErrorCode(errorCode: number | undefined): ProblemCode {
  return errorCode === 31404 || errorCode === 13224 || errorCode === 21211
    ? 'number-unreachable'
    : 'call-failed';
}
