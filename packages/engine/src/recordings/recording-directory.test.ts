import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WebhookRequest } from '../calls/ports.js';
import type { RecordingRecord } from '../calls/recording-record.js';
import { type RecordingOrder, Recordings } from '../calls/recordings.js';
import { SilentMedia } from '../testing/silent-media.js';
import { RecordingDirectory } from './recording-directory.js';

const RECORD: RecordingRecord = {
  sid: `RE${'1'.repeat(32)}`,
  accountSid: `AC${'2'.repeat(32)}`,
  callSid: `CA${'3'.repeat(32)}`,
  conferenceSid: null,
  source: 'DialVerb',
  channels: 2,
  track: 'both',
  status: 'in-progress',
  startTime: '2026-01-02T03:04:05.000Z',
  updatedAt: '2026-01-02T03:04:05.000Z',
  durationSeconds: null,
  errorCode: null,
  callback: { url: 'https://app.example/recorded', method: 'POST', events: ['completed', 'absent'] },
};
const UNKNOWN = `RE${'9'.repeat(32)}`;

let directory: string;
let files: RecordingDirectory;
let told: WebhookRequest[];
let closers: Recordings[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'recording-directory-'));
  files = openFiles();
  told = [];
  closers = [];
});
afterEach(async () => {
  await Promise.all(closers.map((recordings) => recordings.close()));
  rmSync(directory, { recursive: true });
});

function openFiles(): RecordingDirectory {
  const limits = { maxMegabytes: 1, minFreeMegabytes: 0, keepDays: 36_500 };
  return new RecordingDirectory({
    directory,
    limits,
    now: () => new Date(),
    logger: pino({ level: 'silent' }),
  });
}

/** The recordings of an engine that comes after the one before. */
async function nextEngine(media = new SilentMedia()): Promise<Recordings> {
  const next = openFiles();
  let sids = 0;
  const recordings = new Recordings({
    media,
    files: next,
    records: next.load(),
    webhooks: {
      notify: (_key, request) => void told.push(request),
      leaveLastWord: () => undefined,
      fetchDocument: () => Promise.reject(new Error('nobody asks')),
    },
    clock: { now: () => new Date(), monotonicMs: () => performance.now() },
    randomBytes: (size) => Buffer.alloc(size, (sids += 1)),
    logger: pino({ level: 'silent' }),
    publicUrl: 'https://voice.example',
  });
  closers.push(recordings);
  await recordings.takeOver();
  return recordings;
}

/** A recording is asked for of a leg, with its end. */
function order(): { order: RecordingOrder; end: () => void } {
  const { accountSid, callSid, source, callback } = RECORD;
  const over = new AbortController();
  return {
    order: {
      accountSid,
      callSid,
      source,
      of: { kind: 'leg', legId: 'leg' },
      settings: { channels: 1, track: 'both', trim: false, quietMs: undefined },
      callback: callback ? { ...callback, events: new Set(callback.events) } : undefined,
      signal: over.signal,
    },
    end: () => over.abort(),
  };
}

/** What the next engine finds. */
function outcomes(recordings: Recordings): unknown[] {
  return recordings
    .list(RECORD.accountSid)
    .map(({ sid, status, durationSeconds, errorCode }) => [sid, status, durationSeconds, errorCode]);
}

/** A file whose header is right, with so many bytes of sound. */
function writeSound(path: string, bytes: number, inHeader = bytes): void {
  const file = Buffer.alloc(44 + bytes, 7);
  file.writeUInt32LE(36 + inHeader, 4);
  file.writeUInt32LE(inHeader, 40);
  writeFileSync(path, file);
}

describe('what an engine was recording when it was killed', () => {
  it('is marked as cut, made whole, and told of', async () => {
    const paused = { ...RECORD, sid: `RE${'4'.repeat(32)}`, status: 'paused' as const };
    for (const record of [RECORD, paused]) files.save(record);
    // The last half second came into the file, its length did not, and the last sample is not whole.
    writeSound(files.path(RECORD.sid), 3 * 32_000 + 3, 3 * 32_000 - 16_000);
    writeSound(files.path(paused.sid), 0);
    const recordings = await nextEngine();
    expect(outcomes(recordings)).toEqual([
      [paused.sid, 'absent', 0, 53405],
      [RECORD.sid, 'completed', 3, 53405],
    ]);
    const sound = readFileSync(files.path(RECORD.sid));
    expect([sound.length, sound.readUInt32LE(4), sound.readUInt32LE(40)]).toEqual([96_044, 96_036, 96_000]);
    expect(existsSync(files.path(paused.sid))).toBe(false);
    expect(told.map(({ parameters }) => parameters)).toMatchObject([
      { RecordingSid: RECORD.sid, RecordingStatus: 'completed', RecordingDuration: '3', ErrorCode: '53405' },
      { RecordingSid: paused.sid, RecordingStatus: 'absent', ErrorCode: '53405' },
    ]);
    await nextEngine();
    expect(told).toHaveLength(2);
  });

  it('is known before there is sound of it', async () => {
    const media = new SilentMedia();
    let found: unknown;
    media.startRecording = async () => {
      found = openFiles().load();
      await Promise.resolve();
    };
    await (await nextEngine(media)).start(order().order);
    expect(found).toMatchObject([{ status: 'in-progress', callback: RECORD.callback }]);
  });
});

describe('the directory', () => {
  it('is rid of sound of which nothing is known, and of what was cut while it was written', async () => {
    files.save({ ...RECORD, status: 'completed', durationSeconds: 1 });
    writeSound(files.path(RECORD.sid), 32_000);
    writeSound(files.path(UNKNOWN), 32_000);
    const cut = `RE${'5'.repeat(32)}`;
    writeFileSync(join(directory, `${cut}.json`), '{"sid":');
    writeSound(files.path(cut), 32_000);
    writeFileSync(join(directory, `${cut}.json.new`), '{');
    writeFileSync(join(directory, 'notes.wav'), 'not ours');
    const recordings = await nextEngine();
    expect(outcomes(recordings)).toEqual([[RECORD.sid, 'completed', 1, null]]);
    expect(readdirSync(directory).toSorted()).toEqual([
      `${RECORD.sid}.json`,
      `${RECORD.sid}.wav`,
      'notes.wav',
    ]);
    expect(told).toEqual([]);
  });

  it('keeps the sound of a record that it cannot read', () => {
    writeFileSync(join(directory, `${UNKNOWN}.json`), '{"sid":"of a version to come"}');
    writeSound(files.path(UNKNOWN), 32_000);
    expect(files.load()).toEqual([]);
    expect(readdirSync(directory)).toHaveLength(2);
  });

  it('keeps what is known of a recording as soon as there is space again', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const media = new SilentMedia();
    media.stopRecording = () => Promise.resolve({ durationMs: 2000 });
    const recordings = await nextEngine(media);
    const { order: asked, end } = order();
    const { sid } = await recordings.start(asked);
    // Stands where the file would be written first.
    const obstacle = join(directory, `${sid}.json.new`);
    mkdirSync(obstacle);
    end();
    await expect.poll(() => told).toHaveLength(1);
    expect(recordings.get(RECORD.accountSid, sid)?.status).toBe('completed');
    expect(JSON.parse(readFileSync(join(directory, `${sid}.json`), 'utf8'))).toMatchObject({
      status: 'in-progress',
    });
    rmdirSync(obstacle);
    vi.advanceTimersByTime(5000);
    vi.useRealTimers();
    expect(outcomes(await nextEngine())).toEqual([[sid, 'completed', 2, null]]);
  });

  it('has no sound of a recording whose record cannot be written', async () => {
    const media = new SilentMedia();
    const begun = vi.spyOn(media, 'startRecording');
    mkdirSync(join(directory, `RE${'01'.repeat(16)}.json.new`));
    const { status, errorCode } = await (await nextEngine(media)).start(order().order);
    expect([status, errorCode]).toEqual(['failed', 16_104]);
    expect(begun).not.toHaveBeenCalled();
  });
});
