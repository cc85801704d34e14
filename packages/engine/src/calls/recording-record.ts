import type { HttpMethod } from '../twiml/twiml-call.js';

/** What recorded a call, in Twilio's words. */
export type RecordingSource =
  | 'RecordVerb'
  | 'DialVerb'
  | 'StartCallRecordingAPI'
  | 'OutboundAPI'
  | 'Conference';

/** What is known of a recording. */
export interface RecordingRecord {
  sid: string;
  accountSid: string;
  callSid: string;
  conferenceSid: string | null;
  source: RecordingSource;
  channels: 1 | 2;
  track: 'both' | 'inbound' | 'outbound';
  status: 'in-progress' | 'paused' | 'completed' | 'absent' | 'failed';
  /** ISO 8601. */
  startTime: string;
  updatedAt: string;
  durationSeconds: number | null;
  /** 53405: the media host or the engine was lost; 16104: the file could not be written. It is cut there. */
  errorCode: number | null;
  /** Who is told, also by an engine that comes after this one. */
  callback: { url: string; method: HttpMethod; events: string[] } | null;
}

/** Where recordings lie. */
export interface RecordingFiles {
  /** The file that the media host writes. */
  path(sid: string): string;
  /** Whether there is space for more, on the disk and in the quota. */
  hasRoom(): Promise<boolean>;
  /**
   * Makes the file of a recording whole that was cut, and gives the milliseconds of sound in it. One without sound
   * is removed.
   */
  mend(record: RecordingRecord): Promise<number>;
  /** Has removed what is older than is kept, now and every hour; returns what ends that. */
  keepTidy(recordings: { removeBefore(oldest: Date): void }): () => void;
  /** @throws the system's error when it cannot be written, on a full disk for example. */
  save(record: RecordingRecord): void;
  /** Removes the sound and what is known of it. */
  remove(sid: string): Promise<void>;
}
