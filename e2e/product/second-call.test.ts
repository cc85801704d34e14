/** An agent's second call: whoever is in the first hears music meanwhile, and nobody is left behind. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { longestGapMs } from '@offhook/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { hear, launchBrowser, openPage, TONES, type Tone } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { expectHears, expectHearsMusic, expectSomewhere } from '../support/expect-audio.js';
import { freePort, OffhookProcess } from '../support/offhook-process.js';
import { button, status } from '../support/phone-page.js';

const CONFIGURATION = `
destinations:
  support: { visitors: true, title: { en: Support }, ring: [agent:alice], otherwise: voicemail, voicemail: { greeting: Speak. } }
agents: { alice: { name: Alice Archer }, bob: { name: Bob Baker } }
`;
/** Of a call that nobody does anything to; a busy machine may lose some packets. */
const MAX_GAP_MS = 300;

let origin: string;
let offhook: OffhookProcess;
let browser: Browser;
let context: BrowserContext;
let directory: string;

beforeAll(async () => {
  const port = await freePort();
  origin = `http://localhost:${port}`;
  directory = await mkdtemp(join(tmpdir(), 'offhook-second-call-'));
  const file = join(directory, 'offhook.yaml');
  await writeFile(file, CONFIGURATION);
  const env = { PORT: String(port), OFFHOOK_CONFIG: file };
  [offhook, browser] = await Promise.all([
    OffhookProcess.start(['start'], /Offhook is ready/, env),
    launchBrowser(),
  ]);
});
afterAll(async () => {
  await browser.close();
  await offhook.stop();
  await rm(directory, { recursive: true });
});
beforeEach(async () => {
  context = await browser.newContext();
});
afterEach(async () => {
  await context.close();
  // It is the server's music that ends after a quarter of an hour.
  expect(offhook.output).not.toMatch(/in place of what failed|could not be settled/);
});

async function open(path: string, tone: Tone): Promise<Page> {
  const page = await openPage(context, tone);
  await page.goto(origin + path);
  return page;
}

async function phone(identity: 'alice' | 'bob'): Promise<Page> {
  const page = await open(`/phone?identity=${identity}`, TONES[identity]);
  await status(page, /Ready/);
  return page;
}

/** The line's voicemail. */
async function hearsTone(page: Page): Promise<void> {
  await eventually(async () => expectSomewhere(await hear(page, 1000), [1000]));
}

it('is declined, or answered while the first is on hold; they change places, and nobody is left behind', async () => {
  const [shop, alice, bob] = await Promise.all([open('/', TONES.visitor), phone('alice'), phone('bob')]);
  const shopButton = button(shop.locator('click-to-call[destination="support"]').first(), /call/i);
  const second = alice.getByRole('group', { name: 'Second call' });
  await shopButton.click();
  // The second press of a double click meets whatever has come under the pointer, and does nothing to it.
  await button(alice, 'Answer').dblclick();
  await Promise.all([expectHears(shop, TONES.alice), expectHears(alice, TONES.visitor)]);

  // Neither the focus nor the call is taken from whoever is talking.
  await alice.getByLabel('Your note').focus();
  await button(bob, /^Call Support/).click();
  await Promise.all([
    second.getByText('Bob Baker').waitFor(),
    status(alice, /^Call waiting from Bob Baker$/),
  ]);
  expect(await alice.getByLabel('Your note').evaluate((note) => note.matches(':focus'))).toBe(true);
  const unbroken = hear(shop, 3000);
  await button(second, 'Decline').click();
  await second.waitFor({ state: 'detached' });
  // On nothing that a second press would press.
  await alice.locator('section.phone:focus').waitFor();
  await hearsTone(bob);
  const gap = longestGapMs(await unbroken, TONES.alice.frequencyHz);
  expect(gap, `a gap of ${gap} ms`).toBeLessThan(MAX_GAP_MS);
  await button(bob, 'End').click();
  await status(bob, /Ready/);

  await button(bob, /^Call Support/).click();
  await button(second, 'Hold and answer').waitFor();
  await alice.keyboard.press('Alt+Shift+A');
  await Promise.all([
    expectHearsMusic(shop),
    expectHears(alice, TONES.bob),
    expectHears(bob, TONES.alice),
    status(alice, /^Website visitor is on hold$/),
  ]);
  await button(second, /^Swap/).click();
  await Promise.all([
    expectHearsMusic(bob),
    expectHears(alice, TONES.visitor),
    expectHears(shop, TONES.alice),
  ]);
  await button(alice, 'End').dblclick();
  await Promise.all([expectHears(alice, TONES.bob), expectHears(bob, TONES.alice), shopButton.waitFor()]);

  await shopButton.click();
  await button(second, 'Hold and answer').click();
  await Promise.all([expectHearsMusic(bob), expectHears(shop, TONES.alice)]);
  await alice.close({ runBeforeUnload: false });
  await Promise.all([hearsTone(bob), shopButton.waitFor()]);
});
