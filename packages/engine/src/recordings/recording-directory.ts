/** Recordings on this machine's disk: a WAV file each, and beside it what is known of it. */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { open, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { RecordingFiles, RecordingRecord } from '../calls/recording-record.js';

const HEADER_BYTES = 44;
/** Where the header says how long the file is, and how long its sound is, and what the former counts besides. */
const FILE_SIZE_AT = 4;
const SOUND_SIZE_AT = 40;
const FILE_SIZE_BESIDES = HEADER_BYTES - 8;
const SAMPLE_BYTES = 2;
const SAMPLES_PER_MS = 8;
const DAY_MS = 24 * 60 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;
/** What is known of a recording, under its SID; the sound; and what was being written. */
const RECORD = '.json';
const SOUND = '.wav';
const UNFINISHED = '.json.new';

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
  callback: z
    .object({ url: z.string(), method: z.enum(['GET', 'POST']), events: z.array(z.string()) })
    .nullable()
    // What was written before callbacks were kept.
    .default(null),
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
  readonly #logger: Logger;

  /** Makes the directory when there is none. */
  constructor(options: { directory: string; limits: RecordingLimits; now: () => Date; logger: Logger }) {
    mkdirSync(options.directory, { recursive: true, mode: 0o700 });
    this.directory = realpathSync(options.directory);
    this.#limits = options.limits;
    this.#now = options.now;
    this.#logger = options.logger;
  }

  /** What a former process has left, oldest first. Sound of which nothing is known is removed. */
  load(): RecordingRecord[] {
    const names = readdirSync(this.directory);
    for (const name of names) if (name.endsWith(UNFINISHED)) this.#removeNow(name);
    const records = names
      .filter((name) => name.endsWith(RECORD))
      .flatMap((name) => this.#read(name.slice(0, -RECORD.length)) ?? []);
    const kept = new Set(readdirSync(this.directory));
    for (const name of kept) {
      const sid = name.slice(0, -SOUND.length);
      if (!name.endsWith(SOUND) || !Sid.safeParse(sid).success || kept.has(sid + RECORD)) continue;
      this.#removeNow(name);
      this.#logger.warn(
        { recordingSid: sid },
        'the sound of a recording of which nothing is known is removed',
      );
    }
    return records.sort((a, b) => a.startTime.localeCompare(b.startTime));
  }

  keepTidy(recordings: { removeBefore(oldest: Date): void }): () => void {
    const tidy = (): void =>
      recordings.removeBefore(new Date(this.#now().getTime() - this.#limits.keepDays * DAY_MS));
    tidy();
    const timer = setInterval(tidy, HOUR_MS);
    timer.unref();
    return () => clearInterval(timer);
  }

  path(sid: string): string {
    return join(this.directory, Sid.parse(sid) + SOUND);
  }

  async hasRoom(): Promise<boolean> {
    const { maxMegabytes, minFreeMegabytes } = this.#limits;
    const { bavail, bsize } = await statfs(this.directory);
    if (bavail * bsize < minFreeMegabytes * 1_000_000) return false;
    const names = (await readdir(this.directory)).filter((name) => name.endsWith(SOUND));
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

  /** Samples that are not whole are left out, and the header says how many there are. */
  async mend({ sid, channels }: RecordingRecord): Promise<number> {
    const path = this.path(sid);
    const file = await open(path, 'r+').catch(() => undefined);
    if (file === undefined) return 0;
    const frameBytes = SAMPLE_BYTES * channels;
    try {
      const frames = Math.floor(((await file.stat()).size - HEADER_BYTES) / frameBytes);
      if (frames > 0) {
        const bytes = frames * frameBytes;
        await file.truncate(HEADER_BYTES + bytes);
        await file.write(uint32(FILE_SIZE_BESIDES + bytes), 0, 4, FILE_SIZE_AT);
        await file.write(uint32(bytes), 0, 4, SOUND_SIZE_AT);
        return Math.floor(frames / SAMPLES_PER_MS);
      }
    } finally {
      await file.close();
    }
    await rm(path, { force: true });
    return 0;
  }

  save(record: RecordingRecord): void {
    const { sid } = record;
    const unfinished = join(this.directory, sid + UNFINISHED);
    try {
      writeFileSync(unfinished, JSON.stringify(record), { mode: 0o600 });
      renameSync(unfinished, join(this.directory, sid + RECORD));
    } catch (error) {
      this.#removeNow(sid + UNFINISHED);
      throw error;
    }
  }

  async remove(sid: string): Promise<void> {
    // The sound is the last to go: whatever comes between, it goes when there is no record of it.
    await rm(join(this.directory, sid + RECORD), { force: true });
    await rm(this.path(sid), { force: true });
  }

  #removeNow(name: string): void {
    try {
      rmSync(join(this.directory, name), { force: true });
    } catch (error) {
      this.#logger.warn({ err: error, file: name }, 'a file could not be removed from the recordings');
    }
  }

  /** Undefined for a file that is none of ours. One that was cut while it was written is removed. */
  #read(sid: string): RecordingRecord | undefined {
    const name = sid + RECORD;
    try {
      return StoredRecord.parse(JSON.parse(readFileSync(join(this.directory, name), 'utf8')));
    } catch (error) {
      if (error instanceof SyntaxError && Sid.safeParse(sid).success) this.#removeNow(name);
      this.#logger.warn({ err: error, file: name }, 'what is known of a recording cannot be read');
      return undefined;
    }
  }
}

/** As a WAV header has it. */
function uint32(bytes: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(bytes);
  return buffer;
}
