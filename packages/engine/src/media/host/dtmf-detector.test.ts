import { describe, expect, it } from 'vitest';
import { decodePcmu, encodePcmu } from './g711.js';
import { DtmfDetector } from './dtmf-detector.js';

const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477, 1633];
const KEYS = '123A456B789C*0#D';

interface Press {
  key: string;
  ms: number;
  gapMs: number;
  /** Peaks of the two tones. */
  low: number;
  high: number;
  /** Factor on both frequencies. */
  detune: number;
}

const PLAIN = { ms: 60, gapMs: 60, low: 4000, high: 4000, detune: 1 };

function seededRandom(): () => number {
  let state = 7;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** What a line makes of the presses: mu-law, with noise of this peak. */
function line(presses: readonly Press[], noise = 0): Int16Array {
  const random = seededRandom();
  const samples = presses.flatMap(({ key, ms, gapMs, low, high, detune }) => {
    const place = KEYS.indexOf(key);
    const [lowHz, highHz] = [(ROWS[place >> 2] ?? 0) * detune, (COLUMNS[place & 3] ?? 0) * detune];
    return Array.from({ length: (ms + gapMs) * 8 }, (_, i) => {
      const isOn = i < ms * 8;
      const wave = (hz: number): number => (isOn ? Math.sin((2 * Math.PI * hz * i) / 8000) : 0);
      return low * wave(lowHz) + high * wave(highHz) + noise * (2 * random() - 1);
    });
  });
  const coded = new Uint8Array(samples.length);
  encodePcmu(Int16Array.from(samples), coded, 0);
  return decodePcmu(coded, 0, coded.length);
}

function keysIn(samples: Int16Array): string {
  const detector = new DtmfDetector();
  let keys = '';
  for (let at = 0; at < samples.length; at += 160) {
    const frame = samples.subarray(at, at + 160);
    keys += detector.feed(frame, frame.length) ?? '';
  }
  return keys;
}

describe('the detector of keys in sound', () => {
  it.each([
    ['as phones send them', {}, 0],
    ['quiet ones', { low: 900, high: 900 }, 0],
    ['loud ones', { low: 14_000, high: 14_000 }, 0],
    ['with 4 dB of twist', { high: 6300 }, 0],
    ['with 6 dB of reverse twist', { low: 8000 }, 0],
    ['1.5 % too high', { detune: 1.015 }, 0],
    ['1.5 % too low', { detune: 0.985 }, 0],
    ['in noise', {}, 800],
  ])('hears all sixteen keys %s', (_name, change, noise) => {
    const presses = KEYS.split('').map((key) => ({ ...PLAIN, ...change, key }));
    expect(keysIn(line(presses, noise))).toBe(KEYS);
  });

  it('hears a key once however long it is held, and the same key twice after a gap', () => {
    const held = { ...PLAIN, key: '5', ms: 2000 };
    expect(keysIn(line([held, { ...held, ms: 60 }]))).toBe('55');
  });

  it.each([
    ['too short', { ms: 20 }],
    ['too quiet', { low: 300, high: 300 }],
    ['with 12 dB of twist', { low: 1000, high: 4000 }],
    ['of one tone', { low: 0 }],
    ['5 % off', { detune: 1.05 }],
  ])('hears no key that is %s', (_name, change) => {
    expect(keysIn(line(KEYS.split('').map((key) => ({ ...PLAIN, ...change, key }))))).toBe('');
  });

  it('takes no voice, no music and no noise for a key, for five minutes', () => {
    const random = seededRandom();
    const samples = new Int16Array(8000 * 300);
    let pitch = 120;
    let phase = 0;
    for (let i = 0; i < samples.length; i += 1) {
      // A pitch that wanders over three octaves, as voices and instruments do, with overtones.
      if (i % 400 === 0) pitch = Math.max(80, Math.min(700, pitch * (0.9 + 0.2 * random())));
      phase += (2 * Math.PI * pitch) / 8000;
      let value = 0;
      for (let n = 1; n <= 8; n += 1) value += (Math.sin(n * phase) * (1 + ((i >> 11) % n))) / n ** 1.2;
      samples[i] = 2500 * value + 600 * (2 * random() - 1);
    }
    expect(keysIn(samples)).toBe('');
  });
});
