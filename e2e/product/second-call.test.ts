/** An agent's second call: whoever is in the first hears music meanwhile, and nobody is left behind. */
import { longestGapMs } from '@offhook/testing';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { hear, openPage, TONES, type Tone } from '../support/browser.js';
import { expectHears, expectHearsMusic, expectToneHz } from '../support/expect-audio.js';
import { button, isFree, status } from '../support/phone-page.js';
import { startProduct, type Product } from '../support/product.js';

const CONFIGURATION = `
destinations:
  support: { visitors: true, title: { en: Support }, ring: [agent:alice], otherwise: voicemail, voicemail: { greeting: Speak. } }
agents: { alice: { name: Alice Archer }, bob: { name: Bob Baker } }
`;
/** Of a call that nobody does anything to; a busy machine may lose some packets. */
const MAX_GAP_MS = 300;

let product: Product;
let context: BrowserContext;

beforeAll(async () => {
  product = await startProduct({ configuration: CONFIGURATION });
});
afterAll(() => product.close());
beforeEach(async () => {
  context = await product.browser.newContext();
});
afterEach(async () => {
  await context.close();
  // It is the server's music that ends after a quarter of an hour.
  expect(product.offhook.output).not.toMatch(/in place of what failed|could not be settled/);
});

async function open(path: string, tone: Tone): Promise<Page> {
  const page = await openPage(context, tone);
  await page.goto(product.origin + path);
  return page;
}

async function phone(identity: 'alice' | 'bob'): Promise<Page> {
  const page = await open(`/phone?identity=${identity}`, TONES[identity]);
  await status(page, /Ready/);
  return page;
}

/** What the line's voicemail says before it listens. */
const VOICEMAIL_HZ = [1000];

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
  await expectToneHz(bob, VOICEMAIL_HZ);
  const gap = longestGapMs(await unbroken, TONES.alice.frequencyHz);
  expect(gap, `a gap of ${gap} ms`).toBeLessThan(MAX_GAP_MS);
  await button(bob, 'End').click();
  await isFree(bob);

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
  await Promise.all([expectToneHz(bob, VOICEMAIL_HZ), shopButton.waitFor()]);
});
