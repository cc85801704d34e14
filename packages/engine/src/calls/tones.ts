/** Tones that the engine itself makes (ITU-T E.180; North American cadences). */
import type { Playlist } from './ports.js';

const LEVEL_DBOV = -19;

/** 440 + 480 Hz, 2 s on, 4 s off. */
export const RINGBACK: Playlist = {
  sources: [
    { kind: 'tone', frequenciesHz: [440, 480], durationMs: 2000, levelDbov: LEVEL_DBOV },
    { kind: 'tone', frequenciesHz: [], durationMs: 4000, levelDbov: LEVEL_DBOV },
  ],
  loop: 0,
};
