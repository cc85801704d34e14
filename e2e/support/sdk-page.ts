import type { Browser, Page } from 'playwright-core';
import { openPage, type Tone } from './browser.js';

/**
 * Opens a page of the product and adds the unmodified SDK, which the page's own policy would refuse. The SDK asks for
 * wss, which the product on loopback does not speak: its WebSockets go without TLS.
 */
export async function openSdkPage(browser: Browser, url: string, tone: Tone): Promise<Page> {
  const page = await openPage(await browser.newContext({ bypassCSP: true }), tone);
  await page.addInitScript(() => {
    const Original = WebSocket;
    window.WebSocket = class extends Original {
      constructor(address: string | URL, protocols?: string | string[]) {
        super(String(address).replace('wss://localhost', 'ws://localhost'), protocols);
      }
    };
  });
  await page.goto(url);
  await page.addScriptTag({ url: '/sdk/twilio.min.js' });
  return page;
}
