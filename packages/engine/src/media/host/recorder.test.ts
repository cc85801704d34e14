import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordingSettings } from '../../calls/ports.js';
import { levelDbov, toneLevelDbov } from '../../testing/goertzel.js';
import { encodePcmu } from './g711.js';
import { Recorder } from './recorder.js';
import { blankRtpHeader, RTP_HEADER_BYTES } from './rtp.js';

const BOTH: RecordingSettings = { channels: 2, track: 'both', trim: false, quietMs: undefined };

let directory: string;
let files = 0;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'recorder-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

async function start(settings: RecordingSettings, onQuiet = (): void => {}): Promise<[Recorder, string]> {
  const path = join(directory, `${(files += 1)}.wav`);
  const onFault = (fault: unknown): void => {
    throw new Error('the file cannot be written', { cause: fault });
  };
  const recorder = new Recorder({ settings, path, nowMs: 0, onQuiet, onFault });
  await recorder.open();
  return [recorder, path];
}

const SILENCE = new Int16Array(160);

/** 20 ms of a tone, or of silence. */
function frame(index: number, hz: number, amplitude: number): Int16Array {
  if (amplitude === 0) return SILENCE;
  return Int16Array.from({ length: 160 }, (_, i) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * (index * 160 + i)) / 8000)),
  );
}

/** A far end whose 20 ms last a little longer or shorter than ours. */
class FarEnd {
  readonly #recorder: Recorder;
  readonly #drift: number;
  readonly #delayMs: () => number;
  readonly #isLost: () => boolean;
  readonly #packet = Buffer.alloc(RTP_HEADER_BYTES + 160);
  #next = 0;

  constructor(recorder: Recorder, drift: number, delayMs: () => number, isLost = (): boolean => false) {
    this.#recorder = recorder;
    this.#drift = drift;
    this.#delayMs = delayMs;
    this.#isLost = isLost;
  }

  /** A word may begin in the middle of a packet. */
  #samples(saidMs: number, amplitudeAt: (ms: number) => number): Int16Array {
    const amplitude = amplitudeAt(saidMs);
    if (amplitude === amplitudeAt(saidMs + 20 * this.#drift)) return frame(this.#next, 700, amplitude);
    const loud = frame(this.#next, 700, 8000);
    return loud.map((sample, i) => (amplitudeAt(saidMs + (i / 8) * this.#drift) === 0 ? 0 : sample));
  }

  /** Sends nothing of what it said before `ms`. */
  skipUntil(ms: number): void {
    this.#next = Math.ceil(ms / 20 / this.#drift);
  }

  /** Sends what it has said up to `ms` of our time. */
  sayUntil(ms: number, amplitudeAt: (ms: number) => number): void {
    for (; (this.#next + 1) * 20 * this.#drift <= ms; this.#next += 1) {
      const saidMs = this.#next * 20 * this.#drift;
      // The packets in which a word begins come through, since it is measured by them.
      const isOnset = amplitudeAt(saidMs) === 0 && amplitudeAt(saidMs + 20 * this.#drift) > 0;
      if (this.#isLost() && !isOnset) continue;
      encodePcmu(this.#samples(saidMs, amplitudeAt), this.#packet, RTP_HEADER_BYTES);
      const header = { ...blankRtpHeader(), sequence: this.#next & 0xffff, timestamp: this.#next * 160 };
      const payload = { payloadStart: RTP_HEADER_BYTES, payloadEnd: RTP_HEADER_BYTES + 160 };
      const nowMs = saidMs + 20 * this.#drift + this.#delayMs();
      const relayed = { packet: this.#packet, header: { ...header, ...payload }, source: this, nowMs };
      this.#recorder.said({ ...relayed, codec: 'pcmu' });
    }
  }
}

function channels(path: string): [left: Int16Array, right: Int16Array] {
  const file = readFileSync(path);
  expect(file.readUInt32LE(40)).toBe(file.length - 44);
  const left = new Int16Array((file.length - 44) / 4);
  const right = new Int16Array(left.length);
  for (let i = 0; i < left.length; i += 1) {
    left[i] = file.readInt16LE(44 + i * 4);
    right[i] = file.readInt16LE(46 + i * 4);
  }
  return [left, right];
}

/** Samples at which something begins after silence. */
function onsets(samples: Int16Array): number[] {
  const found: number[] = [];
  let lastLoud = -Infinity;
  for (const [i, sample] of samples.entries()) {
    if (Math.abs(sample) < 2000) continue;
    if (i - lastLoud > 2000) found.push(i);
    lastLoud = i;
  }
  return found;
}

function seededRandom(): () => number {
  let state = 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

describe('a recording', () => {
  it.each([
    { drift: 0.9999, loss: 0, joinsMs: 0 },
    { drift: 1.0001, loss: 0, joinsMs: 0 },
    { drift: 1.0001, loss: 0.1, joinsMs: 1_200_007 },
  ])(
    'has both sides within 20 ms after an hour of a clock that goes $drift, lost $loss and came after $joinsMs ms',
    async ({ drift, loss, joinsMs }) => {
      const [recorder, path] = await start(BOTH);
      const random = seededRandom();
      const farEnd = new FarEnd(
        recorder,
        drift,
        () => 5 + 25 * random(),
        () => random() < loss,
      );
      const hourMs = 3_600_000;
      const amplitudeAt = (ms: number): number => (ms % 2000 < 200 ? 8000 : 0);
      farEnd.skipUntil(joinsMs);
      for (let ms = 20; ms <= hourMs; ms += 20) {
        // What lies between the first and the last ten seconds is not kept, so that the file stays small.
        if (ms === 10_000) recorder.pause('skip', ms);
        if (ms === hourMs - 10_000) recorder.resume(ms);
        farEnd.sayUntil(ms, amplitudeAt);
        recorder.heardFrame(frame(ms / 20, 500, amplitudeAt(ms - 20)), 8000, ms);
        recorder.tick(ms);
      }
      expect(await recorder.finish(hourMs)).toEqual({ durationMs: 20_000 });
      const [left, right] = channels(path);
      expect(left).toHaveLength(160_000);
      const [saidAt, heardAt] = [onsets(left), onsets(right)];
      expect(heardAt).toHaveLength(10);
      expect(saidAt).toHaveLength(joinsMs > 0 ? 5 : 10);
      const offByMs = saidAt.map((at, i) => (at - (heardAt.slice(-saidAt.length)[i] ?? 0)) / 8);
      expect(Math.max(...offByMs.map(Math.abs))).toBeLessThan(20);
    },
    120_000,
  );

  it('keeps levels, puts both into one channel, and fills what is missing with silence', async () => {
    const [recorder, path] = await start({ ...BOTH, channels: 1 });
    const farEnd = new FarEnd(recorder, 1, () => 10);
    for (let ms = 20; ms <= 3000; ms += 20) {
      if (ms > 1000 && ms <= 2000) farEnd.skipUntil(ms);
      else farEnd.sayUntil(ms, () => 4000);
      if (ms > 2000) recorder.heardFrame(frame(ms / 20, 1100, 6000), 8000, ms);
      // The host may stand still for a while; time goes on all the same.
      if (ms < 1200 || ms > 1700) recorder.tick(ms);
    }
    await recorder.finish(3000);
    const file = readFileSync(path);
    const samples = Int16Array.from({ length: 24_000 }, (_, i) => file.readInt16LE(44 + 2 * i));
    const db = (amplitude: number): number => 20 * Math.log10(amplitude / 32_768 / Math.SQRT2);
    expect(toneLevelDbov(samples.subarray(1000, 7000), 8000, 700)).toBeCloseTo(db(4000), 0);
    expect(levelDbov(samples.subarray(8500, 15_500))).toBeLessThan(-80);
    expect(toneLevelDbov(samples.subarray(17_000, 23_000), 8000, 1100)).toBeCloseTo(db(6000), 0);
  });

  it('writes silence while it pauses, or nothing', async () => {
    const [silent, silentPath] = await start(BOTH);
    const [shorter, shorterPath] = await start(BOTH);
    for (let ms = 20; ms <= 3000; ms += 20) {
      for (const recorder of [silent, shorter]) {
        recorder.heardFrame(frame(ms / 20, 500, 5000), 8000, ms);
        if (ms === 1000) recorder.pause(recorder === silent ? 'silence' : 'skip', ms);
        if (ms === 2000) recorder.resume(ms);
        recorder.tick(ms);
      }
    }
    expect(await silent.finish(3000)).toEqual({ durationMs: 3000 });
    expect(await shorter.finish(3000)).toEqual({ durationMs: 2000 });
    expect(levelDbov(channels(silentPath)[1].subarray(8200, 15_800))).toBeLessThan(-100);
    expect(levelDbov(channels(shorterPath)[1].subarray(200, 15_800))).toBeGreaterThan(-25);
  });

  it('leaves out the silence at both ends, and tells of silence once', async () => {
    let quiet = 0;
    const trimmed = { ...BOTH, trim: true, quietMs: 1000 };
    const [recorder, path] = await start(trimmed, () => (quiet += 1));
    for (let ms = 20; ms <= 6000; ms += 20) {
      const amplitude = ms > 700 && ms <= 2000 ? 5000 : 0;
      recorder.saidFrame(frame(ms / 20, 500, amplitude), 8000, ms);
      recorder.tick(ms);
    }
    const { durationMs } = await recorder.finish(6000);
    expect(Math.abs(durationMs - 1400)).toBeLessThan(40);
    expect(quiet).toBe(1);
    expect(onsets(channels(path)[0])[0]).toBeLessThan(200);
  });

  it('is of nothing when nobody says anything until it is quiet for long enough', async () => {
    const [recorder] = await start({ ...BOTH, quietMs: 1000 });
    for (let ms = 20; ms <= 2000; ms += 20) recorder.tick(ms);
    expect(await recorder.finish(2000)).toEqual({ durationMs: 0 });
  });

  it('is a whole file half a second after it was said, whatever becomes of the process', async () => {
    const [recorder, path] = await start(BOTH);
    for (let ms = 20; ms <= 5000; ms += 20) {
      recorder.heardFrame(frame(ms / 20, 500, 5000), 8000, ms);
      recorder.tick(ms);
    }
    // Nothing is finished.
    await expect.poll(() => channels(path)[1].length).toBeGreaterThanOrEqual(4 * 8000);
    expect(levelDbov(channels(path)[1].subarray(200))).toBeGreaterThan(-25);
    await recorder.finish(5000);
  });
});
