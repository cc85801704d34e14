/** Music for those who wait, made here: soft broken chords that come round every 16 s without a seam. */
import { readFile, writeFile } from 'node:fs/promises';
import { Hono } from 'hono';

const RATE_HZ = 16_000;
const NOTE_SAMPLES = RATE_HZ / 2;
/** Frequencies of F, A minor, B flat and C with their sevenths, each twice up and down. */
const CHORDS_HZ: readonly (readonly [number, number, number, number])[] = [
  [349.23, 440, 523.25, 659.26],
  [220, 329.63, 440, 523.25],
  [233.08, 349.23, 440, 587.33],
  [261.63, 329.63, 392, 466.16],
];
const PATTERN = [0, 1, 2, 3, 3, 2, 1, 2] as const;
/** Strength of each overtone. */
const PARTIALS = [1, 0.35, 0.12] as const;
const PEAK = 3600;
const ATTACK_SAMPLES = 160;
/** A note rings on for this long, under those that follow. */
const RING_SAMPLES = 3 * NOTE_SAMPLES;

/** Writes the music as a WAV file. */
export async function writeHoldMusic(path: string): Promise<void> {
  const notes = CHORDS_HZ.flatMap((chord) => PATTERN.map((place) => chord[place]));
  const samples = new Float64Array(notes.length * NOTE_SAMPLES);
  for (const [index, hz] of notes.entries()) addNote(samples, index * NOTE_SAMPLES, hz);
  const file = Buffer.alloc(44 + samples.length * 2);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(RATE_HZ, 24);
  file.writeUInt32LE(RATE_HZ * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(samples.length * 2, 40);
  for (const [i, sample] of samples.entries()) file.writeInt16LE(Math.round(sample), 44 + i * 2);
  await writeFile(path, file);
}

/** Serves the file at `path`, for applications that name it in `<Play>`. */
export function holdMusicRoute(path: string, file: string): Hono {
  const routes = new Hono();
  routes.get(path, async (context) =>
    context.body(new Uint8Array(await readFile(file)), 200, {
      'content-type': 'audio/wav',
      'cache-control': 'public, max-age=86400',
    }),
  );
  return routes;
}

/** What rings beyond the end comes in again at the beginning. */
function addNote(samples: Float64Array, start: number, hz: number): void {
  for (let i = 0; i < RING_SAMPLES; i += 1) {
    const fade = Math.min(1, i / ATTACK_SAMPLES) * (1 - i / RING_SAMPLES) ** 2;
    let value = 0;
    for (const [n, strength] of PARTIALS.entries()) {
      value += strength * Math.sin((2 * Math.PI * hz * (n + 1) * i) / RATE_HZ);
    }
    const at = (start + i) % samples.length;
    samples[at] = (samples[at] ?? 0) + PEAK * fade * value;
  }
}
