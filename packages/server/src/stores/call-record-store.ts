import type {
  CallNote,
  CallQuality,
  CallRecord,
  CallRecording,
  CallStatus,
  Rating,
  VisitorContext,
} from '@offhook/contract';
import {
  type CallEvent,
  type CallProgress,
  isOver,
  type RecordingFacts,
  summarize,
  transition,
} from '../call-flow/call-record-state.js';
import { toCallControl } from '../call-control/control-view.js';
import { renameParties } from '../call-control/control-state.js';
import { pageOf } from '../call-flow/visitor-parameters.js';

/** A call as it is stored: how it began, and everything reported since. */
export interface StoredCall {
  /** SID of the caller's leg. */
  sid: string;
  direction: CallRecord['direction'];
  /** Identity of a browser that placed the call; undefined when a phone number did. */
  callerIdentity: string | undefined;
  from: string;
  to: string;
  /** The destination first asked for. */
  destination: string | undefined;
  /** Custom parameters for the browsers that ring. */
  parameters: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  startedAt: number;
  progress: CallProgress;
  /** Why the destination first asked for was passed over. */
  diverted?: CallRecord['diverted'];
  /** What the site's server said about the visitor. */
  visitor?: VisitorContext;
  /** The callback request that this call answers. */
  callbackRequest?: string;
  /** When somebody was last erased from it, in milliseconds since the epoch. */
  erasedUntil?: number;
}

/** One thing to be stored. Storing it again, or later than what came after it, changes nothing more. */
export type CallWrite =
  | { kind: 'begin'; call: StoredCall }
  /** With a `key`, what was stored under this key before is not stored again. */
  | { kind: 'report'; sid: string; event: CallEvent; key?: string | undefined };

/** Which calls to list; what is left out narrows nothing. */
export interface CallSelection {
  status?: CallStatus | undefined;
  direction?: CallRecord['direction'] | undefined;
  destination?: string | undefined;
  /** Text within `from` or `to`, in any case. */
  from?: string | undefined;
  to?: string | undefined;
  /** Milliseconds since the epoch: `since` is included, `until` is not. */
  since?: number | undefined;
  until?: number | undefined;
  /** Somebody who placed, answered or was rung by the call, such as `client:alice`. */
  party?: string | undefined;
  /** Text within the name or number of anybody who took part, in any case. */
  search?: string | undefined;
  /** Only calls with a recording, or with a message for one of these destinations. */
  recording?: { voicemailOf?: readonly string[] } | undefined;
  /** Only calls that come after this one in the list. */
  after?: { startedAt: number; sid: string } | undefined;
  limit: number;
}

/** Keeps call records. */
export interface CallRecordStore {
  /** Stores a new call; one that is already stored stays as it is. */
  create(call: StoredCall): Promise<void>;
  /**
   * Adds a report to a call, atomically. Undefined when there is no such call. A report whose `key` was seen
   * before changes nothing.
   */
  report(sid: string, event: CallEvent, key?: string): Promise<StoredCall | undefined>;
  find(sid: string): Promise<StoredCall | undefined>;
  /** The call of a recording. */
  findByRecording(recordingSid: string): Promise<StoredCall | undefined>;
  /** The newest call that this identity placed. */
  findLatestBy(callerIdentity: string): Promise<StoredCall | undefined>;
  /** Newest first; calls of the same moment by falling SID. */
  list(selection: CallSelection): Promise<StoredCall[]>;
  /**
   * SIDs of calls without an end that began before this time (ms since the epoch): this server's, or those of every
   * server that shares the database.
   */
  listOpen(options: OpenCallSelection): Promise<string[]>;
  /**
   * Puts `replacement` wherever a party's name or number stands, and drops the parameters of its calls. What is written
   * later of calls that began until this time (ms since the epoch) says nothing of the party either.
   */
  erase(party: string, replacement: string, until: number): Promise<number>;
  /** Deletes calls that began before this time (ms since the epoch); returns how many. */
  deleteStartedBefore(time: number): Promise<number>;
}

/** Which calls `listOpen` lists. */
export interface OpenCallSelection {
  startedBefore: number;
  ofAnyServer?: boolean;
}

/** Everybody who took part: the two ends, whoever was rung, and the visitor as the site knows it. */
export function partiesOf(call: StoredCall): string[] {
  const { legs, control } = call.progress;
  const rung = Object.values(legs).flatMap(({ to }) => (to === undefined ? [] : [to]));
  const controlled = Object.values(control?.parties ?? {}).map(({ party }) => party);
  const known = [...rung, ...controlled, subjectOf(call) ?? ''].filter((party) => party !== '');
  return [...new Set([call.from, call.to, ...known])];
}

/** The party that `agent` has to do with in a call: a visitor as its site knows it, if the site said so. */
export function personOf(call: StoredCall, agent: string): string {
  return subjectOf(call) ?? (call.from === partyNamed(agent) ? call.to : call.from);
}

/** A visitor's name with its site outlives the visitor's sessions. */
function subjectOf({ visitor }: StoredCall): string | undefined {
  return visitor?.verified && visitor.subject !== undefined ? `subject:${visitor.subject}` : undefined;
}

/** The party's spelling in records: identities are clients; numbers and addresses stand as they are. */
export function partyNamed(party: string): string {
  return /^\+|:/.test(party) ? party : `client:${party}`;
}

/** That a party was erased, from calls that began until this time. */
export interface Erasure {
  party: string;
  replacement: string;
  until: number;
}

/** The call without what was erased. */
export function withoutErased(call: StoredCall, erasures: readonly Erasure[]): StoredCall {
  return erasures.filter(({ until }) => call.startedAt <= until).reduce(withoutParty, call);
}

/** The call without anything that leads to the erased party. */
export function withoutParty(call: StoredCall, { party, replacement, until }: Erasure): StoredCall {
  const hide = (text: string) => (text === party ? replacement : text);
  const legs = Object.entries(call.progress.legs).map(([sid, leg]) => [
    sid,
    leg.to === undefined ? leg : { ...leg, to: hide(leg.to) },
  ]);
  const { visitor: _, callbackRequest: __, ...rest } = call;
  // Nobody knows whom the notes speak of.
  const { notes: ___, control, ...progress } = call.progress;
  return {
    ...rest,
    from: hide(call.from),
    to: hide(call.to),
    callerIdentity: call.from === party ? undefined : call.callerIdentity,
    parameters: {},
    erasedUntil: Math.max(until, call.erasedUntil ?? until),
    progress: {
      ...progress,
      legs: Object.fromEntries(legs),
      ...(control !== undefined && { control: renameParties(control, hide) }),
    },
  };
}

/** The call after a report. A note from before an erasure may speak of whoever was erased, and is left out. */
export function afterReport(call: StoredCall, event: CallEvent): StoredCall {
  if (event.type === 'noted' && call.erasedUntil !== undefined && event.note.at <= call.erasedUntil)
    return call;
  return { ...call, progress: transition(call.progress, event) };
}

/** Whether the selection takes this call in; for stores that look at calls one by one. */
export function isSelected(call: StoredCall, selection: CallSelection): boolean {
  const { status, direction, destination, from, to, since, until, party, search, recording, after } =
    selection;
  const contains = (text: string, part: string | undefined) =>
    part === undefined || text.toLowerCase().includes(part.toLowerCase());
  return (
    (status === undefined || summarize(call.progress).status === status) &&
    (direction === undefined || call.direction === direction) &&
    (destination === undefined || call.destination === destination) &&
    contains(call.from, from) &&
    contains(call.to, to) &&
    (since === undefined || call.startedAt >= since) &&
    (until === undefined || call.startedAt < until) &&
    (party === undefined || partiesOf(call).includes(party)) &&
    (search === undefined || partiesOf(call).some((name) => contains(name, search))) &&
    (recording === undefined || hasRecording(call, recording)) &&
    (after === undefined || compareNewestFirst(after, call) < 0)
  );
}

function hasRecording(
  { progress }: StoredCall,
  { voicemailOf }: { voicemailOf?: readonly string[] },
): boolean {
  return Object.values(progress.recordings ?? {}).some(
    ({ destination }) =>
      voicemailOf === undefined || (destination !== undefined && voicemailOf.includes(destination)),
  );
}

/** Whether the party is in this call, which goes on, and has answered if it was rung. */
export function isInCall({ from, progress }: StoredCall, party: string): boolean {
  const { callerEnd, control, legs, queue } = progress;
  if (control !== undefined) {
    return Object.values(control.parties).some((one) => one.party === party && one.state !== 'gone');
  }
  if (callerEnd !== undefined) return false;
  // Who took a caller from a queue has a call of their own, in which more is known of them.
  if (queue?.state === 'taken' && !queue.isRung) return from === party;
  const isThere = Object.values(legs).some(
    ({ to, answeredAt, endedAt }) => to === party && answeredAt !== undefined && endedAt === undefined,
  );
  return isThere || from === party;
}

/** The order of lists. */
export function compareNewestFirst(
  a: { startedAt: number; sid: string },
  b: { startedAt: number; sid: string },
): number {
  if (a.startedAt !== b.startedAt) return b.startedAt - a.startedAt;
  return a.sid < b.sid ? 1 : a.sid > b.sid ? -1 : 0;
}

/** Whether the record has its final state. */
export function isFinished(call: StoredCall): boolean {
  return isOver(call.progress);
}

/** The call as the API shows it. */
export function toCallRecord(call: StoredCall): CallRecord {
  const { answeredAt, endedAt, ...summary } = summarize(call.progress);
  return withoutUndefined({
    sid: call.sid,
    direction: call.direction,
    from: call.from,
    to: call.to,
    destination: call.destination,
    ...summary,
    startedAt: isoTime(call.startedAt),
    answeredAt: answeredAt === undefined ? undefined : isoTime(answeredAt),
    endedAt: endedAt === undefined ? undefined : isoTime(endedAt),
    quality: rounded(call.progress.quality),
    diverted: call.diverted,
    page: pageOf(call.parameters),
    visitor: call.visitor,
    rating: ratingOf(call.progress),
    callbackRequest: call.callbackRequest,
    notes: notesOf(call.progress),
    control: call.progress.control && toCallControl(call.progress.control, call.progress.recordings),
    recordings: recordingsOf(call.progress),
  });
}

function notesOf({ notes = {} }: CallProgress): CallNote[] | undefined {
  const written = Object.entries(notes).filter(([, { text }]) => text !== '');
  return written.length === 0
    ? undefined
    : written.map(([by, { text, at }]) => ({ by, text, at: isoTime(at) }));
}

function recordingsOf({ recordings }: CallProgress): CallRecording[] | undefined {
  if (recordings === undefined) return undefined;
  return Object.entries(recordings).map(([sid, facts]) => toRecording(sid, facts));
}

/** A recording as the API shows it. */
export function toRecording(sid: string, facts: RecordingFacts): CallRecording {
  const { kind, status, startedAt, durationSeconds } = facts;
  return withoutUndefined({ sid, kind, status, startedAt: isoTime(startedAt), durationSeconds });
}

function ratingOf({ rating }: CallProgress): Rating | undefined {
  if (rating === undefined) return undefined;
  const { score, issue } = rating;
  return issue === undefined ? { score } : { score, issue };
}

function rounded(quality: CallQuality | undefined): CallQuality | undefined {
  if (quality === undefined) return undefined;
  const round = (value: number | undefined) =>
    value === undefined ? undefined : Math.round(value * 100) / 100;
  return withoutUndefined({
    jitterMs: round(quality.jitterMs),
    packetLossPercent: round(quality.packetLossPercent),
    roundTripMs: round(quality.roundTripMs),
  });
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as Defined<T>;
}
