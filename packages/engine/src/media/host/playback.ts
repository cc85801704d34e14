/**
 * A playlist as a row of 20 ms frames. Places in it are counted in 1/48000 s, so that every frame can be asked
 * for at 8000 or 48000 samples a second, whichever codec it goes to.
 */
import type { AudioSource } from '../../calls/ports.js';
import { FRAME_MS } from './frame-wheel.js';
import type { OpusRate } from './opus-codec.js';
import { resample } from './resampler.js';
import { eventOfKey } from './telephone-event.js';
import type { Sound } from './wav.js';

const UNITS_PER_MS = 48;
const FRAME_UNITS = FRAME_MS * UNITS_PER_MS;

const DIGIT_MS = 160;
const DIGIT_GAP_MS = 70;
/** `w` in a string of digits, as in Twilio's `sendDigits`. */
const DIGIT_PAUSE_MS = 500;
const DIGIT_LEVEL_DBOV = -12;
/** The end of an event is said three times, RFC 4733 §2.5.1.4. */
const END_PACKETS = 3;

const DTMF_ROWS_HZ = [697, 770, 852, 941] as const;
const DTMF_COLUMNS_HZ = [1209, 1336, 1477, 1633] as const;
const DTMF_LAYOUT = '123A456B789C*0#D';

/** A source whose file, if any, has been read. */
export type LoadedSource = Exclude<AudioSource, { kind: 'wav' }> | { kind: 'sound'; sound: Sound };

/** 20 ms of a room, encoded only when they are sent. */
export interface MixedFrame {
  kind: 'mixed';
  /** A packet in the leg's codec with room for its header; good until the next frame. */
  encode(): Buffer;
  /** What was encoded last, at the rate of rooms. */
  readonly samples: Int16Array;
}

/** 20 ms of a playlist, or of a room. */
export type PlaybackFrame =
  | MixedFrame
  | { kind: 'samples'; samples: Int16Array; rate: OpusRate }
  /** A packet of a telephone event; `durationMs` counts from its first. */
  | { kind: 'event'; event: number; first: boolean; end: boolean; durationMs: number };

type Segment =
  | { kind: 'tone'; units: number; frequenciesHz: readonly number[]; amplitude: number }
  | { kind: 'sound'; units: number; sound: Sound }
  /** Whole frames: an event and, behind it, the gap before the next. */
  | { kind: 'event'; units: number; event: number };

/** Walks through a playlist. */
export class Playback {
  readonly #segments: Segment[];
  #loopsLeft: number;
  #index = 0;
  #unit = 0;
  /** Counts on over segments and loops, so that a tone that is repeated has no seam. */
  #elapsedUnits = 0;

  /** With `telephoneEvents`, digits become events, otherwise dual tones. */
  constructor(sources: readonly LoadedSource[], loop: number, telephoneEvents: boolean) {
    this.#segments = sources
      .flatMap((source) => segmentsOf(source, telephoneEvents))
      .filter(({ units }) => units > 0);
    this.#loopsLeft = this.#segments.length === 0 ? 0 : loop === 0 ? Infinity : loop;
  }

  /** The next frame, or undefined when all has been played. */
  next(rate: OpusRate): PlaybackFrame | undefined {
    const segment = this.#current();
    if (segment === undefined) return undefined;
    if (segment.kind === 'event') {
      const frame = eventFrame(segment.event, this.#unit / FRAME_UNITS);
      if (frame !== undefined) {
        this.#move(FRAME_UNITS);
        return frame;
      }
    }
    return { kind: 'samples', samples: this.#samples(rate), rate };
  }

  #current(): Segment | undefined {
    return this.#loopsLeft > 0 ? this.#segments[this.#index] : undefined;
  }

  #move(units: number): void {
    this.#unit += units;
    this.#elapsedUnits += units;
    if (this.#unit < (this.#segments[this.#index]?.units ?? 0)) return;
    this.#unit = 0;
    this.#index += 1;
    if (this.#index < this.#segments.length) return;
    this.#index = 0;
    this.#loopsLeft -= 1;
  }

  #samples(rate: OpusRate): Int16Array {
    const step = 48_000 / rate;
    const samples = new Int16Array(FRAME_UNITS / step);
    let filled = 0;
    while (filled < samples.length) {
      const segment = this.#current();
      // An event begins on a frame of its own; its gap, which ends on one, is silence.
      if (segment === undefined || (segment.kind === 'event' && filled > 0)) break;
      const count = Math.min(samples.length - filled, (segment.units - this.#unit) / step);
      const part = samples.subarray(filled, filled + count);
      if (segment.kind === 'tone') renderTone(segment, rate, this.#elapsedUnits / step, part);
      else if (segment.kind === 'sound') resample(segment.sound, rate, this.#unit / step, part);
      this.#move(count * step);
      filled += count;
    }
    return samples;
  }
}

function segmentsOf(source: LoadedSource, telephoneEvents: boolean): Segment[] {
  switch (source.kind) {
    case 'tone':
      return [toneSegment(source.frequenciesHz, source.durationMs, source.levelDbov)];
    case 'sound':
      return [
        {
          kind: 'sound',
          units: wholeUnits((source.sound.samples.length / source.sound.sampleRate) * 1000),
          sound: source.sound,
        },
      ];
    case 'digits':
      break;
  }
  return source.digits.split('').flatMap((digit) => digitSegments(digit, telephoneEvents));
}

/** In steps of a sample at 8000, so that both rates meet at every seam. */
function wholeUnits(durationMs: number): number {
  return Math.round(durationMs * 8) * 6;
}

function toneSegment(frequenciesHz: readonly number[], durationMs: number, levelDbov: number): Segment {
  // 0 dBov is the power of a full-scale square wave (ITU-T G.100.1); each of n sines has an nth of the power.
  const amplitude = 32_768 * 10 ** (levelDbov / 20) * Math.sqrt(2 / Math.max(1, frequenciesHz.length));
  return { kind: 'tone', units: wholeUnits(durationMs), frequenciesHz, amplitude };
}

function digitSegments(digit: string, telephoneEvents: boolean): Segment[] {
  if (digit === 'w') return [toneSegment([], DIGIT_PAUSE_MS, 0)];
  const event = eventOfKey(digit);
  if (event === undefined) return [];
  if (telephoneEvents) {
    const frames = Math.ceil((DIGIT_MS + DIGIT_GAP_MS) / FRAME_MS);
    return [{ kind: 'event', units: frames * FRAME_UNITS, event }];
  }
  const place = DTMF_LAYOUT.indexOf(digit);
  const frequenciesHz = [DTMF_ROWS_HZ[place >> 2] ?? 0, DTMF_COLUMNS_HZ[place & 3] ?? 0];
  return [toneSegment(frequenciesHz, DIGIT_MS, DIGIT_LEVEL_DBOV), toneSegment([], DIGIT_GAP_MS, 0)];
}

/** The packet of an event at its `frame`th 20 ms; undefined in the gap behind it. */
function eventFrame(event: number, frame: number): PlaybackFrame | undefined {
  const lastFrame = DIGIT_MS / FRAME_MS - 1;
  if (frame > lastFrame + END_PACKETS - 1) return undefined;
  const durationMs = Math.min(DIGIT_MS, (frame + 1) * FRAME_MS);
  return { kind: 'event', event, first: frame === 0, end: frame >= lastFrame, durationMs };
}

function renderTone(
  tone: { frequenciesHz: readonly number[]; amplitude: number },
  rate: number,
  start: number,
  target: Int16Array,
): void {
  for (let i = 0; i < target.length; i += 1) {
    let sum = 0;
    for (const frequencyHz of tone.frequenciesHz) {
      if (frequencyHz < rate / 2) sum += Math.sin((2 * Math.PI * frequencyHz * (start + i)) / rate);
    }
    target[i] = Math.max(-32_768, Math.min(32_767, Math.round(sum * tone.amplitude)));
  }
}
