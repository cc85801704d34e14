/**
 * How a call's record follows what the voice platform reports. Reports are retried and overtake each other, so
 * the machine never moves back: it collects facts, and adding facts gives the same record in any order and any
 * number of times. The state is read off the facts.
 *
 *   initiated ──► ringing ──► in-progress ──► completed │ failed
 *       │            │
 *       │            └─ last dial ended, or the caller left ──► busy │ no-answer │ failed │ canceled
 *       └─ we refused the call ──► failed
 *
 * A state further to the right replaces one further to the left, whenever its report arrives; a call known as
 * canceled becomes completed when a late report says that it was answered. Every open state also leads to failed
 * when the call is lost: the server restarted under it, or its end was never reported. That is the last word.
 */
import {
  type ControlEvent,
  type ControlledCall,
  transition as controlTransition,
} from '../call-control/control-state.js';
import type {
  CallQuality,
  CallRecording,
  CallStatus,
  EndReason,
  LossReason,
  Rating,
  RefusalReason,
} from '@offhook/contract';
import { type QueuedCall, type QueueEvent, transition as queueTransition } from '../queues/queue-state.js';

/** Why a call ended, in Offhook's words. */
type Outcome = 'completed' | 'busy' | 'no-answer' | 'declined' | 'canceled' | 'failed';

/** Codes that say more about an end: SIP's, and Twilio's error code. */
interface EndCodes {
  sipCode?: number | undefined;
  errorCode?: number | undefined;
}

/** What is known of one party that was rung. Times are milliseconds since the epoch. */
interface LegFacts extends EndCodes {
  to?: string | undefined;
  answeredAt?: number | undefined;
  endedAt?: number | undefined;
  durationSeconds?: number | undefined;
  failed?: boolean | undefined;
}

interface DialFacts {
  result: DialResult;
  /** No further step of the ring plan follows. */
  last: boolean;
  at: number;
  callSid?: string | undefined;
  durationSeconds?: number | undefined;
}

interface CallerEndFacts extends EndCodes {
  failed: boolean;
  at: number;
  durationSeconds?: number | undefined;
}

/** That we refused the call, or its next step. */
export interface RefusalFacts {
  reason: RefusalReason;
  at: number;
  errorCode?: number | undefined;
}

/** The call cannot be followed any longer; `at` is the last moment at which it was known to be up. */
interface LossFacts {
  reason: LossReason;
  at: number;
}

/** Everything reported about a call so far. Plain data, so that a store can keep it as JSON. */
export interface CallProgress {
  rang: boolean;
  legs: Readonly<Record<string, LegFacts>>;
  /** By the step of the ring plan. */
  dials: Readonly<Record<number, DialFacts>>;
  callerEnd?: CallerEndFacts;
  refusal?: RefusalFacts;
  loss?: LossFacts;
  /** The worst that was measured on any leg. */
  quality?: CallQuality;
  /** The caller's, with when it came. */
  rating?: Rating & { at: number };
  /** By the identity of the agent who wrote it; an empty one was taken back. */
  notes?: Readonly<Record<string, NoteFacts>>;
  /** Once somebody has controlled the call. */
  control?: ControlledCall;
  /** Once the caller has waited for an agent. */
  queue?: QueuedCall;
  /** By SID. */
  recordings?: Readonly<Record<string, RecordingFacts>>;
}

/** What an agent wrote down, and when. */
interface NoteFacts {
  text: string;
  at: number;
}

/** What is known of a recording. Times are milliseconds since the epoch. */
export interface RecordingFacts {
  kind: CallRecording['kind'];
  status: CallRecording['status'];
  /** The leg or conference that the platform keeps it under. */
  of: string;
  startedAt: number;
  durationSeconds?: number | undefined;
  /** For voicemail: whose agents it is for. */
  destination?: string | undefined;
}

/** `DialCallStatus` of a finished `<Dial>`. */
export type DialResult = 'completed' | 'busy' | 'no-answer' | 'failed' | 'canceled';

/** One report. `at` is its arrival in milliseconds since the epoch. */
export type CallEvent =
  | { type: 'refused'; refusal: RefusalFacts }
  | { type: 'leg-ringing'; at: number }
  | { type: 'leg-answered'; callSid: string; to?: string | undefined; at: number }
  | ({
      type: 'leg-ended';
      callSid: string;
      to?: string | undefined;
      result: DialResult;
      at: number;
      durationSeconds?: number | undefined;
    } & EndCodes)
  /** `refusal`: why the destination that should have come next was not rung. */
  | { type: 'dial-ended'; step: number; dial: DialFacts; refusal?: RefusalFacts | undefined }
  | { type: 'caller-ended'; end: CallerEndFacts }
  | { type: 'measured'; quality: CallQuality }
  | { type: 'rated'; rating: Rating & { at: number } }
  | { type: 'noted'; by: string; note: NoteFacts }
  | { type: 'controlled'; control: ControlEvent }
  | { type: 'queued'; queue: QueueEvent }
  | { type: 'recorded'; sid: string; recording: RecordingFacts }
  | { type: 'recording-removed'; sid: string }
  | { type: 'lost'; loss: LossFacts };

/** A call of which nothing has been reported yet. */
export const NEW_CALL: CallProgress = Object.freeze({ rang: false, legs: {}, dials: {} });

/** Adds one report to what is known. */
export function transition(progress: CallProgress, event: CallEvent): CallProgress {
  if (event.type === 'measured') {
    return { ...progress, quality: worstQuality(progress.quality ?? {}, event.quality) };
  }
  if (event.type === 'rated') {
    const isLater = event.rating.at >= (progress.rating?.at ?? event.rating.at);
    return isLater ? { ...progress, rating: event.rating } : progress;
  }
  if (event.type === 'noted') {
    const known = progress.notes?.[event.by];
    const isLater = event.note.at >= (known?.at ?? event.note.at);
    return isLater ? { ...progress, notes: { ...progress.notes, [event.by]: event.note } } : progress;
  }
  if (event.type === 'recorded' || event.type === 'recording-removed') return withRecording(progress, event);
  if (progress.loss !== undefined) return progress;
  return followQueue(followControl(addFacts(progress, event), event), event);
}

function addFacts(
  progress: CallProgress,
  event: Exclude<CallEvent, { type: 'measured' | 'rated' | 'noted' | 'recorded' | 'recording-removed' }>,
): CallProgress {
  switch (event.type) {
    case 'controlled':
    case 'queued':
      return progress;
    case 'refused':
      return { ...progress, refusal: progress.refusal ?? event.refusal };
    case 'leg-ringing':
      return { ...progress, rang: true };
    case 'leg-answered':
      return withLeg(progress, event.callSid, { to: event.to, answeredAt: event.at });
    case 'leg-ended':
      return withLeg(progress, event.callSid, {
        to: event.to,
        answeredAt: event.result === 'completed' ? event.at - (event.durationSeconds ?? 0) * 1000 : undefined,
        endedAt: event.at,
        durationSeconds: event.durationSeconds,
        failed: event.result === 'failed',
        sipCode: event.sipCode,
        errorCode: event.errorCode,
      });
    case 'dial-ended':
      return withDial(progress, event);
    case 'caller-ended':
      return { ...progress, callerEnd: progress.callerEnd ?? event.end };
    case 'lost':
      return isOver(progress) ? progress : { ...progress, loss: event.loss };
  }
}

/** A recording that has ended is not told to go on by a report that comes late. */
function withRecording(
  progress: CallProgress,
  event: Extract<CallEvent, { type: 'recorded' | 'recording-removed' }>,
): CallProgress {
  const { [event.sid]: known, ...others } = progress.recordings ?? {};
  if (event.type === 'recording-removed') return { ...progress, recordings: others };
  const goesOn = ({ status }: RecordingFacts) => status === 'in-progress' || status === 'paused';
  if (known !== undefined && !goesOn(known) && goesOn(event.recording)) return progress;
  const recording = { ...event.recording, startedAt: known?.startedAt ?? event.recording.startedAt };
  return { ...progress, recordings: { ...progress.recordings, [event.sid]: recording } };
}

/** Who answers and who leaves matters to a call that is controlled, too. */
function followControl(progress: CallProgress, event: CallEvent): CallProgress {
  const told = controlEventOf(progress, event);
  const control = told && controlTransition(progress.control, told);
  return control === undefined || control === progress.control ? progress : { ...progress, control };
}

/** Nobody waits in a call that is over. */
function followQueue(progress: CallProgress, event: CallEvent): CallProgress {
  const hasEnded = event.type === 'caller-ended' || event.type === 'lost';
  const told: QueueEvent | undefined = hasEnded
    ? { type: 'left' }
    : event.type === 'queued'
      ? event.queue
      : undefined;
  if (told?.type === 'waits' && progress.callerEnd !== undefined) return progress;
  const queue = told && queueTransition(progress.queue, told);
  return queue === undefined || queue === progress.queue ? progress : { ...progress, queue };
}

function controlEventOf({ control }: CallProgress, event: CallEvent): ControlEvent | undefined {
  switch (event.type) {
    case 'controlled':
      return event.control;
    case 'leg-answered':
      return { type: 'leg-answered', id: event.callSid, party: event.to ?? '', at: event.at };
    case 'leg-ended':
      return { type: 'leg-ended', id: event.callSid, reason: failureOf(event), at: event.at };
    case 'caller-ended': {
      const [caller] = Object.keys(control?.parties ?? {});
      return caller === undefined
        ? undefined
        : { type: 'leg-ended', id: caller, reason: 'failed', at: event.end.at };
    }
    default:
      return undefined;
  }
}

function failureOf({ result, sipCode }: { result: DialResult; sipCode?: number | undefined }) {
  if (result === 'completed') return 'failed';
  return sipCode === 603 && result !== 'canceled' ? 'declined' : result;
}

/** Whether the call's record has its final state. */
export function isOver(progress: CallProgress): boolean {
  return summarize(progress).endedAt !== undefined;
}

/** The longest that any report says the call lasted, in seconds: reports come in any order, and budgets must hold. */
export function longestReportedSeconds(progress: CallProgress): number {
  const { callerEnd, legs, dials } = progress;
  const facts = [callerEnd, ...Object.values(legs), ...Object.values(dials)];
  const reported = Math.max(...facts.map((fact) => fact?.durationSeconds ?? 0));
  const answeredAt = firstAnswered(progress)?.answeredAt;
  if (reported > 0 || answeredAt === undefined || callerEnd === undefined) return reported;
  return Math.max(0, Math.ceil((callerEnd.at - answeredAt) / 1000));
}

/** A dial that ended is known already when its webhook comes again: what followed from it then stays. */
function withDial(progress: CallProgress, event: CallEvent & { type: 'dial-ended' }): CallProgress {
  if (Object.hasOwn(progress.dials, event.step)) return progress;
  const refusal = progress.refusal ?? event.refusal;
  const dials = { ...progress.dials, [event.step]: event.dial };
  return { ...progress, dials, ...(refusal !== undefined && { refusal }) };
}

function worstQuality(a: CallQuality, b: CallQuality): CallQuality {
  const worst = (x: number | undefined, y: number | undefined) =>
    x === undefined || y === undefined ? (x ?? y) : Math.max(x, y);
  return {
    jitterMs: worst(a.jitterMs, b.jitterMs),
    packetLossPercent: worst(a.packetLossPercent, b.packetLossPercent),
    roundTripMs: worst(a.roundTripMs, b.roundTripMs),
  };
}

function withLeg(progress: CallProgress, callSid: string, facts: LegFacts): CallProgress {
  const known = progress.legs[callSid] ?? {};
  const leg: LegFacts = {
    to: known.to ?? facts.to,
    answeredAt: earliest(known.answeredAt, facts.answeredAt),
    endedAt: earliest(known.endedAt, facts.endedAt),
    durationSeconds: known.durationSeconds ?? facts.durationSeconds,
    failed: known.failed ?? facts.failed,
    sipCode: known.sipCode ?? facts.sipCode,
    errorCode: known.errorCode ?? facts.errorCode,
  };
  return { ...progress, legs: { ...progress.legs, [callSid]: leg } };
}

function earliest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

/** The record's view of the facts. Times are milliseconds since the epoch. */
export interface CallSummary {
  status: CallStatus;
  outcome?: Outcome | undefined;
  reason?: EndReason | undefined;
  errorCode?: number | undefined;
  answeredBy?: string | undefined;
  answeredAt?: number | undefined;
  endedAt?: number | undefined;
  durationSeconds?: number | undefined;
}

/** Reads status and outcome off the facts. */
export function summarize(progress: CallProgress): CallSummary {
  const { refusal, callerEnd, loss } = progress;
  if (loss) return summarizeLost(progress, loss);
  if (refusal) {
    const { reason, errorCode, at } = refusal;
    return { status: 'failed', outcome: 'failed', reason, errorCode, endedAt: callerEnd?.at ?? at };
  }
  const dials = Object.values(progress.dials);
  const answered = firstAnswered(progress);
  if (progress.control !== undefined) return summarizeControlled(progress.control, answered);
  const connectedDial = dials.find((dial) => dial.result === 'completed');
  if (answered ?? connectedDial) return summarizeAnswered(progress, answered, connectedDial);

  const lastDial = dials.find((dial) => dial.last);
  if (lastDial) return { ...unansweredEnd(lastDial, progress), endedAt: callerEnd?.at ?? lastDial.at };
  if (callerEnd) {
    if (Object.values(progress.recordings ?? {}).some(({ kind }) => kind === 'voicemail')) {
      return { status: 'no-answer', outcome: 'no-answer', endedAt: callerEnd.at };
    }
    const end = callerEnd.failed ? ('failed' as const) : ('canceled' as const);
    return { status: end, outcome: end, errorCode: callerEnd.errorCode, endedAt: callerEnd.at };
  }
  return { status: progress.rang ? 'ringing' : 'initiated' };
}

/** Nobody saw the end: the call lasted at least until it was last known to be up. */
function summarizeLost(progress: CallProgress, { reason, at }: LossFacts): CallSummary {
  const leg = firstAnswered(progress);
  const answered = leg?.answeredAt !== undefined && {
    answeredBy: leg.to,
    answeredAt: leg.answeredAt,
    durationSeconds: Math.max(0, Math.round((at - leg.answeredAt) / 1000)),
  };
  return {
    status: 'failed',
    outcome: 'failed',
    reason,
    ...answered,
    endedAt: Math.max(at, leg?.answeredAt ?? at),
  };
}

function firstAnswered({ legs }: CallProgress): LegFacts | undefined {
  const answered = Object.values(legs).filter((leg) => leg.answeredAt !== undefined);
  return answered.sort((a, b) => (a.answeredAt ?? 0) - (b.answeredAt ?? 0))[0];
}

function summarizeAnswered(
  { callerEnd }: CallProgress,
  leg: LegFacts | undefined,
  dial: DialFacts | undefined,
): CallSummary {
  const party = { answeredBy: leg?.to, answeredAt: leg?.answeredAt };
  const endedAt = callerEnd?.at ?? dial?.at ?? leg?.endedAt;
  if (endedAt === undefined) return { status: 'in-progress', ...party };
  const failed = (callerEnd?.failed ?? false) || (leg?.failed ?? false);
  const end = failed ? ('failed' as const) : ('completed' as const);
  return {
    status: end,
    outcome: end,
    errorCode: failed ? (callerEnd?.errorCode ?? leg?.errorCode) : undefined,
    ...party,
    endedAt,
    durationSeconds: dial?.durationSeconds ?? leg?.durationSeconds ?? callerEnd?.durationSeconds,
  };
}

/** A call that was handed on goes on without the parties it began with. */
function summarizeControlled({ topology }: ControlledCall, leg: LegFacts | undefined): CallSummary {
  const party = { answeredBy: leg?.to, answeredAt: leg?.answeredAt };
  if (topology.kind !== 'over') return { status: 'in-progress', ...party };
  const { at } = topology;
  const durationSeconds = Math.max(0, Math.round((at - (leg?.answeredAt ?? at)) / 1000));
  return { status: 'completed', outcome: 'completed', ...party, endedAt: at, durationSeconds };
}

/** SIP 603 tells a declined call from a busy line; Twilio calls both `busy`. */
function unansweredEnd(dial: DialFacts, progress: CallProgress): CallSummary {
  const leg = dial.callSid === undefined ? undefined : progress.legs[dial.callSid];
  const errorCode = leg?.errorCode ?? progress.callerEnd?.errorCode;
  const declined = (leg?.sipCode ?? progress.callerEnd?.sipCode) === 603;
  if (declined && dial.result !== 'canceled') return { status: 'busy', outcome: 'declined', errorCode };
  if (dial.result === 'canceled' && progress.callerEnd?.failed) {
    return { status: 'failed', outcome: 'failed', errorCode: progress.callerEnd.errorCode };
  }
  return { status: dial.result, outcome: dial.result, errorCode };
}
