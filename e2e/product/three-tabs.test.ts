import type { BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hear, openPage, TONES, type Tone } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { expectHears, expectSomewhere } from '../support/expect-audio.js';
import { OffhookProcess } from '../support/offhook-process.js';
import { startProduct, type Product } from '../support/product.js';

let product: Product;
let context: BrowserContext;
const problems: string[] = [];

beforeAll(async () => {
  product = await startProduct();
});
afterAll(async () => {
  expect(await product.close()).toBe(0);
});
beforeEach(async () => {
  context = await product.browser.newContext();
});
afterEach(async () => {
  await context.close();
  expect(problems.splice(0)).toEqual([]);
});

async function open(path: string, tone: Tone): Promise<Page> {
  const page = await openPage(context, tone);
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) problems.push(message.text());
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (/^(http|ws)/.test(url.protocol) && url.hostname !== 'localhost')
      problems.push(`third party: ${url.href}`);
  });
  await page.goto(product.origin + path);
  return page;
}

async function phone(identity: 'alice' | 'bob'): Promise<Page> {
  const page = await open(`/phone?identity=${identity}`, TONES[identity]);
  await status(page, /Ready/);
  return page;
}

function button(page: Page | Locator, name: string | RegExp): Locator {
  return page.getByRole('button', { name, exact: typeof name === 'string' }).first();
}

function status(page: Page | Locator, text: RegExp): Promise<void> {
  return page.getByRole('status').filter({ hasText: text }).first().waitFor();
}

/** The call button in the page, not the floating one. */
function shopButton(shop: Page, destination: string): Locator {
  return shop.locator(`click-to-call[destination="${destination}"]`).first();
}

async function expectQuiet(page: Page): Promise<void> {
  await eventually(async () => {
    expect(await page.evaluate(() => window.offhookTest.liveMicrophoneTracks())).toBe(0);
    expect(await page.evaluate(() => window.offhookTest.openPeerConnections())).toBe(0);
  });
}

describe('three tabs of one browser', () => {
  it('a visitor rings Alice, they hear each other, and the visitor ends it', async () => {
    const [shop, alice, bob] = [await open('/', TONES.visitor), await phone('alice'), await phone('bob')];
    const call = shopButton(shop, 'support');
    await button(call, /call/i).click();
    await button(alice, 'Answer').waitFor();
    await button(bob, 'Answer').waitFor();
    await button(alice, 'Answer').click();
    await Promise.all([expectHears(shop, TONES.alice), expectHears(alice, TONES.visitor)]);
    await button(bob, 'Answer').waitFor({ state: 'hidden' });
    await button(call, 'End').click();
    await Promise.all([status(alice, /Ready/), status(bob, /Ready/)]);
    await Promise.all([expectQuiet(shop), expectQuiet(alice), expectQuiet(bob)]);
    await button(call, /call/i).waitFor();
  });

  it('Alice ends a call, and the visitor can call again', async () => {
    const [shop, alice] = [await open('/', TONES.visitor), await phone('alice')];
    const call = shopButton(shop, 'support');
    for (let round = 0; round < 2; round += 1) {
      await button(call, /call/i).click();
      await button(alice, 'Answer').click();
      await expectHears(shop, TONES.alice);
      await button(alice, 'End').click();
      await status(alice, /Ready/);
      await expectQuiet(shop);
    }
  });

  it('Alice and Bob call each other by name', async () => {
    const [alice, bob] = [await phone('alice'), await phone('bob')];
    for (const [caller, callee, name] of [
      [alice, bob, /^Call Bob Baker, /],
      [bob, alice, /^Call Alice Archer, /],
    ] as const) {
      await button(caller, name).click();
      await button(callee, 'Answer').click();
      await Promise.all([
        expectHears(caller, caller === alice ? TONES.bob : TONES.alice),
        expectHears(callee, caller === alice ? TONES.alice : TONES.bob),
      ]);
      await button(callee, 'End').click();
      await Promise.all([status(alice, /Ready/), status(bob, /Ready/)]);
      await Promise.all([expectQuiet(alice), expectQuiet(bob)]);
    }
  });

  it('Alice declines a visitor, who reads so', async () => {
    const [shop, alice] = [await open('/', TONES.visitor), await phone('alice')];
    const call = shopButton(shop, 'support');
    await button(call, /call/i).click();
    await button(alice, 'Decline').click();
    await status(call, /Declined/);
    await status(alice, /Ready/);
    await Promise.all([expectQuiet(shop), expectQuiet(alice)]);
  });

  it('Bob declines, and Alice reads so', async () => {
    const [alice, bob] = [await phone('alice'), await phone('bob')];
    await button(alice, /^Call Bob Baker, /).click();
    await button(bob, 'Decline').click();
    await status(alice, /Declined/);
    await status(alice, /Ready/);
    await Promise.all([expectQuiet(alice), expectQuiet(bob)]);
  });

  it('the demo page offers echo and keypad readback', async () => {
    const shop = await open('/', TONES.visitor);
    const echo = shopButton(shop, 'echo');
    await button(echo, /call/i).click();
    await expectHears(shop, TONES.visitor);
    await button(echo, 'End').click();
    await expectQuiet(shop);

    await shop.evaluate(() => window.offhookTest.setMicrophone({ frequencyHz: 800, levelDb: -100 }));
    const keypad = shopButton(shop, 'keypad');
    await button(keypad, /call/i).click();
    await button(keypad, 'Keypad').click();
    const heard = hear(shop, 4000);
    await keypad.getByRole('button', { name: /^7/ }).click();
    expectSomewhere(await heard, [852, 1209]);
    await button(keypad, 'End').click();
    await expectQuiet(shop);
  });

  it('a double click makes one call', async () => {
    const [shop, alice] = [await open('/', TONES.visitor), await phone('alice')];
    await button(shopButton(shop, 'support'), /call/i).dblclick();
    await button(alice, 'Answer').click();
    await expectHears(shop, TONES.alice);
    expect(await shop.evaluate(() => window.offhookTest.openPeerConnections())).toBe(1);
    await button(alice, 'End').click();
    await expectQuiet(shop);
  });

  it('a visitor who cancels while it rings leaves nothing ringing', async () => {
    const [shop, alice] = [await open('/', TONES.visitor), await phone('alice')];
    const call = shopButton(shop, 'support');
    await button(call, /call/i).click();
    await button(alice, 'Answer').waitFor();
    await button(call, 'Cancel').click();
    await status(alice, /Ready/);
    await Promise.all([expectQuiet(shop), expectQuiet(alice)]);
  });

  it('tells a visitor without a microphone what to do, and makes no call', async () => {
    const shop = await open('/', TONES.visitor);
    const call = shopButton(shop, 'support');
    for (const [failure, text] of [
      ['NotAllowedError', /blocking the microphone/],
      ['NotFoundError', /No microphone found/],
      ['NotReadableError', /Another program/],
    ] as const) {
      await shop.evaluate((name) => window.offhookTest.failMicrophone(name), failure);
      await button(call, /call/i).click();
      await call.getByText(text).first().waitFor();
      await expectQuiet(shop);
    }
  });

  it('dials ?number= by itself when the phone is ready', async () => {
    const alice = await open('/phone?identity=alice&number=%2B15005550101', TONES.alice);
    await status(alice, /In call/);
    await eventually(async () => expectSomewhere(await hear(alice, 1000), [440]));
    await button(alice, 'End').click();
    await status(alice, /Ready/);
  });
});

it('refuses to start on a port that is taken, in one line', async () => {
  const second = OffhookProcess.run(['start'], { PORT: new URL(product.origin).port });
  expect(await second.exited()).toBe(1);
  expect(second.output.trim().split('\n')).toHaveLength(1);
  expect(second.output).toMatch(/PORT: \d+ is in use/);
});
