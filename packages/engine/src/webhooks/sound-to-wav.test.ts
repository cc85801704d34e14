import { describe, expect, it } from 'vitest';
import { aiffToWav } from './sound-to-wav.js';

/** An AIFF-C file, or AIFF without `compression`; the sample rate is 8000 or 44100. */
function aiff(options: { bits: number; samples: number[]; compression?: string; rate?: number }): Buffer {
  const { bits, samples, compression, rate = 8000 } = options;
  const common = Buffer.alloc(compression === undefined ? 18 : 24);
  common.writeUInt16BE(1, 0);
  common.writeUInt32BE((samples.length * 8) / bits, 2);
  common.writeUInt16BE(bits, 6);
  // 8000 is 1.953125 * 2^12, 44100 is 1.3458... * 2^15.
  common.writeUInt16BE(16_383 + (rate === 8000 ? 12 : 15), 8);
  common.writeUInt32BE(rate * 2 ** (rate === 8000 ? 19 : 16), 10);
  if (compression !== undefined) common.write(compression, 18, 'latin1');
  const sound = Buffer.concat([Buffer.alloc(8), Buffer.from(samples)]);
  const kind = compression === undefined ? 'AIFF' : 'AIFC';
  const body = Buffer.concat([
    chunk('COMM', common),
    chunk('NAME', Buffer.from('odd')),
    chunk('SSND', sound),
  ]);
  return chunk('FORM', Buffer.concat([Buffer.from(kind), body]));
}

function chunk(name: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 0, 'latin1');
  head.writeUInt32BE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}

/** Format, sample rate, bits and the bytes of the samples. */
function read(wav: Buffer): [number, number, number, number[]] {
  return [wav.readUInt16LE(20), wav.readUInt32LE(24), wav.readUInt16LE(34), [...wav.subarray(44)]];
}

describe('an AIFF file', () => {
  it.each([
    ['16 bits', { bits: 16, samples: [1, 2, 3, 4] }, [1, 8000, 16, [2, 1, 4, 3]]],
    ['24 bits', { bits: 24, samples: [1, 2, 3], rate: 44_100 }, [1, 44_100, 24, [3, 2, 1]]],
    ['8 bits', { bits: 8, samples: [0, 0x7f, 0x80] }, [1, 8000, 8, [0x80, 0xff, 0]]],
    ['the low byte first', { bits: 16, samples: [1, 2], compression: 'sowt' }, [1, 8000, 16, [1, 2]]],
    ['A-law', { bits: 16, samples: [5, 6], compression: 'alaw' }, [6, 8000, 8, [5, 6]]],
    ['mu-law', { bits: 16, samples: [5, 6], compression: 'ulaw' }, [7, 8000, 8, [5, 6]]],
  ] as const)('with %s becomes WAV', (_name, file, expected) => {
    expect(read(aiffToWav(aiff({ ...file, samples: [...file.samples] })))).toEqual(expected);
  });

  it.each([
    ['of another compression', aiff({ bits: 16, samples: [1, 2], compression: 'ima4' }), /"ima4"/],
    ['without sound', aiff({ bits: 16, samples: [] }).subarray(0, 38), /missing/],
    ['that is none', Buffer.from('RIFF'), /no AIFF file/],
  ])('%s is refused', (_name, file, message) => {
    expect(() => aiffToWav(file)).toThrow(message);
    expect(() => aiffToWav(file)).toThrow(expect.objectContaining({ twilioCode: 13420 }));
  });
});
