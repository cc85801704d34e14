import type { Codec } from '../../calls/ports.js';
import { encodePcmu } from './g711.js';
import { Halver } from './half-band.js';
import { Limiter } from './limiter.js';
import { OpusCodec } from './opus-codec.js';
import { RTP_HEADER_BYTES } from './rtp.js';
import { ROOM_FRAME, ROOM_RATE } from './seat-input.js';

const MAX_OPUS_BYTES = 1275;

/** Turns a run of sums into packets of one codec, for one listener or for all that hear the same. */
export class SeatOutput {
  /** The latest frame as it is heard. */
  readonly samples = new Int16Array(ROOM_FRAME);
  readonly #codec: Codec;
  readonly #limiter = new Limiter();
  readonly #halver = new Halver(ROOM_FRAME);
  readonly #narrow = new Int16Array(ROOM_FRAME / 2);
  readonly #packet: Buffer;
  #opus: OpusCodec | undefined;

  constructor(codec: Codec) {
    this.#codec = codec;
    const payload = codec === 'pcmu' ? ROOM_FRAME / 2 : MAX_OPUS_BYTES;
    this.#packet = Buffer.alloc(RTP_HEADER_BYTES + payload);
  }

  /** Goes on where another one stands, so that a listener who changes over hears no seam. */
  continueFrom(other: SeatOutput): void {
    this.#limiter.continueFrom(other.#limiter);
    this.#halver.continueFrom(other.#halver);
  }

  /** A packet of the sum, with room for its header; good until the next. */
  encode(sum: Int32Array): Buffer {
    this.#limiter.run(sum, this.samples);
    if (this.#codec === 'pcmu') {
      this.#halver.run(this.samples, this.#narrow);
      encodePcmu(this.#narrow, this.#packet, RTP_HEADER_BYTES);
      return this.#packet;
    }
    this.#opus ??= new OpusCodec(ROOM_RATE);
    const bytes = this.#opus.encode(this.samples, this.#packet, RTP_HEADER_BYTES);
    return this.#packet.subarray(0, RTP_HEADER_BYTES + bytes);
  }

  release(): void {
    this.#opus?.release();
    this.#opus = undefined;
  }
}
