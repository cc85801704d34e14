/** Sound files that are turned into WAV by reordering their bytes. */
import { TwimlError } from '../twiml/twiml-error.js';

const TELEPHONE_HZ = 8000;
const FORMAT_PCM = 1;
const FORMAT_A_LAW = 6;
const FORMAT_MU_LAW = 7;
/** Bits of a sample that WAV can carry in whole bytes. */
const PCM_BITS: readonly number[] = [8, 16, 24, 32];

/** How the samples of a WAV file are written. */
export interface WavLayout {
  /** RIFF's number of the coding: 1 PCM, 6 A-law, 7 mu-law. */
  tag: number;
  channels: number;
  sampleRate: number;
  /** Of one sample. */
  bits: number;
}

/** What stands before so many bytes of samples. */
export function wavHeader({ tag, channels, sampleRate, bits }: WavLayout, bytes: number): Buffer {
  const header = Buffer.alloc(44);
  const blockBytes = (channels * bits) / 8;
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(header.length - 8 + bytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(tag, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE((sampleRate * blockBytes) >>> 0, 28);
  header.writeUInt16LE(blockBytes, 32);
  header.writeUInt16LE(bits, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(bytes, 40);
  return header;
}

/** Samples of mu-law without a header: one channel, 8000 a second. */
export function rawMuLawToWav(samples: Buffer): Buffer {
  return wav({ tag: FORMAT_MU_LAW, channels: 1, sampleRate: TELEPHONE_HZ, bits: 8 }, samples);
}

/**
 * AIFF and AIFF-C: PCM with 8, 16, 24 or 32 bits, A-law and mu-law.
 * @throws TwimlError 13420 for any other compression and what is no such file.
 */
export function aiffToWav(file: Buffer): Buffer {
  const kind = file.toString('latin1', 8, 12);
  if (file.toString('latin1', 0, 4) !== 'FORM' || (kind !== 'AIFF' && kind !== 'AIFC')) {
    throw unreadable('it is no AIFF file');
  }
  const common = chunk(file, 'COMM');
  const sound = chunk(file, 'SSND');
  if (!common || common.length < (kind === 'AIFC' ? 22 : 18) || !sound || sound.length < 8) {
    throw unreadable('its format or its sound is missing');
  }
  const bits = Math.ceil(common.readUInt16BE(6) / 8) * 8;
  const channels = common.readUInt16BE(0);
  const sampleRate = readExtended(common, 8);
  const compression = kind === 'AIFC' ? common.toString('latin1', 18, 22) : 'NONE';
  const samples = sound.subarray(Math.min(sound.length, 8 + sound.readUInt32BE(0)));
  switch (compression.toLowerCase()) {
    case 'alaw':
      return wav({ tag: FORMAT_A_LAW, channels, sampleRate, bits: 8 }, samples);
    case 'ulaw':
      return wav({ tag: FORMAT_MU_LAW, channels, sampleRate, bits: 8 }, samples);
    case 'none':
    case 'twos':
    case 'sowt':
      if (!PCM_BITS.includes(bits)) throw unreadable(`samples of ${bits} bits cannot be played`);
      return wav(
        { tag: FORMAT_PCM, channels, sampleRate, bits },
        littleEndian(samples, bits, compression === 'sowt'),
      );
    default:
      throw unreadable(`its compression "${compression}" cannot be played`);
  }
}

/** AIFF's samples are signed and have their high byte first; WAV's bytes of 8 bits are unsigned. */
function littleEndian(samples: Buffer, bits: number, isLittleEndian: boolean): Buffer {
  const bytes = bits / 8;
  const whole = Buffer.from(samples.subarray(0, samples.length - (samples.length % bytes)));
  if (bytes === 1) return whole.map((sample) => sample ^ 0x80) as Buffer;
  if (isLittleEndian) return whole;
  for (let at = 0; at < whole.length; at += bytes) whole.subarray(at, at + bytes).reverse();
  return whole;
}

/** The content of the first chunk of this name. */
function chunk(file: Buffer, name: string): Buffer | undefined {
  for (let at = 12; at + 8 <= file.length;) {
    const size = file.readUInt32BE(at + 4);
    if (file.toString('latin1', at, at + 4) === name) return file.subarray(at + 8, at + 8 + size);
    at += 8 + size + (size % 2);
  }
  return undefined;
}

/** A positive number in IEEE 754's extended precision, as AIFF writes sample rates. */
function readExtended(bytes: Buffer, at: number): number {
  const exponent = (bytes.readUInt16BE(at) & 0x7fff) - 16_383;
  return Math.round(bytes.readUInt32BE(at + 2) * 2 ** (exponent - 31));
}

function wav(layout: WavLayout, samples: Buffer): Buffer {
  const { channels, sampleRate } = layout;
  if (channels < 1 || channels > 2) throw unreadable('it is neither mono nor stereo');
  if (sampleRate < 1 || sampleRate > 0xffff_ffff) throw unreadable('its sample rate is impossible');
  return Buffer.concat([wavHeader(layout, samples.length), samples]);
}

function unreadable(problem: string): TwimlError {
  return new TwimlError(13420, `The AIFF file of a <Play> cannot be played: ${problem}.`);
}
