import type { Codec } from '../../calls/ports.js';
import { DtmfDetector } from './dtmf-detector.js';
import { decodePcmuInto } from './g711.js';
import { OpusCodec } from './opus-codec.js';

const RATE = 8000;
/** 120 ms, the longest Opus packet. */
const LONGEST_PACKET = 960;

/** Hears the keys in the audio of a far end that sends no telephone events. */
export class InBandKeys {
  readonly #detector = new DtmfDetector();
  readonly #samples = new Int16Array(LONGEST_PACKET);
  readonly #opus: OpusCodec | undefined;

  constructor(codec: Codec) {
    this.#opus = codec === 'opus' ? new OpusCodec(RATE) : undefined;
  }

  /** The key that the payload from `start` to `end` presses, if any. */
  hear(packet: Buffer, start: number, end: number): string | undefined {
    let count = Math.min(LONGEST_PACKET, end - start);
    if (this.#opus === undefined) {
      decodePcmuInto(packet, start, start + count, this.#samples, 0);
    } else {
      try {
        count = Math.min(LONGEST_PACKET, this.#opus.decodeInto(packet, start, end, this.#samples, 0));
      } catch {
        // Anybody can send rubbish; no key is in it.
        return undefined;
      }
    }
    return this.#detector.feed(this.#samples, count);
  }

  release(): void {
    this.#opus?.release();
  }
}
