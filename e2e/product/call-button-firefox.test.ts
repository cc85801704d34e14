/**
 * The button in Firefox, on somebody else's site and with third-party cookies blocked. Firefox is driven over
 * WebDriver BiDi; its microphone is its own fake one, which hums, and the echo sends the hum back.
 */
import { launch, type Browser, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findFirefox } from '../../scripts/find-firefox.js';
import { startButtonNetwork, type ButtonNetwork } from '../support/button-network.js';

let network: ButtonNetwork;
let browser: Browser;

beforeAll(async () => {
  const executablePath = findFirefox();
  if (executablePath === undefined)
    throw new Error('No Firefox: run "npm test", which installs one or says how, or set FIREFOX_PATH.');
  [network, browser] = await Promise.all([
    startButtonNetwork(),
    launch({
      browser: 'firefox',
      executablePath,
      headless: true,
      extraPrefsFirefox: {
        'media.navigator.streams.fake': true,
        'media.navigator.permission.disabled': true,
        'media.autoplay.default': 0,
        'media.autoplay.block-webaudio': false,
        'media.peerconnection.ice.loopback': true,
        'media.peerconnection.ice.obfuscate_host_addresses': false,
        // All cookies of third parties are refused.
        'network.cookie.cookieBehavior': 1,
      },
    }),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await network?.close();
});

it('makes a real call in Firefox, hears the echo, and lets go of the microphone', async () => {
  network.site.page = { body: '<click-to-call destination="echo"></click-to-call>' };
  const page = await browser.newPage();
  await page.evaluateOnNewDocument(() => {
    const tracks: MediaStreamTrack[] = [];
    const peers: RTCPeerConnection[] = [];
    const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const stream = await original(constraints);
      tracks.push(...stream.getTracks());
      return stream;
    };
    const Native = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Native {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        peers.push(this);
      }
    };
    Object.assign(window, { heard: { tracks, peers } });
  });
  await page.goto(network.shop);
  // waitForSelector looks again when the document changes, and does not see what changes in a shadow root.
  await page.waitForFunction(
    () =>
      document.querySelector('click-to-call')?.shadowRoot?.querySelector('.launcher') instanceof HTMLElement,
  );
  await page.click('click-to-call >>> .launcher');
  await untilState(page, 'in-call');
  // Opus sends a few bytes for silence; a hum of two seconds brings far more than this.
  await page.waitForFunction(
    async () => {
      const { peers } = (window as unknown as { heard: { peers: RTCPeerConnection[] } }).heard;
      const reports = [...((await peers.at(-1)?.getStats())?.values() ?? [])] as {
        type: string;
        bytesReceived?: number;
      }[];
      return reports.some(({ type, bytesReceived = 0 }) => type === 'inbound-rtp' && bytesReceived > 2_000);
    },
    { timeout: 20_000 },
  );
  await page.evaluate(() => {
    const button = document.querySelector<HTMLElement & { hangUp(): void }>('click-to-call');
    button?.hangUp();
  });
  await page.waitForFunction(
    () =>
      (window as unknown as { heard: { tracks: MediaStreamTrack[] } }).heard.tracks.every(
        ({ readyState }) => readyState === 'ended',
      ),
    { timeout: 20_000 },
  );
  await untilState(page, 'ended');
  expect(await page.evaluate(() => document.cookie)).toBe('');
});

async function untilState(page: Page, name: string): Promise<void> {
  const stateOf = (): string | undefined =>
    document.querySelector<HTMLElement & { state?: object }>('click-to-call')?.state &&
    JSON.stringify(document.querySelector<HTMLElement & { state?: object }>('click-to-call')?.state);
  try {
    await page.waitForFunction(
      (wanted) =>
        document.querySelector<HTMLElement & { state?: { name: string } }>('click-to-call')?.state?.name ===
        wanted,
      { timeout: 20_000 },
      name,
    );
  } catch (cause) {
    throw new Error(`The button is in ${await page.evaluate(stateOf)}, not in ${name}.`, { cause });
  }
}
