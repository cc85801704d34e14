import type { Codec } from '../../calls/ports.js';
import { Concealment } from './concealment.js';
import { decodePcmuInto } from './g711.js';
import { Doubler } from './half-band.js';
import { JitterBuffer } from './jitter-buffer.js';
import { OpusCodec } from './opus-codec.js';
import type { RelayedPacket } from './outgoing-audio.js';

/** What rooms mix at. */
export const ROOM_RATE = 16_000;
/** Samples of 20 ms. */
export const ROOM_FRAME = 320;

/** 120 ms, the longest Opus packet, on top of an unfinished frame. */
const LINE_SAMPLES = ROOM_FRAME + 1920;
const LONGEST_PCMU = 960;

/** One far end's packets as a steady run of frames: put in order, decoded, and made up where they are missing. */
export class SeatInput {
  readonly #codec: Codec;
  readonly #jitter: JitterBuffer;
  readonly #concealment = new Concealment();
  readonly #line = new Int16Array(LINE_SAMPLES);
  readonly #narrow = new Int16Array(LONGEST_PCMU);
  readonly #doubler = new Doubler(LONGEST_PCMU);
  #opus: OpusCodec | undefined;
  #filled = 0;
  #packetSamples = ROOM_FRAME;

  /** `maxReserve` bounds the packets that are held back against jitter. */
  constructor(codec: Codec, maxReserve: number) {
    this.#codec = codec;
    this.#jitter = new JitterBuffer(maxReserve);
  }

  push(relayed: RelayedPacket): void {
    this.#jitter.push(relayed.packet, relayed.header);
  }

  /** Forgets what waits, since it will not be heard. */
  reset(): void {
    this.#jitter.reset();
    this.#filled = 0;
  }

  /** Writes the next 20 ms to `frame`; false when the far end is silent. */
  next(frame: Int16Array, isQuiet: boolean): boolean {
    while (this.#filled < ROOM_FRAME) {
      const pulled = this.#jitter.pull(isQuiet);
      if (pulled === 'nothing') break;
      if (pulled === 'lost') this.#conceal();
      else this.#decode();
    }
    if (this.#filled === 0) return false;
    this.#line.fill(0, this.#filled, ROOM_FRAME);
    for (let i = 0; i < ROOM_FRAME; i += 1) frame[i] = this.#line[i] ?? 0;
    this.#line.copyWithin(0, ROOM_FRAME, Math.max(ROOM_FRAME, this.#filled));
    this.#filled = Math.max(0, this.#filled - ROOM_FRAME);
    return true;
  }

  release(): void {
    this.#opus?.release();
    this.#opus = undefined;
  }

  #conceal(): void {
    this.#concealment.fill(this.#line, this.#filled, this.#filled + this.#packetSamples);
    this.#filled += this.#packetSamples;
  }

  #decode(): void {
    const samples = this.#decodePacket();
    if (samples === 0) {
      this.#conceal();
      return;
    }
    this.#packetSamples = samples;
    this.#concealment.heard(this.#line, this.#filled, this.#filled + samples);
    this.#filled += samples;
  }

  /** Appends the pulled packet and returns its samples; 0 when it cannot be decoded. */
  #decodePacket(): number {
    const { payload, bytes } = this.#jitter;
    if (this.#codec === 'pcmu') {
      const count = Math.min(bytes, LONGEST_PCMU);
      decodePcmuInto(payload, 0, count, this.#narrow, 0);
      this.#doubler.run(this.#narrow, count, this.#line, this.#filled);
      return 2 * count;
    }
    this.#opus ??= new OpusCodec(ROOM_RATE);
    try {
      return this.#opus.decodeInto(payload, 0, bytes, this.#line, this.#filled);
    } catch {
      // Anybody can send rubbish; it sounds like a lost packet.
      return 0;
    }
  }
}
