import { describe, expect, it } from 'vitest';
import { levelDbov, toneLevelDbov } from '../../testing/goertzel.js';
import { decodePcmu, encodePcmu } from './g711.js';
import { OpusCodec, type OpusRate } from './opus-codec.js';
import { Playback } from './playback.js';
import { resample } from './resampler.js';
import { parseWav } from './wav.js';

function sine(rate: number, frequencyHz: number, seconds: number, amplitude = 8000): Int16Array {
  return Int16Array.from({ length: rate * seconds }, (_, i) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * frequencyHz * i) / rate)),
  );
}

function wavFile(options: { channels: number; sampleRate: number; samples: Int16Array }): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + options.samples.length * 2, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(options.channels, 22);
  header.writeUInt32LE(options.sampleRate, 24);
  header.writeUInt32LE(options.sampleRate * options.channels * 2, 28);
  header.writeUInt16LE(options.channels * 2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(options.samples.length * 2, 40);
  return Buffer.concat([header, Buffer.from(options.samples.buffer)]);
}

function playAll(playback: Playback, rate: OpusRate): Int16Array {
  const frames: Int16Array[] = [];
  for (let frame = playback.next(rate); frame !== undefined; frame = playback.next(rate)) {
    if (frame.kind === 'samples') frames.push(frame.samples);
  }
  return Int16Array.from(frames.flatMap((each) => Array.from(each)));
}

describe('G.711', () => {
  it('gives the codes of the standard', () => {
    const codes = new Uint8Array(5);
    encodePcmu(Int16Array.of(0, 32_767, -32_768, 132, -132), codes, 0);
    expect([...codes]).toEqual([0xff, 0x80, 0x00, 0xef, 0x6f]);
  });

  it('decodes every code to a sample that encodes to it again', () => {
    const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
    const again = new Uint8Array(256);
    encodePcmu(decodePcmu(codes, 0, 256), again, 0);
    // Negative zero is the one code with a twin.
    codes[0x7f] = 0xff;
    expect([...again]).toEqual([...codes]);
  });

  it('keeps a tone 30 dB clear of its own noise', () => {
    const tone = sine(8000, 440, 1);
    const codes = new Uint8Array(tone.length);
    encodePcmu(tone, codes, 0);
    const decoded = decodePcmu(codes, 0, codes.length);
    const noise = decoded.map((sample, i) => sample - (tone[i] ?? 0));
    expect(levelDbov(decoded) - levelDbov(noise)).toBeGreaterThan(30);
  });
});

describe('Opus', () => {
  it.each([8000, 48_000] as const)('keeps a tone within half a decibel at %i', (rate) => {
    const encoder = new OpusCodec(rate);
    const decoder = new OpusCodec(8000);
    const tone = sine(rate, 440, 2);
    const packet = new Uint8Array(1275);
    const heard: number[] = [];
    for (let at = 0; at < tone.length; at += rate / 50) {
      const bytes = encoder.encode(tone.subarray(at, at + rate / 50), packet, 0);
      heard.push(...decoder.decode(packet, 0, bytes));
    }
    const settled = Int16Array.from(heard.slice(8000));
    expect(Math.abs(toneLevelDbov(settled, 8000, 440) - toneLevelDbov(tone, rate, 440))).toBeLessThan(0.5);
    encoder.release();
    decoder.release();
  });

  it('does not let one stream disturb another, nor a reused codec remember its past', () => {
    const decodeFirst = (): number[] => {
      const codec = new OpusCodec(8000);
      const packet = new Uint8Array(1275);
      const bytes = codec.encode(sine(8000, 300, 0.02), packet, 0);
      const samples = [...codec.decode(packet, 0, bytes)];
      codec.release();
      return samples;
    };
    const fresh = decodeFirst();
    const others = Array.from({ length: 100 }, () => new OpusCodec(8000));
    for (const other of others) other.encode(sine(8000, 1000, 0.02), new Uint8Array(1275), 0);
    for (const other of others) other.release();
    expect(decodeFirst()).toEqual(fresh);
  });

  it('throws on a packet that is not Opus and on use after release', () => {
    const codec = new OpusCodec(8000);
    expect(() => codec.decode(Uint8Array.of(0xff, 0xff, 0xff), 0, 3)).toThrow('Opus decoder failed');
    codec.release();
    expect(() => codec.decode(Uint8Array.of(0xf8, 0xff, 0xfe), 0, 3)).toThrow('released');
  });
});

describe('resampling', () => {
  it.each([
    [44_100, 8000],
    [48_000, 8000],
    [8000, 48_000],
    [22_050, 48_000],
    [11_025, 8000],
    [16_000, 8000],
  ])('keeps a tone of 440 Hz from %i to %i', (sourceRate, targetRate) => {
    const source = { sampleRate: sourceRate, samples: sine(sourceRate, 440, 1) };
    const target = new Int16Array(targetRate / 2);
    resample(source, targetRate, targetRate / 4, target);
    const level = toneLevelDbov(target, targetRate, 440);
    expect(Math.abs(level - toneLevelDbov(source.samples, sourceRate, 440))).toBeLessThan(0.1);
    // Everything else is at least 60 dB below.
    expect(levelDbov(target) - level).toBeLessThan(0.01);
  });

  it('does not fold what the lower rate cannot hold back into it', () => {
    const source = { sampleRate: 48_000, samples: sine(48_000, 5000, 1) };
    const target = new Int16Array(4000);
    resample(source, 8000, 2000, target);
    expect(levelDbov(target)).toBeLessThan(levelDbov(source.samples) - 60);
  });

  it('gives the same samples in pieces as in one go', () => {
    const source = { sampleRate: 44_100, samples: sine(44_100, 700, 0.2) };
    const whole = new Int16Array(1600);
    resample(source, 8000, 0, whole);
    const pieces = new Int16Array(1600);
    for (let at = 0; at < 1600; at += 160) resample(source, 8000, at, pieces.subarray(at, at + 160));
    expect([...pieces]).toEqual([...whole]);
  });
});

describe('WAV files', () => {
  it.each([
    ['8 bits', 1, 8, [0x80, 0xff, 0], [0, 32_512, -32_768]],
    ['24 bits', 1, 24, [9, 0x34, 0x12, 0xff, 0xff, 0xff], [0x1234, -1]],
    ['32 bits', 1, 32, [9, 9, 0x34, 0x12], [0x1234]],
    ['A-law', 6, 8, [0xd5, 0x55, 0xaa, 0x2a], [8, -8, 32_256, -32_256]],
    ['mu-law', 7, 8, [0xff, 0x00], [0, -32_124]],
  ])('is read with %s', (_name, tag, bits, bytes, expected) => {
    const head = wavFile({ channels: 1, sampleRate: 8000, samples: new Int16Array() });
    head.writeUInt16LE(tag, 20);
    head.writeUInt16LE(bits, 34);
    head.writeUInt32LE(bytes.length, 40);
    expect([...parseWav(Buffer.concat([head, Buffer.from(bytes)])).samples]).toEqual(expected);
  });

  it('are mixed down from stereo', () => {
    const file = wavFile({ channels: 2, sampleRate: 16_000, samples: Int16Array.of(100, 300, -200, -400) });
    expect(parseWav(file)).toEqual({ sampleRate: 16_000, samples: Int16Array.of(200, -300) });
  });

  it('may be cut off', () => {
    const file = wavFile({ channels: 1, sampleRate: 8000, samples: Int16Array.of(1, 2, 3, 4) });
    expect([...parseWav(file.subarray(0, 49)).samples]).toEqual([1, 2]);
  });

  it('are refused when they are something else', () => {
    const file = wavFile({ channels: 1, sampleRate: 8000, samples: Int16Array.of(1) });
    expect(() => parseWav(Buffer.from('not a file'))).toThrow('not a WAV file');
    expect(() => parseWav(file.subarray(0, 30))).toThrow();
    const compressed = Buffer.from(file);
    compressed.writeUInt16LE(7, 20);
    expect(() => parseWav(compressed)).toThrow('neither PCM');
  });
});

describe('a playlist', () => {
  it('plays tones at the frequency and level asked for, whatever the rate', () => {
    for (const rate of [8000, 48_000] as const) {
      const tone = { kind: 'tone', frequenciesHz: [440, 480], durationMs: 1000, levelDbov: -19 } as const;
      const heard = playAll(new Playback([tone], 1, true), rate);
      expect(heard).toHaveLength(rate);
      expect(levelDbov(heard)).toBeCloseTo(-19, 1);
      expect(toneLevelDbov(heard, rate, 440)).toBeCloseTo(-22, 1);
      expect(toneLevelDbov(heard, rate, 480)).toBeCloseTo(-22, 1);
    }
  });

  it('repeats a tone without a seam', () => {
    const tone = { kind: 'tone', frequenciesHz: [441], durationMs: 30, levelDbov: -20 } as const;
    const heard = playAll(new Playback([tone], 20, true), 8000);
    expect(levelDbov(heard)).toBeCloseTo(toneLevelDbov(heard, 8000, 441), 1);
  });

  it('plays its sources in order, as often as it is told', () => {
    const sound = {
      kind: 'sound',
      sound: { sampleRate: 8000, samples: new Int16Array(80).fill(5) },
    } as const;
    const silence = { kind: 'tone', frequenciesHz: [], durationMs: 10, levelDbov: 0 } as const;
    const heard = playAll(new Playback([sound, silence], 2, true), 8000);
    expect([...heard]).toEqual([
      ...Array(80).fill(5),
      ...Array(80).fill(0),
      ...Array(80).fill(5),
      ...Array(80).fill(0),
    ]);
  });

  it('goes on until stopped when it loops for ever, and ends at once when it is empty', () => {
    const tone = { kind: 'tone', frequenciesHz: [440], durationMs: 20, levelDbov: -20 } as const;
    const endless = new Playback([tone], 0, true);
    for (let i = 0; i < 1000; i += 1) expect(endless.next(8000)).toBeDefined();
    expect(new Playback([{ ...tone, durationMs: 0 }], 0, true).next(8000)).toBeUndefined();
  });

  it('presses keys as telephone events of 160 ms with three ends', () => {
    const playback = new Playback([{ kind: 'digits', digits: '1#' }], 1, true);
    const frames = Array.from({ length: 24 }, () => playback.next(8000));
    expect(playback.next(8000)).toBeUndefined();
    const events = frames.flatMap((frame) => (frame?.kind === 'event' ? [frame] : []));
    expect(events.map(({ event }) => event)).toEqual([...Array(10).fill(1), ...Array(10).fill(11)]);
    expect(events.slice(0, 10).map(({ durationMs }) => durationMs)).toEqual([
      20, 40, 60, 80, 100, 120, 140, 160, 160, 160,
    ]);
    expect(events.slice(0, 10).map(({ end }) => end)).toEqual([...Array(7).fill(false), true, true, true]);
    expect(events.map(({ first }, index) => (first ? index : -1)).filter((index) => index >= 0)).toEqual([
      0, 10,
    ]);
  });

  it('presses keys as dual tones where events were not negotiated', () => {
    const heard = playAll(new Playback([{ kind: 'digits', digits: '5' }], 1, false), 8000).subarray(0, 1280);
    expect(toneLevelDbov(heard, 8000, 770)).toBeCloseTo(-15, 0);
    expect(toneLevelDbov(heard, 8000, 1336)).toBeCloseTo(-15, 0);
  });
});
