import { toneLevelDb, type Recording } from '@offhook/testing';
import { expect } from 'vitest';
import type { Page } from 'playwright-core';
import { hear, TONES, type Tone } from './browser.js';
import { eventually } from './eventually.js';

const ALL_HZ = Object.values(TONES).map((tone) => tone.frequencyHz);

/** Whether a recording carries this tone at about its level, and no other person's. */
export function expectOnlyTone(recording: Recording, tone: Tone): void {
  expect(Math.abs(toneLevelDb(recording, tone.frequencyHz) - tone.levelDb)).toBeLessThan(4);
  for (const hz of ALL_HZ) {
    if (hz !== tone.frequencyHz) expect(toneLevelDb(recording, hz)).toBeLessThan(tone.levelDb - 25);
  }
}

/** Waits until the page hears this tone and nobody else. */
export async function expectHears(page: Page, tone: Tone): Promise<void> {
  await eventually(async () => expectOnlyTone(await hear(page, 400), tone));
}

/** Waits until the page hears none of the people. */
export async function expectHearsNobody(page: Page): Promise<void> {
  await eventually(async () => {
    const recording = await hear(page, 400);
    for (const hz of ALL_HZ) expect(toneLevelDb(recording, hz)).toBeLessThan(-50);
  });
}
