import { toneLevelDb, type Recording } from '@offhook/testing';
import { expect } from 'vitest';
import type { Page } from 'playwright-core';
import { hear, TONES, type Tone } from './browser.js';
import { eventually } from './eventually.js';

const ALL_HZ = Object.values(TONES).map((tone) => tone.frequencyHz);

/** Whether a recording carries this tone at about its level, and no other person's. */
function expectOnlyTone(recording: Recording, tone: Tone): void {
  expect(Math.abs(toneLevelDb(recording, tone.frequencyHz) - tone.levelDb)).toBeLessThan(4);
  for (const hz of ALL_HZ) {
    if (hz !== tone.frequencyHz) expect(toneLevelDb(recording, hz)).toBeLessThan(tone.levelDb - 25);
  }
}

/** Waits until the page hears this tone and nobody else. */
export async function expectHears(page: Page, tone: Tone): Promise<void> {
  await eventually(async () => expectOnlyTone(await hear(page, 400), tone));
}

/** Waits until the page hears exactly these people at once, each at about their level. */
export async function expectHearsAll(page: Page, tones: readonly Tone[]): Promise<void> {
  await eventually(async () => {
    const recording = await hear(page, 500);
    for (const tone of Object.values(TONES)) {
      const level = toneLevelDb(recording, tone.frequencyHz) - tone.levelDb;
      const isHeard = tones.some(({ frequencyHz }) => frequencyHz === tone.frequencyHz);
      const offBy = isHeard ? Math.max(0, Math.abs(level) - 4) : Math.max(0, level + 25);
      expect(offBy, `${tone.frequencyHz} Hz`).toBe(0);
    }
  });
}

/**
 * Expects that something done in a call leaves no gap longer than `maxGapMs`. A gap may be the machine's own; then it
 * is done twice more, and must leave none either time.
 */
export async function expectUnbroken(maxGapMs: number, measureGapMs: () => Promise<number>): Promise<void> {
  const first = await measureGapMs();
  if (first <= maxGapMs) return;
  const again = [await measureGapMs(), await measureGapMs()];
  expect(Math.max(...again), `gaps of ${[first, ...again].join(', ')} ms`).toBeLessThanOrEqual(maxGapMs);
}

/** Waits until the page hears none of the people. */
export async function expectHearsNobody(page: Page): Promise<void> {
  await eventually(async () => {
    const recording = await hear(page, 400);
    for (const hz of ALL_HZ) expect(toneLevelDb(recording, hz)).toBeLessThan(-50);
  });
}

/** Waits until the page hears music: what is neither silence nor one of the people, nor one of `announcementsHz`. */
export async function expectHearsMusic(page: Page, announcementsHz: readonly number[] = []): Promise<void> {
  const others = [...Object.values(TONES).map((tone) => tone.frequencyHz), ...announcementsHz];
  await eventually(async () => {
    const music = await hear(page, 1200);
    expect(Math.max(...music.samples)).toBeGreaterThan(0.03);
    for (const hz of others) expect(toneLevelDb(music, hz)).toBeLessThan(-27);
  });
}

/** Waits until the page hears these frequencies together, in some tenth of a second. */
export async function expectToneHz(page: Page, frequenciesHz: readonly number[]): Promise<void> {
  await eventually(async () => expectSomewhere(await hear(page, 1000), frequenciesHz));
}

/** Whether some tenth of a second of the recording carries these frequencies and no noise. */
export function expectSomewhere(
  { samples, sampleRateHz }: Recording,
  frequenciesHz: readonly number[],
): void {
  const length = Math.round(sampleRateHz / 10);
  const found = Array.from({ length: Math.floor(samples.length / length) }, (_, index) => {
    const window = { samples: samples.subarray(index * length, (index + 1) * length), sampleRateHz };
    return (
      Math.min(...frequenciesHz.map((hz) => toneLevelDb(window, hz))) > -32 && toneLevelDb(window, 2000) < -40
    );
  });
  expect(found, `tone of ${frequenciesHz.join(' + ')} Hz`).toContain(true);
}
