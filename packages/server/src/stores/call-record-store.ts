import type { CallRecord } from '@offhook/contract';
import { type CallProgress, summarize } from '../call-flow/call-record-state.js';

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
}

/** Keeps call records. */
export interface CallRecordStore {
  /** Stores a new call; one that is already stored stays as it is. */
  create(call: StoredCall): Promise<void>;
  find(sid: string): Promise<StoredCall | undefined>;
  /** The newest call that this identity placed. */
  findLatestBy(callerIdentity: string): Promise<StoredCall | undefined>;
  /** Newest first. */
  list(page: { limit: number }): Promise<StoredCall[]>;
  /** Changes the progress atomically: no other change comes between. Undefined when there is no such call. */
  update(sid: string, change: (progress: CallProgress) => CallProgress): Promise<StoredCall | undefined>;
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
  });
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as Defined<T>;
}
