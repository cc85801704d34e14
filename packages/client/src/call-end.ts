import type { CallOutcome, EndReason } from '@offhook/contract';
import { problemOf } from './errors.js';
import type { PhoneProblem, ProblemCode } from './errors.js';
import type { CallEnd, VoiceError } from './voice-error.js';
import type { Backend, VoiceCallEvents } from './voice-ports.js';

/** The platform reports the end to the server at about the time the browser learns of it. */
const OUTCOME_POLLS_MS = [0, 200, 500, 1_000] as const;

/** Twilio's code for what it does not know: a number that is called, or a call that wants to go on. */
const NOT_FOUND = 31404;

const ends: Readonly<Record<string, CallEnd>> = {
  completed: 'completed',
  busy: 'busy',
  'no-answer': 'no-answer',
  declined: 'declined',
  canceled: 'canceled',
  failed: 'failed',
};

const reasons: Readonly<Record<EndReason, ProblemCode>> = {
  blocked: 'not-allowed',
  'budget-used': 'budget-used',
  'caller-id-not-allowed': 'not-allowed',
  'caller-unknown': 'session-ended',
  closed: 'closed',
  'country-not-allowed': 'country-not-allowed',
  'daily-limit': 'daily-limit',
  'destination-not-granted': 'not-allowed',
  'dialing-off': 'dialing-off',
  'emergency-number': 'emergency-number',
  'no-agent': 'no-agent',
  'number-invalid': 'number-unreachable',
  'number-not-allowed': 'number-type-not-allowed',
  'number-not-connected': 'setup',
  'number-type-not-allowed': 'number-type-not-allowed',
  'queue-full': 'no-agent',
  'server-restart': 'server-error',
  'status-lost': 'call-failed',
  'target-unknown': 'number-unreachable',
  'too-many-calls': 'too-many-calls',
};

/** How a call ended and, when it failed, what to say about it. */
export interface KnownEnd {
  readonly end: CallEnd;
  readonly problem?: PhoneProblem | undefined;
}

/**
 * Reads the server's record of a call against what the SDK told; undefined while the record does not say yet.
 * A reason in the record is the last word. The SDK's busy or declined comes from the far end itself, so it counts
 * more than the record's status, which is still being put together from several reports.
 */
function endOf(outcome: CallOutcome, told: KnownEnd): KnownEnd | undefined {
  const end = ends[outcome.outcome ?? outcome.status];
  if (!end) return undefined;
  const isTold = told.end === 'busy' || told.end === 'declined' || told.end === 'no-answer';
  if (isTold && outcome.reason === undefined) return told;
  if (end !== 'failed') return { end };
  const code = outcome.reason ? reasons[outcome.reason] : problemOfErrorCode(outcome.errorCode);
  return { end, problem: { code, twilioCode: outcome.errorCode, detail: outcome.reason } };
}

/** Whether a later look at the record could tell more. */
function isVague(known: KnownEnd | undefined): boolean {
  return known === undefined || known.problem?.code === 'call-failed';
}

/** 31404, 13224 and 21211 are Twilio's codes for numbers that do not exist or cannot be dialed. */
function problemOfErrorCode(errorCode: number | undefined): ProblemCode {
  return errorCode === NOT_FOUND || errorCode === 13224 || errorCode === 21211
    ? 'number-unreachable'
    : 'call-failed';
}

/** What the call's own end tells. */
export function guessEnd({ error, canceled }: VoiceCallEvents['ended'], wasAnswered: boolean): KnownEnd {
  if (canceled) return { end: 'canceled' };
  if (error?.end) return { end: error.end };
  // A call that was up is no number: the platform no longer knows it, as after it was started anew.
  if (error?.twilioCode === NOT_FOUND && wasAnswered) {
    return { end: 'failed', problem: { ...problemOf(error), code: 'call-lost' } };
  }
  if (error) return { end: 'failed', problem: problemOf(error) };
  return { end: wasAnswered ? 'completed' : 'ended' };
}

/** Whether the far end or the platform ended the call, rather than something on this side. */
export function isFarEnd(error: VoiceError | undefined): boolean {
  return !error || error.end !== undefined || error.twilioCode === 31005 || error.twilioCode === NOT_FOUND;
}

/**
 * Asks the server how a call ended, since a Dial that ends through its `action` looks like a plain hang-up; `guess`
 * where the server does not know. Undefined once the end is no longer shown.
 */
export async function learnEnd(options: {
  backend: Pick<Backend, 'outcome'>;
  sid: string;
  guess: KnownEnd;
  isShown: () => boolean;
  signal: AbortSignal;
}): Promise<KnownEnd | undefined> {
  const { backend, sid, guess, isShown, signal } = options;
  let known: KnownEnd | undefined;
  for (const delayMs of OUTCOME_POLLS_MS) {
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (!isShown()) return undefined;
    const outcome = await backend.outcome(sid, signal).catch(() => undefined);
    known = (outcome && endOf(outcome, guess)) ?? known;
    if (!isVague(known)) break;
  }
  return isShown() ? (known ?? guess) : undefined;
}
