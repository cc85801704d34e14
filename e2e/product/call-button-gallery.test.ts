/**
 * Every state of the button side by side, in both themes, at the width of a telephone and of a desk: axe judges all
 * of them, colours included. With `OFFHOOK_SCREENSHOTS=docs/images` the pictures of the documentation are made anew.
 */
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, openPage, TONES } from '../support/browser.js';
import { startButtonNetwork, type ButtonNetwork } from '../support/button-network.js';
import { expectAccessible } from '../support/call-button.js';

const SCREENSHOTS = process.env['OFFHOOK_SCREENSHOTS'];

let network: ButtonNetwork;
let browser: Browser;

beforeAll(async () => {
  [network, browser] = await Promise.all([startButtonNetwork(), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await network.close();
});

const call = { direction: 'outgoing', party: 'destination:support', parameters: {} };
const open = {
  destination: 'support',
  title: { en: 'Support', ja: 'サポート' },
  open: true,
  callbackRequests: true,
};
const closed = { ...open, open: false, reason: 'hours', opensAt: '2026-11-23T09:00:00Z' };
const consent = { en: 'This call will be recorded. Go on only if you agree.' };
const ended = { name: 'ended', call, end: 'completed', seconds: 133 };

/** What each panel is told, by the heading above it. */
const PANELS: Readonly<Record<string, object>> = {
  Home: { view: 'home' },
  Closed: { view: 'home', availability: closed },
  Consent: { view: 'consent', availability: { ...open, consent } },
  'Asking for the microphone': { state: { name: 'asking-for-microphone', call } },
  Connecting: { state: { name: 'connecting', call } },
  Ringing: { state: { name: 'ringing', call, earlyMedia: false } },
  'In call, recorded': {
    state: { name: 'in-call', call, muted: false, reconnecting: false },
    availability: { ...open, consent },
  },
  'Waiting in a queue': {
    state: { name: 'in-call', call, muted: false, reconnecting: false },
    queuePosition: 2,
  },
  Muted: { state: { name: 'in-call', call, muted: true, reconnecting: false } },
  Reconnecting: { state: { name: 'in-call', call, muted: false, reconnecting: true } },
  Ended: { state: ended },
  'No answer': { state: { ...ended, end: 'no-answer', seconds: undefined } },
  'Microphone blocked': {
    state: {
      name: 'ready',
      problem: { code: 'microphone-denied', twilioCode: 31401, detail: 'NotAllowedError' },
    },
  },
  Keypad: {
    state: { name: 'in-call', call, muted: false, reconnecting: false },
    tool: 'keypad',
    digits: '4711#',
  },
  Audio: { state: { name: 'in-call', call, muted: false, reconnecting: false }, tool: 'devices' },
  'Call back': { view: 'callback' },
  'Asked for a call back': { view: 'callback-sent', receipt: { id: 'CB', number: '+16175550123' } },
  'Connection test': { view: 'test' },
};

/** Rows of the desk's picture have the height of their tallest panel. */
const TALL = new Set(['Keypad', 'Audio', 'Call back', 'Connection test']);

const BODY = `
  <style>
    body { margin: 0; padding: 16px 12px; font-family: system-ui, sans-serif; background: Canvas; color: CanvasText }
    h1 { font-size: 1.25rem }
    main { display: grid; gap: 24px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)) }
    h1, .launchers { grid-column: 1 / -1 }
    h2 { font-size: .875rem; margin: 0 0 10px }
    .launchers { display: flex; flex-wrap: wrap; gap: 24px; align-items: start }
    .panel { min-height: 395px } .tall { min-height: 620px }
  </style>
  <div class="launchers">
    <click-to-call destination="echo">Call the workshop</click-to-call>
    <click-to-call destination="night">Call the night desk</click-to-call>
    <click-to-call destination="echo" layout="compact"></click-to-call>
  </div>
  ${Object.keys(PANELS)
    .map(
      (name) =>
        `<section class="panel ${TALL.has(name) ? 'tall' : ''}"><h2>${name}</h2><click-to-call destination="support"></click-to-call></section>`,
    )
    .join('\n')}`;

async function showAll(page: Page): Promise<void> {
  await page.evaluate(async (panels) => {
    const buttons = [...document.querySelectorAll('.panel click-to-call')] as (HTMLElement & {
      open(): void;
    })[];
    for (const [index, properties] of panels.entries()) {
      const button = buttons[index];
      button?.open();
      let panel: (Element & { isOpen: boolean; updateComplete: Promise<boolean> }) | null | undefined;
      do {
        await new Promise(requestAnimationFrame);
        panel = button?.shadowRoot?.querySelector('call-panel');
      } while (!panel?.isOpen);
      Object.assign(panel, { view: 'call' }, properties);
      await panel.updateComplete;
    }
    scrollTo(0, 0);
  }, Object.values(PANELS));
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {}))),
  );
}

it.each([
  [320, 'light'],
  [320, 'dark'],
  [1280, 'light'],
  [1280, 'dark'],
  [320, 'forced'],
] as const)('at %i pixels every state passes axe in %s colours', async (width, colours) => {
  const colorScheme = colours === 'forced' ? 'light' : colours;
  const context = await browser.newContext({
    // As tall as the page, so that every panel opens downwards.
    viewport: { width, height: width === 320 ? 9000 : 3500 },
    colorScheme,
    reducedMotion: 'reduce',
    forcedColors: colours === 'forced' ? 'active' : 'none',
    locale: 'en-US',
  });
  const page = await openPage(context, TONES.visitor);
  const availability = { ...open };
  await page.route('**/api/availability?destination=support', (route) =>
    route.fulfill({ json: availability, headers: { 'Access-Control-Allow-Origin': network.shop } }),
  );
  network.site.page = { body: BODY };
  await page.goto(network.shop);
  await page.addStyleTag({ content: `:root { color-scheme: ${colorScheme} }` });
  await page
    .getByText(/Closed\. Opens/)
    .first()
    .waitFor();
  await showAll(page);
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  if (SCREENSHOTS !== undefined) {
    const height = await page.evaluate(() => document.body.getBoundingClientRect().height);
    const path = join(SCREENSHOTS, `button-${width}-${colours}.png`);
    await page.screenshot({ path, clip: { x: 0, y: 0, width, height } });
  }
  await context.close();
});

it('keeps its theme, its size and its letters on a page that has others', async () => {
  const context = await browser.newContext({ colorScheme: 'dark', locale: 'en-US' });
  const page = await openPage(context, TONES.visitor);
  network.site.page = {
    body: `<style>html { font-size: 62.5%; background: #fff } body { text-align: center; text-transform: uppercase }</style>
      <click-to-call destination="support" theme="light" layout="floating">Ask us</click-to-call>`,
  };
  await page.goto(network.shop);
  const button = page.getByRole('region', { name: 'Ask us' });
  await button.getByRole('button', { name: 'Ask us' }).click();
  const look = await page.evaluate(async () => {
    let panel: (Element & { updateComplete?: Promise<boolean> }) | null | undefined;
    do {
      await new Promise(requestAnimationFrame);
      panel = document.querySelector('click-to-call')?.shadowRoot?.querySelector('call-panel');
    } while (!panel?.shadowRoot?.querySelector('.actions'));
    Object.assign(panel, { view: 'callback' });
    await panel.updateComplete;
    const form = panel.shadowRoot.querySelector('callback-form');
    const { colorScheme, fontSize, textTransform } = getComputedStyle(form ?? panel);
    return { element: form?.localName, colorScheme, fontSize, textTransform };
  });
  expect(look).toEqual({
    element: 'callback-form',
    colorScheme: 'light',
    fontSize: '16px',
    textTransform: 'none',
  });
  await context.close();
});
