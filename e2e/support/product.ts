/** The product as `npm start` runs it, on a free port, and a browser for its pages. */
import type { Browser } from 'playwright-core';
import { launchBrowser } from './browser.js';
import { freePort, OffhookProcess } from './offhook-process.js';

/** See the top of this file. */
export interface Product {
  origin: string;
  offhook: OffhookProcess;
  browser: Browser;
  /** Resolves with the exit code of the product. */
  close(): Promise<number | null>;
}

/** Starts both. */
export async function startProduct(): Promise<Product> {
  const port = await freePort();
  const [offhook, browser] = await Promise.all([
    OffhookProcess.start(['start'], /Offhook is ready/, { PORT: String(port) }),
    launchBrowser(),
  ]);
  return {
    origin: `http://localhost:${port}`,
    offhook,
    browser,
    async close() {
      await browser.close();
      return offhook.stop();
    },
  };
}
