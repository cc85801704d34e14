import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toneLevelDb } from '@offhook/testing';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { findChromium } from '../../scripts/find-chromium.js';
import { hear, launchBrowser, openPage, TONES, type Tone } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { expectAccessible } from '../support/call-button.js';
import { expectHears, expectHearsNobody, expectToneHz } from '../support/expect-audio.js';
import { button, isFree, status } from '../support/phone-page.js';
import { startProduct, type Product } from '../support/product.js';

let product: Product;
let context: BrowserContext;
const problems: string[] = [];

const CONFIGURATION = `
destinations:
  support: { visitors: true, title: { en: Support, ja: サポート }, ring: [agent:alice, agent:bob] }
  echo: { title: { en: Echo test, ja: エコーテスト }, ring: [magic:echo] }
  desk: { title: { en: Desk, ja: デスク }, ring: [agent:bob], otherwise: voicemail, voicemail: { greeting: Speak. } }
  line: { title: { en: Line, ja: 相談窓口 }, ring: [agent:bob], otherwise: queue }
agents: { alice: { name: Alice Archer }, bob: { name: Bob Baker } }
`;

beforeAll(async () => {
  product = await startProduct({ configuration: CONFIGURATION });
});
afterAll(() => product.close());
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
  await page.goto(product.origin + path);
  return page;
}

async function phone(identity: 'alice' | 'bob', more = ''): Promise<Page> {
  const page = await open(`/phone?identity=${identity}${more}`, TONES[identity]);
  await status(page, /Ready/);
  return page;
}

async function ring(destination = 'support'): Promise<Page> {
  const shop = await open('/', TONES.visitor);
  await shopCall(shop, destination);
  return shop;
}

async function shopCall(shop: Page, destination = 'support'): Promise<void> {
  const call = shop.locator(`click-to-call[destination="${destination}"]`).first();
  await call.getByRole('button', { name: /call/i }).first().click();
}

it('is one phone in three tabs, which another tab goes on with when the first one closes', async () => {
  // They take over in the order in which they came.
  const tabs = [await phone('alice'), await phone('alice'), await phone('alice')] as const;
  const [first, second, third] = tabs;
  await second.getByText('Another tab has the phone').waitFor();
  const shop = await ring();
  await Promise.all(tabs.map((tab) => button(tab, 'Answer').waitFor()));
  await button(second, 'Answer').click();
  await Promise.all(tabs.map((tab) => status(tab, /In call/)));
  await Promise.all([expectHears(shop, TONES.alice), expectHears(first, TONES.visitor)]);
  await button(third, 'Mute').click();
  await status(first, /muted/);

  await first.evaluate(() =>
    addEventListener('pagehide', () => localStorage.setItem('closedAt', String(Date.now()))),
  );
  await second.evaluate(() =>
    addEventListener('offhook-statechange', (event) => {
      const { name } = (event as CustomEvent<{ name: string }>).detail;
      if (name === 'ready') localStorage.setItem('readyAt', String(Date.now()));
    }),
  );
  await first.close({ runBeforeUnload: false });
  await status(second, /Ready/);
  const { closedAt, readyAt } = await second.evaluate(() => ({
    closedAt: Number(localStorage.getItem('closedAt')),
    readyAt: Number(localStorage.getItem('readyAt')),
  }));
  expect(closedAt).toBeGreaterThan(0);
  expect(readyAt - closedAt).toBeLessThan(3000);
  await Promise.all(
    [second, third].map((tab) => tab.getByText('The tab that had your call was closed').waitFor()),
  );
  await third.getByRole('button', { name: 'Close' }).first().click();
  await second.getByText('The tab that had your call was closed').waitFor({ state: 'hidden' });
  await button(shop, /call/i).waitFor();
  await shop.close();

  const again = await ring();
  await button(third, 'Answer').click();
  await Promise.all([expectHears(again, TONES.alice), expectHears(second, TONES.visitor)]);
  await button(third, 'End').click();
  await isFree(third);
});

it('keeps one stream of events for all tabs, so that seven of them still work', async () => {
  const streams: string[] = [];
  context.on('request', (request) => {
    if (request.url().endsWith('/api/events')) streams.push(request.url());
  });
  const tabs = [];
  for (let count = 0; count < 7; count += 1) tabs.push(await phone('alice'));
  expect(streams).toHaveLength(1);
  const bob = await phone('bob');
  await button(bob, /^Call Alice Archer, Available/).click();
  await Promise.all(tabs.map((tab) => button(tab, 'Decline').waitFor()));
  await button(tabs.at(-1) as Page, 'Decline').click();
  await status(bob, /Declined/);
});

it('tells about the caller, keeps a note with the call, and shows it with the next', async () => {
  const alice = await phone('alice');
  await alice.getByLabel('Number or name').focus();
  const shop = await ring();
  await button(alice, 'Answer').waitFor();
  expect(await alice.title()).toMatch(/^☎ Incoming call/);
  expect(await alice.locator('link[rel=icon]').getAttribute('href')).toMatch(/icon-ringing/);
  await alice.getByText('Pedalhaus · bicycles for errands').waitFor();
  await alice.getByText('No earlier calls.').waitFor();
  await alice.keyboard.press('Alt+Shift+A');
  await status(alice, /In call/);
  await alice.getByLabel('Your note').fill('Wants a bell.');
  await alice.getByText('Saved', { exact: true }).waitFor();
  await button(alice, 'End').click();
  await isFree(alice);

  await button(alice, /^Incoming, Website visitor/).click();
  expect(await alice.getByLabel('Your note').inputValue()).toBe('Wants a bell.');
  await alice.getByText('Alice Archer answered').waitFor();
  await button(alice, 'Back to the list').click();
  await shopCall(shop);
  await alice.getByText('Wants a bell.').waitFor();
  await button(alice, 'Decline').click();
});

it('passes an agent who does not want to be disturbed, and says so to colleagues', async () => {
  const [alice, bob] = await Promise.all([phone('alice'), phone('bob')]);
  await alice.getByLabel('Your status').selectOption('dnd');
  await button(bob, /^Call Alice Archer, Do not disturb/).waitFor();
  const shop = await ring();
  await button(bob, 'Answer').click();
  await expectHears(shop, TONES.bob);
  expect(await button(alice, 'Answer').count()).toBe(0);
  await button(bob, 'End').click();
  await button(alice, "I'm ready").click();
  await button(bob, /^Call Alice Archer, Available/).waitFor();
});

it('says that the microphone was unplugged, and goes on with the next that is plugged in', async () => {
  const alice = await openPage(context, TONES.alice);
  await alice.addInitScript(() => {
    const plugged: MediaDeviceInfo[] = [];
    navigator.mediaDevices.enumerateDevices = () => Promise.resolve([...plugged]);
    addEventListener('plug', () => {
      plugged.push({ deviceId: 'other', groupId: '', kind: 'audioinput', label: 'Other' } as MediaDeviceInfo);
      navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
    });
  });
  await alice.goto(`${product.origin}/phone?identity=alice`);
  await status(alice, /Ready/);
  await alice.evaluate(() => {
    const { mediaDevices } = navigator;
    const openMicrophone = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (constraints) => {
      const stream = await openMicrophone(constraints);
      addEventListener('unplug', () => {
        for (const track of stream.getTracks()) {
          track.stop();
          // As the browser does when it, and not the page, ends a track.
          track.dispatchEvent(new Event('ended'));
        }
      });
      return stream;
    };
  });
  await button(alice, /^Call Echo test/).click();
  await expectHears(alice, TONES.alice);
  await alice.evaluate(() => dispatchEvent(new Event('unplug')));
  await alice.getByText('No microphone any more.').waitFor();
  await alice.evaluate(() => dispatchEvent(new Event('plug')));
  await alice.getByText('No microphone any more.').waitFor({ state: 'hidden' });
  await expectHears(alice, TONES.alice);
  await button(alice, 'End').click();
});

it('winds up after a conversation, for as long as the agent has set', async () => {
  const alice = await phone('alice');
  await button(alice, 'Settings').click();
  await alice.getByLabel('After a conversation').selectOption('15');
  await alice.keyboard.press('Escape');
  await button(alice, /^Call Echo test/).click();
  await expectHears(alice, TONES.alice);
  await button(alice, 'End').click();
  await alice.getByText('Time to finish your notes.').waitFor();
  await eventually(async () => {
    expect(await alice.getByLabel('Your status').inputValue()).toBe('wrap-up');
  });
  await button(alice, "I'm ready").click();
  await alice.getByText('Time to finish your notes.').waitFor({ state: 'hidden' });
});

it('holds, records and hands over after asking, all by the keyboard and names', async () => {
  const [alice, bob, shop] = await Promise.all([phone('alice'), phone('bob'), open('/', TONES.visitor)]);
  await shopCall(shop);
  await button(alice, 'Answer').press('Enter');
  await expectHears(shop, TONES.alice);
  await button(alice, 'Hold').press('Enter');
  await status(alice, /On hold/);
  await eventually(async () => {
    expect(toneLevelDb(await hear(shop, 400), TONES.alice.frequencyHz)).toBeLessThan(-40);
  });
  await button(alice, 'Hold').press('Enter');
  await expectHears(shop, TONES.alice);
  await button(alice, 'Record').press('Enter');
  await status(alice, /^\s*Recording/);

  await button(alice, 'Transfer').press('Enter');
  await alice.getByLabel('Hand over to, or bring in').fill('bob');
  await button(alice, 'Ask first').press('Enter');
  await button(bob, 'Answer').press('Enter');
  await Promise.all([expectHears(bob, TONES.alice), expectHears(alice, TONES.bob)]);
  await button(alice, 'Hand over').press('Enter');
  await Promise.all([expectHears(shop, TONES.bob), expectHears(bob, TONES.visitor), isFree(alice)]);
  await button(bob, 'End').press('Enter');
  await isFree(bob);
});

it('plays the message that a caller left, and calls back', async () => {
  const alice = await phone('alice');
  await button(alice, /^Call Desk/).click();
  await status(alice, /In call/);
  await alice.waitForFunction(() => document.title.startsWith('●'));
  await expectToneHz(alice, [1000]);
  await expectHearsNobody(alice);
  await button(alice, 'End').click();
  const bob = await phone('bob');
  await button(bob, 'Voicemail').click();
  const message = bob.locator('phone-records li').filter({ hasText: 'Alice Archer' });
  await message.getByRole('button', { name: /^Play/ }).click();
  const sound = message.locator('audio');
  await eventually(async () => {
    const length = await sound.evaluate((audio: HTMLAudioElement) => audio.duration);
    expect(length).toBeGreaterThan(0.2);
  });
  await message.getByRole('button', { name: /^Call back/ }).click();
  await button(alice, 'Decline').click();
  await isFree(bob);
  await message.getByRole('button', { name: /^Delete the message/ }).click();
  await bob.getByText('No messages.').waitFor();
});

it('shows who waits in a queue, and takes the next', async () => {
  const [alice, bob] = await Promise.all([phone('alice'), phone('bob')]);
  await bob.getByLabel('Your status').selectOption('away');
  await button(alice, /^Call Line/).click();
  await bob.getByText('1 waiting').waitFor();
  await button(bob, /^Take next/).click();
  await Promise.all([expectHears(bob, TONES.alice), expectHears(alice, TONES.bob)]);
  await button(bob, 'End').click();
  await isFree(alice);
  await bob.getByText('1 waiting').waitFor({ state: 'hidden' });
  await bob.getByLabel('Your status').selectOption('available');
});

it('completes a call by itself in headless Chromium, started as documented for small boards', async () => {
  const guide = await readFile(new URL('../../docs/small-board.md', import.meta.url), 'utf8');
  const [, command = ''] = /^chromium (--headless[^`]{0,600})$/m.exec(guide) ?? [];
  const flags = command.match(/--[\w-]+(?:=[\w-]+)?(?= |$)/g) ?? [];
  expect(flags).toContain('--use-fake-ui-for-media-stream');
  const board = await launchBrowser(
    flags.filter((flag) => !/^--(headless|user-data-dir)/.test(flag)),
    findChromium(),
  );
  try {
    const page = await openPage(board, TONES.carol);
    await page.goto(`${product.origin}/phone?identity=alice&number=%2B15005550100`);
    await status(page, /In call/);
    await expectHears(page, TONES.carol);
    await button(page, 'End').click();
    await status(page, /Ready/);
    expect(page.url()).not.toContain('number');
  } finally {
    await board.close();
  }
});

it('offers to be installed', async () => {
  const page = await open('/phone?identity=alice', TONES.alice);
  const address = (await page.locator('link[rel=manifest]').getAttribute('href')) ?? '';
  const response = await page.request.get(new URL(address, page.url()).href);
  expect(response.headers()['content-type']).toMatch(/manifest\+json/);
  const manifest = (await response.json()) as { display: string; icons: { src: string }[] };
  expect(manifest.display).toBe('standalone');
  for (const { src } of manifest.icons) {
    expect((await page.request.get(new URL(src, page.url()).href)).status()).toBe(200);
  }
});

/** What the states are looked at in; with `OFFHOOK_SCREENSHOTS=docs/images` the documentation's pictures are made. */
const SCREENSHOTS = process.env['OFFHOOK_SCREENSHOTS'];
const LOOKS = [
  { width: 1440, colorScheme: 'light', language: 'en' },
  { width: 390, colorScheme: 'dark', language: 'ja' },
  { width: 1440, colorScheme: 'dark', language: 'ja' },
  { width: 390, colorScheme: 'light', language: 'en' },
] as const;

it('has nothing that axe objects to, in any state', { timeout: 180_000 }, async () => {
  await context.close();
  for (const { width, colorScheme, language } of LOOKS.slice(0, SCREENSHOTS === undefined ? 2 : 4)) {
    context = await product.browser.newContext({
      viewport: { width, height: width === 390 ? 844 : 860 },
      colorScheme,
      // A colour on its way to another is no contrast to judge.
      reducedMotion: 'reduce',
    });
    const page = await open(`/phone?identity=alice&lang=${language}`, TONES.alice);
    const press = (name: RegExp): Promise<void> => button(page, name).click();
    const judge = async (state: string): Promise<void> => {
      await expectAccessible(page);
      if (SCREENSHOTS === undefined) return;
      const name = `phone-${state}-${width}-${colorScheme}-${language}.png`;
      await page.screenshot({ path: join(SCREENSHOTS, name), animations: 'disabled' });
    };
    await status(page, /Ready|待ち受け中/);
    await judge('ready');
    await press(/^(Settings|設定)$/);
    await judge('settings');
    await page.keyboard.press('Escape');
    const shop = await ring();
    await button(page, /^(Answer|応答)$/).waitFor();
    await judge('incoming');
    await press(/^(Answer|応答)$/);
    await status(page, /In call|通話中/);
    await page.getByLabel(/Your note|自分のメモ/).fill(language === 'ja' ? 'ベルを希望。' : 'Wants a bell.');
    await page.getByText(/^(Saved|保存しました)$/).waitFor();
    await judge('in-call');
    await press(/^(Keypad|キーパッド)$/);
    await judge('keypad');
    await press(/^(Devices|機器)$/);
    await judge('devices');
    await press(/^(Transfer|転送)$/);
    await judge('transfer');
    await press(/^(Transfer|転送)$/);
    const bob = await phone('bob');
    await bob.setViewportSize({ width: 1280, height: 720 });
    await button(bob, /^Call Alice Archer/).click();
    await button(page, /^(Hold and answer|保留して応答)$/).waitFor();
    await judge('second-call');
    await press(/^(Hold and answer|保留して応答)$/);
    await status(page, /^(Website visitor is on hold|サイトの訪問者は保留中です)$/);
    await page.locator('phone-second-call').getByRole('button', { disabled: false }).nth(1).waitFor();
    await judge('on-hold');
    await press(/^(End|終了)$/);
    await press(/^(Close|閉じる)$/);
    await bob.close();
    await press(/^(End|終了)$/);
    await status(page, /Call ended|通話が終了/);
    await judge('ended');
    await shop.close();
    await status(page, /Ready|待ち受け中/);
    if (width === 390) {
      await page.locator('nav [data-view=team]').click();
      await judge('team');
      await page.locator('nav [data-view=calls]').click();
      await judge('calls');
    }
    await press(/^(Incoming|着信), /);
    await page.locator('phone-call-detail').waitFor();
    await judge('detail');
    await context.close();
  }
  context = await product.browser.newContext();
});
