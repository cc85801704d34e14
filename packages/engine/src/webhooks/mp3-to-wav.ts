/** MP3 files decoded to WAV, a slice at a time so that everything else in the process goes on meanwhile. */
import { setImmediate as turn } from 'node:timers/promises';
import { MPEGDecoder } from 'mpg123-decoder';
import { wavHeader } from './sound-to-wav.js';

const SLICE_BYTES = 16 * 1024;
/** Eleven minutes at 44.1 kHz; what is longer is cut off. */
const MAX_SAMPLES = 30_000_000;
const PCM = { tag: 1, channels: 1, bits: 16 };

/**
 * Decodes to one channel with 16 bits; undefined when there is no sound in the file.
 * @throws the reason of `signal` when that aborts: half a file is none.
 */
export async function mp3ToWav(file: Uint8Array, signal: AbortSignal): Promise<Buffer | undefined> {
  const decoder = new MPEGDecoder();
  await decoder.ready;
  const pieces: Buffer[] = [];
  let samples = 0;
  let sampleRate = 0;
  try {
    for (let at = 0; at < file.length && samples < MAX_SAMPLES; at += SLICE_BYTES) {
      signal.throwIfAborted();
      const decoded = decoder.decode(file.subarray(at, at + SLICE_BYTES));
      if (decoded.samplesDecoded > 0) {
        pieces.push(mixDown(decoded.channelData));
        samples += decoded.samplesDecoded;
        ({ sampleRate } = decoded);
      }
      await turn();
    }
  } finally {
    decoder.free();
  }
  return samples === 0
    ? undefined
    : Buffer.concat([wavHeader({ ...PCM, sampleRate }, samples * 2), ...pieces]);
}

function mixDown([left, right]: Float32Array[]): Buffer {
  const count = left?.length ?? 0;
  const mixed = Buffer.alloc(count * 2);
  for (let i = 0; i < count; i += 1) {
    const a = left?.[i] ?? 0;
    const value = right ? (a + (right[i] ?? 0)) / 2 : a;
    mixed.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(value * 32_767))), i * 2);
  }
  return mixed;
}
