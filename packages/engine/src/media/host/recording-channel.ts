/**
 * One side of a recording, 8000 samples a second on the clock of the recording. Packets lie where their timestamps
 * put them, counted from the fastest one that has come, so neither jitter nor the drift of a far end's clock moves
 * one side against the other.
 */
import { decodePcmuInto } from './g711.js';
import { OpusCodec } from './opus-codec.js';
import type { RelayedPacket } from './outgoing-audio.js';

/** What recordings are written at. */
export const RECORDING_RATE = 8000;

/** Two seconds; a power of two. */
const RING = 16_384;
const LONGEST_PACKET = 960;
const OPUS_UNITS_PER_SAMPLE = 48_000 / RECORDING_RATE;
/** Packets in which none is as fast as the fastest once was mean that the clocks have drifted apart. */
const DRIFT_WINDOW = 100;
/** Drift is made up for by 5 ms where it is quiet, by 15 ms wherever it is. */
const QUIET_DRIFT = 40;
const LOUD_DRIFT = 120;
const QUIET_PEAK = 300;
/** Timestamps that jump further begin anew. */
const MAX_JUMP = RECORDING_RATE;

/** See the top of this file. */
export class RecordingChannel {
  readonly #ring = new Int16Array(RING);
  readonly #decoded = new Int16Array(LONGEST_PACKET);
  #opus: OpusCodec | undefined;
  /** The stream that is heard, its newest timestamp, and where that lies. */
  #source: object | undefined;
  #ssrc: number | undefined;
  #timestamp = 0;
  #place = 0;
  #leastDelay = Infinity;
  #packets = 0;
  /** What lies before this has been taken. */
  #taken = 0;

  /** Lays down a packet that has come at `position`. */
  packet({ packet, header, codec, source }: RelayedPacket, position: number): void {
    const count = this.#decode(packet, header.payloadStart, header.payloadEnd, codec === 'opus');
    if (count === 0) return;
    const units = codec === 'opus' ? OPUS_UNITS_PER_SAMPLE : 1;
    // A packet that has come at `position` has begun to be said that much before.
    const arrival = position - count;
    const step = Math.round(((header.timestamp - this.#timestamp) | 0) / units);
    const isSame = source === this.#source && header.ssrc === this.#ssrc;
    let place = this.#place + step;
    if (!isSame || Math.abs(arrival - place) > MAX_JUMP) {
      place = arrival;
      this.#leastDelay = Infinity;
      this.#packets = 0;
    }
    const delay = arrival - place;
    if (delay < 0) place = arrival;
    else place += this.#drift(delay, count);
    this.#write(this.#decoded, count, place);
    if (isSame && step <= 0 && step > -MAX_JUMP) return;
    this.#source = source;
    this.#ssrc = header.ssrc;
    this.#timestamp = header.timestamp;
    this.#place = place;
  }

  /** Lays down samples of our own making that are sent at `position`. */
  frame(samples: Int16Array, count: number, position: number): void {
    this.#write(samples, count, position);
  }

  /** Moves what lies from `from` on to `target`. */
  take(target: Int16Array, from: number): void {
    const ring = this.#ring;
    for (let i = 0; i < target.length; i += 1) {
      const at = (from + i) & (RING - 1);
      target[i] = ring[at] ?? 0;
      ring[at] = 0;
    }
    this.#taken = from + target.length;
  }

  release(): void {
    this.#opus?.release();
    this.#opus = undefined;
  }

  #decode(packet: Buffer, start: number, end: number, isOpus: boolean): number {
    if (!isOpus) {
      const count = Math.min(LONGEST_PACKET, end - start);
      decodePcmuInto(packet, start, start + count, this.#decoded, 0);
      return count;
    }
    this.#opus ??= new OpusCodec(RECORDING_RATE);
    try {
      return Math.min(LONGEST_PACKET, this.#opus.decodeInto(packet, start, end, this.#decoded, 0));
    } catch {
      // Anybody can send rubbish; it is recorded as silence.
      return 0;
    }
  }

  /** How far the stream has to be moved on, after a packet that lies `delay` samples before its arrival. */
  #drift(delay: number, count: number): number {
    this.#leastDelay = Math.min(this.#leastDelay, delay);
    this.#packets += 1;
    if (this.#packets < DRIFT_WINDOW) return 0;
    const drift = this.#leastDelay;
    if (drift < QUIET_DRIFT) this.#restartWindow();
    if (drift < QUIET_DRIFT || (drift < LOUD_DRIFT && this.#peak(count) > QUIET_PEAK)) return 0;
    this.#restartWindow();
    return drift;
  }

  #restartWindow(): void {
    this.#packets = 0;
    this.#leastDelay = Infinity;
  }

  #peak(count: number): number {
    let peak = 0;
    for (let i = 0; i < count; i += 1) peak = Math.max(peak, Math.abs(this.#decoded[i] ?? 0));
    return peak;
  }

  #write(samples: Int16Array, count: number, place: number): void {
    for (let i = 0; i < count; i += 1) {
      const at = place + i;
      if (at >= this.#taken && at < this.#taken + RING) this.#ring[at & (RING - 1)] = samples[i] ?? 0;
    }
  }
}
