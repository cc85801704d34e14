/**
 * How soon the phone page can be used after a cold load from localhost, beside a plain page: the same document without
 * the phone and its script. Loaded in turn, each in a browser context of its own, so that nothing is cached; medians of
 * nine loads each. The goal is one second.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { expect, it } from 'vitest';
import { launchBrowser } from '../e2e/support/browser.js';
import { freePort, OffhookProcess } from '../e2e/support/offhook-process.js';
import { median } from './time-calls.js';

const LOADS = 9;
const KINDS = ['plain', 'phone'] as const;

/** Milliseconds from the start of the navigation. */
interface Load {
  /** The document is read, and its scripts have run. */
  contentLoadedMs: number;
  /** Something is painted. */
  firstPaintMs: number;
  /** A frame could be drawn and input taken in: of the phone, when its field and its settings are there. */
  interactiveMs: number;
  /** The phone is registered: a number can be dialed, and it can ring. */
  readyMs: number | undefined;
}

it('compares a cold load of the phone page with that of a plain page', { timeout: 120_000 }, async () => {
  const port = await freePort();
  const offhook = await OffhookProcess.start(['start'], /Offhook is ready/, { PORT: String(port) });
  const origin = `http://localhost:${port}`;
  const plain = await servePlainPage(origin);
  const origins = { phone: origin, plain: `http://localhost:${(plain.address() as AddressInfo).port}` };
  const browser = await launchBrowser();
  const loads: Record<(typeof KINDS)[number], Load[]> = { plain: [], phone: [] };
  // The server's files are read once before, as they are by the second agent of the day.
  for (const kind of KINDS) await load(browser, origins[kind], kind);
  for (let round = 0; round < LOADS; round += 1) {
    // Each is first in every other round: what a load leaves to do slows the one after it.
    for (const kind of round % 2 === 0 ? KINDS : KINDS.toReversed()) {
      loads[kind].push(await load(browser, origins[kind], kind));
    }
  }
  await browser.close();
  plain.close();
  await offhook.stop();
  const names = ['contentLoadedMs', 'firstPaintMs', 'interactiveMs', 'readyMs'] as const;
  console.table(
    names.map((name) => {
      const all = (kind: keyof typeof loads): number[] => loads[kind].flatMap((one) => one[name] ?? []);
      return {
        measured: name,
        ...(name !== 'readyMs' && { plain: Math.round(median(all('plain'))) }),
        phone: Math.round(median(all('phone'))),
        'slowest phone': Math.round(Math.max(...all('phone'))),
      };
    }),
  );
});

/** The phone's document with a bare field in the phone's place. */
async function servePlainPage(origin: string): Promise<Server> {
  const html = await (await fetch(`${origin}/phone`)).text();
  const page = html
    .replaceAll(/<(?:script|link)[^>]{0,200}>(?:<\/script>)?/g, '')
    .replace('<browser-phone></browser-phone>', '<label>Number or name <input /></label>');
  expect(page).not.toMatch(/<script|<link|browser-phone/);
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8').end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return server;
}

async function load(browser: Browser, origin: string, kind: (typeof KINDS)[number]): Promise<Load> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(watch, kind === 'phone');
  await page.goto(`${origin}/phone?identity=alice`);
  await page.waitForFunction(() => window.load !== undefined);
  const measured = await page.evaluate(() => window.load);
  await context.close();
  return measured;
}

declare global {
  interface Window {
    load: Load;
  }
}

/** Runs in the page: looks in every frame what is there. */
function watch(isPhone: boolean): void {
  const seen: Partial<Load> = {};
  const look = (): void => {
    const phone = document.querySelector('browser-phone')?.shadowRoot;
    const field = (phone?.querySelector('phone-number-entry')?.shadowRoot ?? document).querySelector('input');
    const isThere = field !== null && (!isPhone || phone?.querySelector('phone-settings') !== null);
    if (isThere) seen.interactiveMs ??= performance.now();
    if (isPhone && isThere && !field.readOnly) seen.readyMs ??= performance.now();
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    const isOver = (isPhone ? seen.readyMs : seen.interactiveMs) !== undefined;
    if (!isOver || !paint || !navigation?.domContentLoadedEventEnd) {
      requestAnimationFrame(look);
      return;
    }
    const { domContentLoadedEventEnd: contentLoadedMs } = navigation;
    window.load = { ...(seen as Load), contentLoadedMs, firstPaintMs: paint.startTime };
  };
  requestAnimationFrame(look);
}
