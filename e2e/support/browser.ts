/** Headless Chromium with pages that speak and listen. */
import { installPageAudio, type Recording } from '@offhook/testing';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { findHeadlessShell } from '../../scripts/find-chromium.js';

/** A microphone's tone. */
export interface Tone {
  frequencyHz: number;
  levelDb: number;
}

/** Tones that are no harmonics of each other, one for each person in a test. */
export const TONES = {
  alice: { frequencyHz: 600, levelDb: -12 },
  bob: { frequencyHz: 1000, levelDb: -12 },
  carol: { frequencyHz: 1400, levelDb: -12 },
  visitor: { frequencyHz: 800, levelDb: -12 },
} as const satisfies Record<string, Tone>;

/**
 * Starts Chromium without any connection of its own. `args` are added to its command line; `executablePath` is the
 * headless shell unless something is tested that only the whole browser has.
 */
export function launchBrowser(
  args: readonly string[] = [],
  executablePath = findHeadlessShell(),
): Promise<Browser> {
  if (executablePath === undefined)
    throw new Error('No Chromium: run "npm test", which installs one or says how.');
  return chromium.launch({
    executablePath,
    // Playwright turns it off; visitors' browsers have it.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
      '--disable-features=WebRtcHideLocalIpsWithMdns',
      ...args,
    ],
  });
}

/** Arguments for a browser to which all hosts of Twilio are this port of loopback, whatever its certificate. */
export function twilioHostsAt(port: number): string[] {
  return [`--host-resolver-rules=MAP *.twilio.com:443 127.0.0.1:${port}`, '--ignore-certificate-errors'];
}

/** Opens a page whose microphone is this tone. */
export async function openPage(context: BrowserContext | Browser, tone: Tone): Promise<Page> {
  const page = await context.newPage();
  await page.addInitScript(installPageAudio, tone);
  return page;
}

/** Records what the page hears. */
export async function hear(page: Page, durationMs: number): Promise<Recording> {
  const { base64, sampleRateHz } = await page.evaluate((ms) => window.offhookTest.record(ms), durationMs);
  const bytes = Buffer.from(base64, 'base64');
  const samples = new Float32Array(bytes.length / 4);
  for (let index = 0; index < samples.length; index += 1) samples[index] = bytes.readFloatLE(index * 4);
  return { samples, sampleRateHz };
}
