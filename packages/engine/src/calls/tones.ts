/** Tones that the engine itself makes: ringback as it sounds in a country (ITU-T E.180, supplement 2). */
import type { AudioSource, Playlist } from './ports.js';

const LEVEL_DBOV = -19;

/** Frequencies in Hz, then milliseconds of sound and silence by turns. */
type Cadence = readonly [frequenciesHz: readonly number[], ...durationsMs: readonly number[]];

const NORTH_AMERICA: Cadence = [[440, 480], 2000, 4000];
const EUROPE: Cadence = [[425], 1000, 4000];
const BRITAIN: Cadence = [[400, 450], 400, 200, 400, 2000];

/** By Twilio's names for `ringTone`. */
const CADENCES: Readonly<Record<string, Cadence>> = {
  at: [[420], 1000, 5000],
  au: [[400, 425], 400, 200, 400, 2000],
  bg: [[425], 1000, 4000],
  br: EUROPE,
  be: [[425], 1000, 3000],
  ch: EUROPE,
  cl: [[400], 1000, 3000],
  cn: [[450], 1000, 4000],
  cz: EUROPE,
  de: EUROPE,
  dk: EUROPE,
  ee: EUROPE,
  es: [[425], 1500, 3000],
  fi: EUROPE,
  fr: [[440], 1500, 3500],
  gr: EUROPE,
  hu: [[425], 1250, 3750],
  il: [[400], 1000, 3000],
  in: [[400, 425], 400, 200, 400, 2000],
  it: EUROPE,
  lt: EUROPE,
  jp: [[400, 416], 1000, 2000],
  mx: EUROPE,
  my: [[425], 400, 200, 400, 2000],
  nl: EUROPE,
  no: EUROPE,
  nz: BRITAIN,
  ph: [[425, 480], 1000, 4000],
  pl: EUROPE,
  pt: [[425], 1000, 5000],
  ru: [[425], 800, 3200],
  se: [[425], 1000, 5000],
  sg: [[425], 400, 200, 400, 2000],
  th: EUROPE,
  uk: BRITAIN,
  us: NORTH_AMERICA,
  'us-old': [[420, 460], 2000, 4000],
  tw: [[440, 480], 1000, 2000],
  ve: EUROPE,
  za: [[400, 433], 400, 200, 400, 2000],
};

/** Ringback that goes on until it is stopped; North America's when no country is named. */
export function ringback(country: string | undefined): Playlist {
  const [frequenciesHz, ...durationsMs] = CADENCES[country ?? 'us'] ?? NORTH_AMERICA;
  const sources = durationsMs.map((durationMs, index): AudioSource => ({
    kind: 'tone',
    frequenciesHz: index % 2 === 0 ? frequenciesHz : [],
    durationMs,
    levelDbov: LEVEL_DBOV,
  }));
  return { sources, loop: 0 };
}
