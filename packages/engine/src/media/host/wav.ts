/** WAV files (RIFF, PCM with 16 bits or G.711 mu-law): read whole, mixed down to one channel. */
import { decodePcmu } from './g711.js';

/** Sound in memory. */
export interface Sound {
  sampleRate: number;
  samples: Int16Array;
}

const FORMAT_PCM = 1;
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
      const { sampleRate, channels, isMuLaw } = format;
      const samples = isMuLaw ? decodePcmu(file, start, end) : mixDown(file, start, end, channels);
      return { sampleRate, samples };
    }
    at = start + size + (size % 2);
  }
  throw new Error('no sound in the file');
}

interface Format {
  channels: number;
  sampleRate: number;
  isMuLaw: boolean;
}

function readFormat(file: Buffer, start: number, end: number): Format {
  if (end - start < 16) throw new Error('format too short');
  const tag = file.readUInt16LE(start);
  const isPcm =
    tag === FORMAT_PCM ||
    (tag === FORMAT_EXTENSIBLE && end - start >= 26 && file.readUInt16LE(start + 24) === FORMAT_PCM);
  const channels = file.readUInt16LE(start + 2);
  const sampleRate = file.readUInt32LE(start + 4);
  const bits = file.readUInt16LE(start + 14);
  const isMuLaw = tag === FORMAT_MU_LAW && bits === 8 && channels === 1;
  if (!isMuLaw && !(isPcm && bits === 16)) throw new Error('neither PCM with 16 bits nor mu-law');
  if (channels < 1 || channels > 2) throw new Error('neither mono nor stereo');
  if (sampleRate < 4000 || sampleRate > 192_000) throw new Error('impossible sample rate');
  return { channels, sampleRate, isMuLaw };
}

function mixDown(file: Buffer, start: number, end: number, channels: number): Int16Array {
  const count = Math.floor((end - start) / (2 * channels));
  const samples = new Int16Array(count);
  for (let i = 0; i < count; i += 1) {
    const at = start + i * 2 * channels;
    const left = file.readInt16LE(at);
    samples[i] = channels === 1 ? left : (left + file.readInt16LE(at + 2)) >> 1;
  }
  return samples;
}
