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
  /** 53405: the media host was lost and the recording is cut there. */
  errorCode: number | null;
}

/** Where recordings lie. */
export interface RecordingFiles {
  /** The file that the media host writes. */
  path(sid: string): string;
  /** Whether there is space for more, on the disk and in the quota. */
  hasRoom(): Promise<boolean>;
  /** Milliseconds of sound in the file; 0 when there is none. */
  lengthMs(sid: string): Promise<number>;
  /** Has removed what is older than is kept, now and every hour; returns what ends that. */
  keepTidy(recordings: { removeBefore(oldest: Date): void }): () => void;
  save(record: RecordingRecord): void;
  /** Removes the sound and what is known of it. */
  remove(sid: string): Promise<void>;
}
