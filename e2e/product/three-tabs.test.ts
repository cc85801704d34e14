import type { BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hear, openPage, TONES, type Tone } from '../support/browser.js';
import { expectQuiet } from '../support/call-button.js';
import { eventually } from '../support/eventually.js';
import { expectHears, expectSomewhere, expectToneHz } from '../support/expect-audio.js';
import { OffhookProcess } from '../support/offhook-process.js';
import { button, isFree, status } from '../support/phone-page.js';
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

/** The desktop as a page knows it. */
interface Desktop {
  notes: (EventTarget & { title: string; body: string; isOpen: boolean })[];
  /** How often the page asked to be shown. */
  broughtUp: number;
}

declare global {
  interface Window {
    desktop: Desktop;
    states: string[];
  }
}

/** Far less than the 30 seconds for which a call waits for a device that was lost rather than hung up. */
const FAR_END_MS = 10_000;

/** Runs in the page: a desktop that shows every notification, where headless browsers have none. */
function installDesktop(): void {
  const desktop: Desktop = { notes: [], broughtUp: 0 };
  class DesktopNote extends EventTarget {
    static readonly permission = 'granted';
    static requestPermission = (): Promise<string> => Promise.resolve('granted');
    readonly title: string;
    readonly body: string;
    isOpen = true;
    constructor(title: string, { body = '' }: NotificationOptions = {}) {
      super();
      [this.title, this.body] = [title, body];
      desktop.notes.push(this);
    }
    close(): void {
      this.isOpen = false;
    }
  }
  Object.assign(window, { desktop, Notification: DesktopNote });
  window.focus = () => (desktop.broughtUp += 1);
}

/** Runs in the page: all that a script can do to press something. */
function pressByScript(node: SVGElement | HTMLElement): void {
  if ('click' in node) node.click();
  const init = { bubbles: true, composed: true };
  node.dispatchEvent(new MouseEvent('click', init));
  node.dispatchEvent(new MouseEvent('click'));
  node.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ...init }));
  const shortcut = { key: 'A', code: 'KeyA', altKey: true, shiftKey: true };
  node.dispatchEvent(new KeyboardEvent('keydown', { ...shortcut, ...init }));
}

/** The call button in the page, not the floating one. */
function shopButton(shop: Page, destination: string): Locator {
  return shop.locator(`click-to-call[destination="${destination}"]`).first();
}

describe('three tabs of one browser', () => {
  it('a visitor rings Alice, they hear each other, and the visitor ends it', async () => {
    const [shop, alice, bob] = await Promise.all([open('/', TONES.visitor), phone('alice'), phone('bob')]);
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
    const [shop, alice] = await Promise.all([open('/', TONES.visitor), phone('alice')]);
    const call = shopButton(shop, 'support');
    for (let round = 0; round < 2; round += 1) {
      await button(call, /call/i).click();
      await button(alice, 'Answer').click();
      await expectHears(shop, TONES.alice);
      await button(alice, 'End').click();
      await Promise.all([isFree(alice), expectQuiet(shop)]);
    }
  });

  it('Alice and Bob call each other by name', async () => {
    const [alice, bob] = await Promise.all([phone('alice'), phone('bob')]);
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
      await Promise.all([isFree(alice), isFree(bob), expectQuiet(alice), expectQuiet(bob)]);
    }
  });

  it('Alice declines a visitor, who reads so', async () => {
    const [shop, alice] = await Promise.all([open('/', TONES.visitor), phone('alice')]);
    const call = shopButton(shop, 'support');
    await button(call, /call/i).click();
    await button(alice, 'Decline').click();
    await status(call, /Declined/);
    await Promise.all([isFree(alice), expectQuiet(shop), expectQuiet(alice)]);
  });

  it('Bob declines, and Alice reads so', async () => {
    const [alice, bob] = await Promise.all([phone('alice'), phone('bob')]);
    await button(alice, /^Call Bob Baker, /).click();
    await button(bob, 'Decline').click();
    await status(alice, /Declined/);
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
    await eventually(async () => {
      const heard = hear(shop, 3000);
      await keypad.getByRole('button', { name: /^7/ }).click();
      expectSomewhere(await heard, [852, 1209]);
    });
    await button(keypad, 'End').click();
    await expectQuiet(shop);
  });

  it('a double click makes one call', async () => {
    const [shop, alice] = await Promise.all([open('/', TONES.visitor), phone('alice')]);
    await button(shopButton(shop, 'support'), /call/i).dblclick();
    await button(alice, 'Answer').click();
    await expectHears(shop, TONES.alice);
    expect(await shop.evaluate(() => window.offhookTest.openPeerConnections())).toBe(1);
    await button(alice, 'End').click();
    await expectQuiet(shop);
  });

  it('a visitor who cancels while it rings leaves nothing ringing', async () => {
    const [shop, alice] = await Promise.all([open('/', TONES.visitor), phone('alice')]);
    const call = shopButton(shop, 'support');
    await button(call, /call/i).click();
    await button(alice, 'Answer').waitFor();
    await button(call, 'Cancel').click();
    await Promise.all([isFree(alice), expectQuiet(shop), expectQuiet(alice)]);
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

  it('takes a number as it was pasted, + from a held 0, and calls the last number again', async () => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const alice = await phone('alice');
    const field = alice.getByLabel('Number or name');
    const expectEntry = (text: string): Promise<void> =>
      eventually(async () => expect(await field.inputValue()).toBe(text));
    // The page's default number, which comes with the session.
    await expectEntry('+1 500 555 0100');
    await field.fill('');
    await button(alice, '0').hover();
    await alice.mouse.down();
    await expectEntry('+');
    await alice.mouse.up();
    await button(alice, '1').click();
    await expectEntry('+1');
    await alice.evaluate(() => navigator.clipboard.writeText(' (500) 555-0100 '));
    await field.press('End');
    await field.press('ControlOrMeta+v');
    await expectEntry('+1 500 555 0100');
    await field.press('Enter');
    await expectHears(alice, TONES.alice);
    await button(alice, 'End').click();
    await isFree(alice);
    await field.fill('');
    await button(alice, 'Call again, +1 500 555 0100').click();
    await expectHears(alice, TONES.alice);
    await button(alice, 'End').click();
    await isFree(alice);
  });

  it('tells of a call on the desktop while nobody looks; a click on that shows the page, and answers nothing', async () => {
    const alice = await openPage(context, TONES.alice);
    await alice.addInitScript(installDesktop);
    await alice.goto(`${product.origin}/phone?identity=alice`);
    await status(alice, /Ready/);
    await button(alice, 'Settings').click();
    await alice.getByLabel('Show incoming calls on the desktop').check();
    await alice.keyboard.press('Escape');
    const shop = await open('/', TONES.visitor);
    const call = shopButton(shop, 'support');
    const ring = async (): Promise<Desktop> => {
      await button(call, /call/i).click();
      await button(alice, 'Answer').waitFor();
      return alice.evaluate(() => window.desktop);
    };
    expect(await ring()).toMatchObject({ notes: [] });
    await button(alice, 'Decline').click();
    await button(call, 'Close').click();
    await isFree(alice);

    const hide = (): void => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden' });
      document.dispatchEvent(new Event('visibilitychange'));
    };
    await alice.evaluate(hide);
    const beside = await phone('alice');
    expect(await ring()).toMatchObject({ notes: [] });
    await button(call, 'Cancel').click();
    await status(alice, /Ready/);
    await beside.evaluate(hide);
    const note = { title: 'Incoming call from Website visitor', body: 'Support' };
    await ring();
    await alice.waitForFunction(() => window.desktop.notes.length > 0);
    const shown = await alice.evaluate(() => window.desktop);
    expect(shown).toMatchObject({ notes: [{ ...note, isOpen: true }], broughtUp: 0 });
    await alice.evaluate(() => window.desktop.notes[0]?.dispatchEvent(new Event('click')));
    expect(await alice.evaluate(() => window.desktop)).toMatchObject({
      notes: [{ isOpen: false }],
      broughtUp: 1,
    });
    expect(await button(alice, 'Answer').isVisible()).toBe(true);
    await button(call, 'Cancel').click();
    await isFree(alice);
    await ring();
    await alice.waitForFunction(() => window.desktop.notes.length > 1);
    await button(call, 'Cancel').click();
    await isFree(alice);
    expect(await alice.evaluate(() => window.desktop.notes[1]?.isOpen)).toBe(false);
  });

  it('calls and answers for people, and for no script that clicks or types in their name', async () => {
    const [alice, bob] = await Promise.all([phone('alice'), phone('bob')]);
    const field = alice.getByLabel('Number or name');
    await field.fill('bob');
    for (const page of [alice, bob]) {
      await page.evaluate(() => {
        window.states = [];
        addEventListener('offhook-statechange', (event) => {
          window.states.push((event as CustomEvent<{ name: string }>).detail.name);
        });
      });
    }
    await button(alice, /^Call Bob Baker, /).evaluate(pressByScript);
    await button(alice, 'Call').evaluate(pressByScript);
    await field.evaluate(pressByScript);
    expect(await alice.evaluate(() => window.states)).toEqual([]);
    // On a busy machine the phone may be between two connections just now; a person presses again.
    await eventually(async () => {
      await field.press('Enter');
      await button(bob, 'Answer').waitFor({ timeout: 10_000 });
    });
    await button(bob, 'Answer').evaluate(pressByScript);
    expect(await bob.evaluate(() => window.states)).toEqual(['incoming']);
    await button(bob, 'Answer').press('Space');
    await expectHears(bob, TONES.alice);
    await button(alice, 'End').press('Enter');
    await isFree(bob);
  });

  it('ends at the far end, too, when the tab with the call is closed', async () => {
    const end = { timeout: FAR_END_MS };
    const alice = await phone('alice');
    let shop = await open('/', TONES.visitor);
    await button(shopButton(shop, 'support'), /call/i).click();
    await button(alice, 'Answer').waitFor();
    await shop.close();
    await button(alice, 'Answer').waitFor({ state: 'hidden', ...end });
    await isFree(alice);

    shop = await open('/', TONES.visitor);
    await button(shopButton(shop, 'support'), /call/i).click();
    await button(alice, 'Answer').click();
    await expectHears(alice, TONES.visitor);
    await shop.close();
    await alice.getByRole('alert').filter({ hasText: 'Call ended' }).waitFor(end);

    shop = await open('/', TONES.visitor);
    await button(shopButton(shop, 'support'), /call/i).click();
    await button(alice, 'Answer').click();
    await expectHears(shop, TONES.alice);
    await alice.close();
    await shopButton(shop, 'support').getByRole('alert').filter({ hasText: 'Call ended' }).waitFor(end);
    await expectQuiet(shop);
    await phone('alice');
  });

  it('dials ?number= by itself when the phone is ready', async () => {
    const alice = await open('/phone?identity=alice&number=%2B15005550101', TONES.alice);
    await status(alice, /In call/);
    await expectToneHz(alice, [440]);
    await button(alice, 'End').click();
    await isFree(alice);
  });
});

it('refuses to start on a port that is taken, in one line', async () => {
  const second = OffhookProcess.run(['start'], { PORT: new URL(product.origin).port });
  expect(await second.exited()).toBe(1);
  expect(second.output.trim().split('\n')).toHaveLength(1);
  expect(second.output).toMatch(/PORT: \d+ is in use/);
});
