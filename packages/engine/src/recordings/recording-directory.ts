/** Recordings on this machine's disk: a WAV file each, and beside it what is known of it. */
import { mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { RecordingFiles, RecordingRecord } from '../calls/recording-record.js';

const HEADER_BYTES = 44;
const BYTES_PER_MS = 16;
const DAY_MS = 24 * 60 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;
/** See `RecordingRecord`. */
const CUT = 53405;

const Sid = z.string().regex(/^RE[0-9a-f]{32}$/);
const StoredRecord = z.object({
  sid: Sid,
  accountSid: z.string(),
  callSid: z.string(),
  conferenceSid: z.string().nullable(),
  source: z.enum(['RecordVerb', 'DialVerb', 'StartCallRecordingAPI', 'OutboundAPI', 'Conference']),
  channels: z.literal(1).or(z.literal(2)),
  track: z.enum(['both', 'inbound', 'outbound']),
  status: z.enum(['in-progress', 'paused', 'completed', 'absent', 'failed']),
  startTime: z.string(),
  updatedAt: z.string(),
  durationSeconds: z.number().nullable(),
  errorCode: z.number().nullable(),
});

/** How much may be kept, and for how long. */
export interface RecordingLimits {
  maxMegabytes: number;
  /** Left free on the disk for everything else. */
  minFreeMegabytes: number;
  keepDays: number;
}

/** See the top of this file. */
export class RecordingDirectory implements RecordingFiles {
  /** Absolute, without links. */
  readonly directory: string;
  readonly #limits: RecordingLimits;
  readonly #now: () => Date;

  /** Makes the directory when there is none. */
  constructor(options: { directory: string; limits: RecordingLimits; now: () => Date }) {
    mkdirSync(options.directory, { recursive: true, mode: 0o700 });
    this.directory = realpathSync(options.directory);
    this.#limits = options.limits;
    this.#now = options.now;
  }

  /** What a former process has left, oldest first; what it was recording when it ended is cut there. */
  async load(): Promise<RecordingRecord[]> {
    const records = readdirSync(this.directory)
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => this.#read(name) ?? []);
    for (const record of records) {
      if (record.status !== 'in-progress' && record.status !== 'paused') continue;
      // oxlint-disable-next-line no-await-in-loop -- there are few
      const durationMs = await this.lengthMs(record.sid);
      record.status = durationMs === 0 ? 'absent' : 'completed';
      record.durationSeconds = Math.round(durationMs / 1000);
      record.errorCode = CUT;
      this.save(record);
    }
    return records.sort((a, b) => a.startTime.localeCompare(b.startTime));
  }

  /** Removes what is older than is kept, now and every hour; returns what ends that. */
  keepTidy(recordings: { removeBefore(oldest: Date): void }): () => void {
    const tidy = (): void =>
      recordings.removeBefore(new Date(this.#now().getTime() - this.#limits.keepDays * DAY_MS));
    tidy();
    const timer = setInterval(tidy, HOUR_MS);
    timer.unref();
    return () => clearInterval(timer);
  }

  path(sid: string): string {
    return join(this.directory, `${Sid.parse(sid)}.wav`);
  }

  async hasRoom(): Promise<boolean> {
    const { maxMegabytes, minFreeMegabytes } = this.#limits;
    const { bavail, bsize } = await statfs(this.directory);
    if (bavail * bsize < minFreeMegabytes * 1_000_000) return false;
    const names = (await readdir(this.directory)).filter((name) => name.endsWith('.wav'));
    const sizes = await Promise.all(
      names.map((name) =>
        stat(join(this.directory, name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    return sizes.reduce((total, size) => total + size, 0) < maxMegabytes * 1_000_000;
  }

  async lengthMs(sid: string): Promise<number> {
    try {
      const { size } = await stat(this.path(sid));
      const channels = this.#read(`${sid}.json`)?.channels ?? 1;
      return Math.max(0, Math.floor((size - HEADER_BYTES) / (BYTES_PER_MS * channels)));
    } catch {
      return 0;
    }
  }

  save(record: RecordingRecord): void {
    const path = join(this.directory, `${record.sid}.json`);
    writeFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  async remove(sid: string): Promise<void> {
    await rm(this.path(sid), { force: true });
    await rm(join(this.directory, `${sid}.json`), { force: true });
  }

  /** Undefined for a file that is none of ours, or was cut while it was written. */
  #read(name: string): RecordingRecord | undefined {
    try {
      return StoredRecord.parse(JSON.parse(readFileSync(join(this.directory, name), 'utf8')));
    } catch {
      return undefined;
    }
  }
}
