/** Pages of somebody else's site with the button on them, watched for whatever must not happen on any. */
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { launchBrowser, openPage, TONES } from './browser.js';
import { INSECURE_HOST, startButtonNetwork, type ButtonNetwork } from './button-network.js';

/** The network, a browser, and one visitor's context of it at a time. */
export class ButtonPages {
  readonly network: ButtonNetwork;
  readonly browser: Browser;
  context: BrowserContext;
  readonly #problems: string[] = [];

  private constructor(network: ButtonNetwork, browser: Browser, context: BrowserContext) {
    this.network = network;
    this.browser = browser;
    this.context = context;
  }

  static async start(): Promise<ButtonPages> {
    const [network, browser] = await Promise.all([
      startButtonNetwork(),
      launchBrowser([`--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`]),
    ]);
    return new ButtonPages(network, browser, await browser.newContext({ locale: 'en-US' }));
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.network.close();
  }

  /** Begins with a new visitor. */
  async renew(options: BrowserContextOptions = { locale: 'en-US' }): Promise<void> {
    await this.context.close();
    this.context = await this.browser.newContext(options);
  }

  /** Fails if a page threw, broke its policy, or asked a third party for anything. */
  expectNoProblems(): void {
    expect(this.#problems.splice(0)).toEqual([]);
  }

  /** Opens the site with this markup. */
  async visit(
    body: string,
    { policy, language, at = this.network.shop }: { policy?: string; language?: string; at?: string } = {},
  ): Promise<Page> {
    const { network } = this;
    network.site.page = { body, ...(policy && { policy }), ...(language && { language }) };
    const page = await openPage(this.context, TONES.visitor);
    page.on('pageerror', (error) => this.#problems.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy|Trusted/i.test(message.text())) this.#problems.push(message.text());
    });
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (
        /^(http|ws)/.test(url.protocol) &&
        ![network.calls, network.calls.replace('http', 'ws'), at].includes(url.origin)
      )
        this.#problems.push(`third party: ${url.href}`);
    });
    await page.goto(at);
    return page;
  }
}

/** The page's first call button. */
export function button(page: Page): Locator {
  return page.locator('click-to-call').first();
}

/** The markup of a button. */
export function element(destination: string, more = ''): string {
  return `<click-to-call destination="${destination}" ${more}></click-to-call>`;
}
