/** A site of somebody else's that embeds the button: another origin than the server's, with a policy of its own. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the site's page is made. */
export interface ShopPage {
  /** The body's markup. */
  readonly body: string;
  readonly language?: string;
  /** `Content-Security-Policy` of the page. */
  readonly policy?: string;
  /** The whole document, where the site makes it itself. */
  readonly document?: string;
}

/** A site that serves one page, which tests change as they go. */
export class ShopSite {
  page: ShopPage = { body: '' };
  readonly #server: Server;
  readonly #calls: string;

  private constructor(server: Server, calls: string) {
    this.#server = server;
    this.#calls = calls;
  }

  /** Serves on `port`; `calls` is the origin of the Offhook server. */
  static async start(port: number, calls: string): Promise<ShopSite> {
    const server = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      if (site.page.policy !== undefined) response.setHeader('Content-Security-Policy', site.page.policy);
      response.end(site.#html());
    });
    const site = new ShopSite(server, calls);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return site;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #html(): string {
    const { body, language = 'en', document } = this.page;
    if (document !== undefined) return document;
    return `<!doctype html>
<html lang="${language}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Somebody's shop</title>
    <script type="module" async src="${this.#calls}/embed/click-to-call.js"></script>
  </head>
  <body>
    <main>
      <h1>Somebody's shop</h1>
      ${body}
    </main>
  </body>
</html>`;
  }
}
