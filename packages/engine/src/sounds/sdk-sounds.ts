/**
 * The sounds that the Voice SDK plays, made here: a ringtone, two short signals, the twelve keys (ITU-T Q.23), and
 * `cowbell`, with which its connection test stands in for a microphone. Served as WAV; browsers recognise audio by its content.
 */
import { Hono } from 'hono';
import { cors } from 'hono/cors';

const SAMPLE_RATE_HZ = 16_000;
/** A steady tone: its frequencies (none is silence) and its length. */
type Segment = readonly [frequenciesHz: readonly number[], durationMs: number];

const KEY_MS = 160;
/** Half a second; the frequencies are those of an analogue drum machine's cowbell. */
const COWBELL_BEAT: readonly Segment[] = [
  [[540, 800], 300],
  [[], 200],
];
const SOUNDS: Readonly<Record<string, readonly Segment[]>> = {
  incoming: [
    [[440, 480], 1000],
    [[], 200],
    [[440, 480], 1000],
    [[], 1800],
  ],
  outgoing: [
    [[523], 90],
    [[659], 110],
  ],
  disconnect: [
    [[480], 120],
    [[], 40],
    [[392], 160],
  ],
  'dtmf-1': [[[697, 1209], KEY_MS]],
  'dtmf-2': [[[697, 1336], KEY_MS]],
  'dtmf-3': [[[697, 1477], KEY_MS]],
  'dtmf-4': [[[770, 1209], KEY_MS]],
  'dtmf-5': [[[770, 1336], KEY_MS]],
  'dtmf-6': [[[770, 1477], KEY_MS]],
  'dtmf-7': [[[852, 1209], KEY_MS]],
  'dtmf-8': [[[852, 1336], KEY_MS]],
  'dtmf-9': [[[852, 1477], KEY_MS]],
  'dtmf-0': [[[941, 1336], KEY_MS]],
  'dtmf-star': [[[941, 1209], KEY_MS]],
  'dtmf-hash': [[[941, 1477], KEY_MS]],
  // As long as the test, which plays it once.
  cowbell: Array.from({ length: 40 }).flatMap(() => COWBELL_BEAT),
};
const PEAK = 0.35;
/** Ramp at both ends of a segment, so that it does not click. */
const RAMP_SAMPLES = 80;

/** Names of the sounds, e.g. `incoming` and `dtmf-1`. */
export const SOUND_NAMES: readonly string[] = Object.keys(SOUNDS);

/** `GET <path>/<name>.mp3`, as the SDK asks for them. */
export function sdkSounds(path: string): Hono {
  const routes = new Hono();
  const made = new Map<string, Uint8Array<ArrayBuffer>>();
  routes.use(`${path}/*`, cors({ origin: '*' }));
  routes.get(`${path}/:file`, (context) => {
    const name = context.req.param('file').replace(/\.mp3$/, '');
    const segments = Object.hasOwn(SOUNDS, name) ? SOUNDS[name] : undefined;
    if (!segments) return context.text('no such sound', 404);
    const wav = made.get(name) ?? makeWav(segments);
    made.set(name, wav);
    return context.body(wav, 200, { 'content-type': 'audio/wav', 'cache-control': 'public, max-age=86400' });
  });
  return routes;
}

/** A mono 16-bit PCM WAV file of the segments. */
function makeWav(segments: readonly Segment[]): Uint8Array<ArrayBuffer> {
  const samples = segments.flatMap(([frequenciesHz, durationMs]) => makeTone(frequenciesHz, durationMs));
  const wav = new Uint8Array(44 + samples.length * 2);
  const view = new DataView(wav.buffer);
  const text = (offset: number, value: string): void => wav.set(Buffer.from(value, 'latin1'), offset);
  text(0, 'RIFF');
  view.setUint32(4, wav.length - 8, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, SAMPLE_RATE_HZ, true);
  view.setUint32(28, SAMPLE_RATE_HZ * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, samples.length * 2, true);
  for (const [index, sample] of samples.entries())
    view.setInt16(44 + index * 2, Math.round(sample * 32_767), true);
  return wav;
}

function makeTone(frequenciesHz: readonly number[], durationMs: number): number[] {
  const length = Math.round((SAMPLE_RATE_HZ * durationMs) / 1000);
  return Array.from({ length }, (_, index) => {
    if (frequenciesHz.length === 0) return 0;
    const ramp = Math.min(1, index / RAMP_SAMPLES, (length - index) / RAMP_SAMPLES);
    const sum = frequenciesHz.reduce(
      (total, hz) => total + Math.sin((2 * Math.PI * hz * index) / SAMPLE_RATE_HZ),
      0,
    );
    return (PEAK * ramp * sum) / frequenciesHz.length;
  });
}
