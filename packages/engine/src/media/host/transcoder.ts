import type { Codec } from '../../calls/ports.js';
import { FRAME_MS } from './frame-wheel.js';
import { decodePcmu, encodePcmu } from './g711.js';
import { OpusCodec } from './opus-codec.js';
import { type RtpHeader, RTP_HEADER_BYTES, blankRtpHeader } from './rtp.js';

const RATE = 8000;
const FRAME_SAMPLES = (RATE * FRAME_MS) / 1000;
/** Opus timestamps count at 48000 whatever the sound's rate, RFC 7587 §4.1. */
const OPUS_UNITS_PER_SAMPLE = 48_000 / RATE;
const MAX_OPUS_BYTES = 1275;

/** Turns the packets of one stream into the other codec, at 8000 samples a second in between. */
export class Transcoder {
  readonly #from: Codec;
  readonly #opus: OpusCodec;
  readonly #header = blankRtpHeader();
  #pending: Int16Array = new Int16Array(0);
  #sequence = 0;
  #ssrc: number | undefined;
  #newestTimestamp = 0;

  /** `maxBitrate` in bits per second bounds what is made into Opus. */
  constructor(from: Codec, maxBitrate?: number) {
    this.#from = from;
    this.#opus = new OpusCodec(RATE, maxBitrate);
  }

  /** Hands `emit` the finished packets, under a numbering of the transcoder's own. Throws on a bad payload. */
  push(packet: Buffer, header: RtpHeader, emit: (packet: Buffer, header: RtpHeader) => void): void {
    const isLate = header.ssrc === this.#ssrc && ((header.timestamp - this.#newestTimestamp) | 0) <= 0;
    if (isLate || header.payloadStart === header.payloadEnd) return;
    if (header.ssrc !== this.#ssrc) this.#pending = new Int16Array(0);
    this.#ssrc = header.ssrc;
    this.#newestTimestamp = header.timestamp;
    if (this.#from === 'opus') this.#toPcmu(packet, header, emit);
    else this.#toOpus(packet, header, emit);
  }

  release(): void {
    this.#opus.release();
  }

  #toPcmu(packet: Buffer, header: RtpHeader, emit: (packet: Buffer, header: RtpHeader) => void): void {
    const samples = this.#opus.decode(packet, header.payloadStart, header.payloadEnd);
    const out = Buffer.allocUnsafe(RTP_HEADER_BYTES + samples.length);
    encodePcmu(samples, out, RTP_HEADER_BYTES);
    emit(out, this.#number(header, Math.floor(header.timestamp / OPUS_UNITS_PER_SAMPLE), out.length));
  }

  #toOpus(packet: Buffer, header: RtpHeader, emit: (packet: Buffer, header: RtpHeader) => void): void {
    const fresh = decodePcmu(packet, header.payloadStart, header.payloadEnd);
    const samples = new Int16Array(this.#pending.length + fresh.length);
    samples.set(this.#pending);
    samples.set(fresh, this.#pending.length);
    let done = 0;
    for (; done + FRAME_SAMPLES <= samples.length; done += FRAME_SAMPLES) {
      const out = Buffer.allocUnsafe(RTP_HEADER_BYTES + MAX_OPUS_BYTES);
      const bytes = this.#opus.encode(samples.subarray(done, done + FRAME_SAMPLES), out, RTP_HEADER_BYTES);
      const at = header.timestamp - this.#pending.length + done;
      const length = RTP_HEADER_BYTES + bytes;
      emit(out.subarray(0, length), this.#number(header, (at * OPUS_UNITS_PER_SAMPLE) >>> 0, length));
    }
    this.#pending = samples.slice(done);
  }

  #number(source: RtpHeader, timestamp: number, length: number): RtpHeader {
    this.#sequence = (this.#sequence + 1) & 0xffff;
    const header = this.#header;
    header.sequence = this.#sequence;
    header.timestamp = timestamp;
    header.ssrc = source.ssrc;
    header.marker = source.marker;
    header.payloadStart = RTP_HEADER_BYTES;
    header.payloadEnd = length;
    return header;
  }
}
