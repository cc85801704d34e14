/** Whether a destination is open follows the phones of its agents: one that is closed is missed within 15 s. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, openPage, TONES } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { freePort, OffhookProcess } from '../support/offhook-process.js';

let origin: string;
let offhook: OffhookProcess;
let browser: Browser;

beforeAll(async () => {
  const port = await freePort();
  origin = `http://localhost:${port}`;
  offhook = await OffhookProcess.start(['start'], /Offhook is ready/, { PORT: String(port) });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  expect(await offhook.stop()).toBe(0);
});

async function availability(): Promise<unknown> {
  const response = await fetch(`${origin}/api/availability?destination=support`, {
    headers: { Origin: origin },
  });
  return response.json();
}

it('a destination opens with the first phone and closes with the last', async () => {
  expect(await availability()).toMatchObject({ open: false, reason: 'no-agent' });
  const context = await browser.newContext();
  const page = await openPage(context, TONES.alice);
  const sign = page.waitForResponse((response) => response.url() === `${origin}/api/presence`);
  await page.goto(`${origin}/phone?identity=alice`);
  await page.getByRole('status').filter({ hasText: /Ready/ }).first().waitFor();
  expect(await availability()).toMatchObject({ open: true });
  expect((await sign).status()).toBe(200);

  await context.close();
  await eventually(
    async () => expect(await availability()).toMatchObject({ open: false, reason: 'no-agent' }),
    40_000,
  );
});
