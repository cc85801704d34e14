/** The recordings of calls and conferences: begun, paused, ended, told of, and kept until they are removed. */
import type { Logger } from 'pino';
import type { RecordingCallback } from '../twiml/twiml-call.js';
import type { Clock } from './clock.js';
import type { LegId, MediaPort, PauseBehavior, RecordingSettings, RoomId, WebhookPort } from './ports.js';
import type { RecordingFiles, RecordingRecord, RecordingSource } from './recording-record.js';
import { newSid, type RandomBytes } from './sids.js';

/** How often the space on the disk is looked at while something is recorded. */
const WATCH_MS = 5000;
/** Media connection failed: the recording ends before its call would have ended it. */
const CUT = 53_405;
/** The recording could not be written. */
const UNWRITABLE = 16_104;

/** A recording to be begun. */
export interface RecordingOrder {
  accountSid: string;
  callSid: string;
  conferenceSid?: string;
  source: RecordingSource;
  of: { kind: 'leg'; legId: LegId } | { kind: 'room'; roomId: RoomId };
  settings: RecordingSettings;
  callback: RecordingCallback | undefined;
  /** Ends the recording. */
  signal: AbortSignal;
  /** See `quietMs` of the settings. */
  onQuiet?: () => void;
}

interface Live {
  record: RecordingRecord;
  order: RecordingOrder;
  /** Ends it. */
  stop: () => void;
  /** Resolves when there is something to be ended; rejects when it cannot be made. */
  begun: Promise<void>;
  /** Set once the end has begun. */
  end: Promise<void> | undefined;
}

/** See the top of this file. */
export class Recordings {
  readonly #media: MediaPort;
  readonly #files: RecordingFiles;
  readonly #webhooks: WebhookPort;
  readonly #clock: Clock;
  readonly #randomBytes: RandomBytes;
  readonly #logger: Logger;
  readonly #publicUrl: string;
  /** Oldest first. */
  readonly #records = new Map<string, RecordingRecord>();
  readonly #live = new Map<string, Live>();
  /** Those of which the files do not say what has become of them, by SID. */
  readonly #unsaved = new Set<string>();
  readonly #watch: NodeJS.Timeout;
  #stopTidying = (): void => undefined;

  constructor(options: {
    media: MediaPort;
    files: RecordingFiles;
    /** Those of a former process. */
    records: readonly RecordingRecord[];
    webhooks: WebhookPort;
    clock: Clock;
    randomBytes: RandomBytes;
    logger: Logger;
    /** Where the REST API is reached, for `RecordingUrl`. */
    publicUrl: string;
  }) {
    this.#media = options.media;
    this.#files = options.files;
    this.#webhooks = options.webhooks;
    this.#clock = options.clock;
    this.#randomBytes = options.randomBytes;
    this.#logger = options.logger;
    this.#publicUrl = options.publicUrl;
    for (const record of options.records) this.#records.set(record.sid, record);
    this.#media.on('recordingQuiet', (sid) => this.#live.get(sid)?.order.onQuiet?.());
    this.#media.on('recordingFailed', (sid) => void this.#end(sid, UNWRITABLE));
    this.#watch = setInterval(() => {
      this.#saveAgain();
      void this.#watchSpace();
    }, WATCH_MS);
    this.#watch.unref();
  }

  /** Ends what a former process was recording when it ended: it is cut there. Begins to remove what is old. */
  async takeOver(): Promise<void> {
    for (const record of this.#records.values()) {
      if (record.status !== 'in-progress' && record.status !== 'paused') continue;
      // oxlint-disable-next-line no-await-in-loop -- there are few
      const durationMs = await this.#mend(record);
      this.#settle(record, { durationMs, errorCode: CUT });
    }
    this.#stopTidying = this.#files.keepTidy(this);
  }

  /** Begins a recording; when it cannot be made it has failed, and the call goes on. */
  async start(order: RecordingOrder): Promise<RecordingRecord> {
    const now = this.#clock.now().toISOString();
    const record: RecordingRecord = {
      sid: newSid('RE', this.#randomBytes),
      accountSid: order.accountSid,
      callSid: order.callSid,
      conferenceSid: order.conferenceSid ?? null,
      source: order.source,
      channels: order.settings.channels,
      track: order.settings.track,
      status: 'in-progress',
      startTime: now,
      updatedAt: now,
      durationSeconds: null,
      errorCode: null,
      callback: order.callback ? { ...order.callback, events: [...order.callback.events] } : null,
    };
    const { sid } = record;
    this.#records.set(sid, record);
    const stop = (): void => void this.stop(sid);
    const begun = this.#begin(record, order);
    this.#live.set(sid, { record, order, stop, begun, end: undefined });
    try {
      await begun;
    } catch (error) {
      this.#live.delete(sid);
      // The file may have been made, and the media host lost before it could say so.
      await this.#mend(record);
      if (order.signal.aborted) {
        this.#update(record, { status: 'absent', durationSeconds: 0 });
      } else {
        this.#logger.error({ err: error, recordingSid: sid }, 'a recording could not be begun');
        this.#update(record, { status: 'failed', errorCode: UNWRITABLE });
      }
      this.#tell(record);
      return record;
    }
    this.#tell(record);
    order.signal.addEventListener('abort', stop, { once: true });
    if (order.signal.aborted) stop();
    return record;
  }

  async #begin(record: RecordingRecord, { of: source, settings }: RecordingOrder): Promise<void> {
    const { sid } = record;
    if (!(await this.#files.hasRoom())) throw new Error('no space is left for recordings');
    // Before there is any sound, so that there never is sound of which nothing is known.
    this.#files.save(record);
    const path = this.#files.path(sid);
    await this.#media.startRecording({ recordingId: sid, source, path, settings });
  }

  /** Every recording of an account, the newest first. */
  list(accountSid: string): RecordingRecord[] {
    return [...this.#records.values()].filter((record) => record.accountSid === accountSid).toReversed();
  }

  get(accountSid: string, sid: string): RecordingRecord | undefined {
    const record = this.#records.get(sid);
    return record?.accountSid === accountSid ? record : undefined;
  }

  /** Where the REST API has it. */
  urlOf({ accountSid, sid }: RecordingRecord): string {
    return `${this.#publicUrl}/2010-04-01/Accounts/${accountSid}/Recordings/${sid}`;
  }

  /** The WAV file. */
  pathOf({ sid }: RecordingRecord): string {
    return this.#files.path(sid);
  }

  /** False when the recording does not go on. */
  async pause(sid: string, behavior: PauseBehavior): Promise<boolean> {
    const live = this.#live.get(sid);
    if (live === undefined || live.end) return false;
    await this.#media.pauseRecording(sid, behavior);
    this.#update(live.record, { status: 'paused' });
    return true;
  }

  /** False when the recording does not pause. */
  async resume(sid: string): Promise<boolean> {
    const live = this.#live.get(sid);
    if (live?.record.status !== 'paused' || live.end) return false;
    await this.#media.resumeRecording(sid);
    this.#update(live.record, { status: 'in-progress' });
    return true;
  }

  /** Ends the recording, if it goes on; its file is whole when this resolves. */
  async stop(sid: string): Promise<void> {
    await this.#end(sid);
  }

  /** Removes a recording; one that goes on is ended first. */
  async remove(sid: string): Promise<void> {
    await this.stop(sid);
    this.#records.delete(sid);
    this.#unsaved.delete(sid);
    await this.#files.remove(sid);
  }

  /** Removes what has ended and was begun before `oldest`. */
  removeBefore(oldest: Date): void {
    for (const { sid, startTime } of this.#records.values()) {
      if (new Date(startTime) >= oldest || this.#live.has(sid)) continue;
      this.remove(sid).catch((error: unknown) => {
        this.#logger.warn({ err: error, recordingSid: sid }, 'an old recording could not be removed');
      });
    }
  }

  /** Ends whatever is recorded. */
  async close(): Promise<void> {
    clearInterval(this.#watch);
    this.#stopTidying();
    await Promise.all([...this.#live.keys()].map((sid) => this.stop(sid)));
  }

  #end(sid: string, errorCode?: number): Promise<void> {
    const live = this.#live.get(sid);
    if (live === undefined) return Promise.resolve();
    live.end ??= this.#finish(live, errorCode);
    return live.end;
  }

  async #finish({ record, order, stop, begun }: Live, errorCode: number | undefined): Promise<void> {
    const { sid } = record;
    await begun.catch(() => undefined);
    if (!this.#live.has(sid)) return;
    order.signal.removeEventListener('abort', stop);
    try {
      const { durationMs } = await this.#media.stopRecording(sid);
      this.#settle(record, { durationMs, errorCode });
    } catch (error) {
      this.#logger.warn({ err: error, recordingSid: sid }, 'a recording was cut');
      this.#settle(record, { durationMs: await this.#mend(record), errorCode: errorCode ?? CUT });
    }
  }

  async #mend(record: RecordingRecord): Promise<number> {
    try {
      return await this.#files.mend(record);
    } catch (error) {
      this.#logger.error({ err: error, recordingSid: record.sid }, 'a recording cannot be made whole');
      return 0;
    }
  }

  /** It is over, and this is what there is of it. */
  #settle(record: RecordingRecord, outcome: { durationMs: number; errorCode: number | undefined }): void {
    const { durationMs, errorCode = null } = outcome;
    this.#live.delete(record.sid);
    const nothing = errorCode === UNWRITABLE ? 'failed' : 'absent';
    const status = durationMs === 0 ? nothing : 'completed';
    this.#update(record, { status, durationSeconds: Math.round(durationMs / 1000), errorCode });
    this.#tell(record);
  }

  #update(record: RecordingRecord, change: Partial<RecordingRecord>): void {
    const { sid } = record;
    Object.assign(record, change, { updatedAt: this.#clock.now().toISOString() });
    try {
      this.#files.save(record);
      this.#unsaved.delete(sid);
    } catch (error) {
      // A full disk is no reason to end anything but the recording.
      this.#logger.error({ err: error, recordingSid: sid }, 'what is known of a recording is not kept yet');
      this.#unsaved.add(sid);
    }
  }

  /** There may be space again. */
  #saveAgain(): void {
    for (const sid of this.#unsaved) {
      const record = this.#records.get(sid);
      try {
        if (record) this.#files.save(record);
        this.#unsaved.delete(sid);
      } catch {
        return;
      }
    }
  }

  #tell(record: RecordingRecord): void {
    const { accountSid, callSid, conferenceSid, errorCode, durationSeconds, callback } = record;
    const event = record.status === 'paused' ? 'in-progress' : record.status;
    // Twilio tells of a failure to whoever wants to hear of the end.
    if (callback?.events.includes(event === 'failed' ? 'completed' : event) !== true) return;
    const parameters = {
      AccountSid: accountSid,
      CallSid: callSid,
      ...(conferenceSid === null ? {} : { ConferenceSid: conferenceSid }),
      RecordingSid: record.sid,
      RecordingUrl: this.urlOf(record),
      RecordingStatus: record.status,
      RecordingDuration: String(durationSeconds ?? -1),
      RecordingChannels: String(record.channels),
      RecordingTrack: record.track,
      RecordingStartTime: new Date(record.startTime).toUTCString().replace('GMT', '+0000'),
      RecordingSource: record.source,
      ErrorCode: String(errorCode ?? 0),
    };
    const { url, method } = callback;
    this.#webhooks.notify(record.sid, { url, method, parameters, accountSid });
  }

  /** The disk may fill up while calls are recorded; the calls go on. */
  async #watchSpace(): Promise<void> {
    if (this.#live.size === 0 || (await this.#files.hasRoom().catch(() => false))) return;
    this.#logger.error('no space is left for recordings; those that go on are ended');
    for (const sid of this.#live.keys()) void this.#end(sid, UNWRITABLE);
  }
}
