/** WAV files (RIFF: PCM with 8, 16, 24 or 32 bits, G.711 A-law and mu-law): read whole, mixed down to one channel. */
import { decodePcma, decodePcmu } from './g711.js';

/** Sound in memory. */
export interface Sound {
  sampleRate: number;
  samples: Int16Array;
}

const FORMAT_PCM = 1;
const FORMAT_A_LAW = 6;
const FORMAT_MU_LAW = 7;
const FORMAT_EXTENSIBLE = 0xfffe;

/** Reads a WAV file. Throws a plain `Error` that says what is wrong with it. */
export function parseWav(file: Buffer): Sound {
  if (
    file.length < 12 ||
    file.toString('latin1', 0, 4) !== 'RIFF' ||
    file.toString('latin1', 8, 12) !== 'WAVE'
  ) {
    throw new Error('not a WAV file');
  }
  let format: Format | undefined;
  for (let at = 12; at + 8 <= file.length;) {
    const name = file.toString('latin1', at, at + 4);
    const size = file.readUInt32LE(at + 4);
    const start = at + 8;
    // A recorder that was cut off leaves a length that is too long, or none: the data end with the file.
    const end = Math.min(file.length, start + size);
    if (name === 'fmt ') format = readFormat(file, start, end);
    if (name === 'data') {
      if (format === undefined) throw new Error('sound before its format');
      const samples = mixDown(decode(file, start, end, format), format.channels);
      return { sampleRate: format.sampleRate, samples };
    }
    at = start + size + (size % 2);
  }
  throw new Error('no sound in the file');
}

interface Format {
  channels: number;
  sampleRate: number;
  coding: 'a-law' | 'mu-law' | 'pcm';
  /** Of one sample. */
  bits: number;
}

function readFormat(file: Buffer, start: number, end: number): Format {
  if (end - start < 16) throw new Error('format too short');
  const tag = file.readUInt16LE(start);
  // The extensible format names the real one behind its 16 plain bytes and 8 more.
  const isExtended = tag === FORMAT_EXTENSIBLE && end - start >= 26;
  const coding = codingOf(isExtended ? file.readUInt16LE(start + 24) : tag);
  const channels = file.readUInt16LE(start + 2);
  const sampleRate = file.readUInt32LE(start + 4);
  const bits = file.readUInt16LE(start + 14);
  const isReadable = coding === 'pcm' ? [8, 16, 24, 32].includes(bits) : coding !== undefined && bits === 8;
  if (coding === undefined || !isReadable) {
    throw new Error('neither PCM with 8, 16, 24 or 32 bits nor A-law nor mu-law');
  }
  if (channels < 1 || channels > 2) throw new Error('neither mono nor stereo');
  if (sampleRate < 4000 || sampleRate > 192_000) throw new Error('impossible sample rate');
  return { channels, sampleRate, coding, bits };
}

function codingOf(tag: number): Format['coding'] | undefined {
  if (tag === FORMAT_PCM) return 'pcm';
  if (tag === FORMAT_A_LAW) return 'a-law';
  return tag === FORMAT_MU_LAW ? 'mu-law' : undefined;
}

/** Every sample of every channel, with 16 bits. */
function decode(file: Buffer, start: number, end: number, { coding, bits }: Format): Int16Array {
  if (coding === 'a-law') return decodePcma(file, start, end);
  if (coding === 'mu-law') return decodePcmu(file, start, end);
  const bytes = bits / 8;
  const samples = new Int16Array(Math.floor((end - start) / bytes));
  if (bytes === 2) {
    // Copied as they are: every call waits meanwhile, and the media library's machines are little-endian.
    file.copy(new Uint8Array(samples.buffer), 0, start, start + samples.byteLength);
    return samples;
  }
  for (let i = 0; i < samples.length; i += 1) {
    // The lower bytes of larger samples are below what can be heard; 8 bits are unsigned.
    const upper = start + (i + 1) * bytes - 2;
    samples[i] = bytes === 1 ? ((file[start + i] ?? 0) - 128) << 8 : file.readInt16LE(upper);
  }
  return samples;
}

function mixDown(samples: Int16Array, channels: number): Int16Array {
  if (channels === 1) return samples;
  const mixed = new Int16Array(Math.floor(samples.length / 2));
  for (let i = 0; i < mixed.length; i += 1)
    mixed[i] = ((samples[2 * i] ?? 0) + (samples[2 * i + 1] ?? 0)) >> 1;
  return mixed;
}
