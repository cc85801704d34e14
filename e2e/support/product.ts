/** The product as `npm start` runs it, on a free port, and a browser for its pages. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

/** Starts both: the demo, or what `configuration` (YAML) says. `env` adds to the product's environment. */
export async function startProduct(
  options: { configuration?: string; env?: Record<string, string> } = {},
): Promise<Product> {
  const { configuration, env } = options;
  const [port, directory] = await Promise.all([freePort(), mkdtemp(join(tmpdir(), 'offhook-product-'))]);
  const file = join(directory, 'offhook.yaml');
  if (configuration !== undefined) await writeFile(file, configuration);
  const [offhook, browser] = await Promise.all([
    OffhookProcess.start(['start'], /Offhook is ready/, {
      PORT: String(port),
      ...(configuration !== undefined && { OFFHOOK_CONFIG: file }),
      ...env,
    }),
    launchBrowser(),
  ]);
  return {
    origin: `http://localhost:${port}`,
    offhook,
    browser,
    async close() {
      await browser.close();
      const exitCode = await offhook.stop();
      await rm(directory, { recursive: true });
      return exitCode;
    },
  };
}
