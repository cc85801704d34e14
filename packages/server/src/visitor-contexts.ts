import { VisitorContext } from '@offhook/contract';
import type { ServerConfig } from './config/config.js';
import { readPageContext } from './page-context.js';
import type { Clock } from './ports.js';
import type { TransientStore } from './stores/transient-store.js';

/** From the token's request until its call arrives. */
const LIFE_MS = 60_000;

/** What is known of visitors who have asked for a token and are about to call. */
export class VisitorContexts {
  readonly #store: TransientStore;
  readonly #config: ServerConfig;
  readonly #clock: Clock;

  constructor(options: { store: TransientStore; config: ServerConfig; clock: Clock }) {
    this.#store = options.store;
    this.#config = options.config;
    this.#clock = options.clock;
  }

  /** What the site says in this token, if the token is believed. */
  read(token: string): VisitorContext {
    return readPageContext(token, this.#config.pageContext?.secret, this.#clock.now());
  }

  /** Keeps what the site says for the visitor's next call to this destination. */
  async keep(identity: string, destination: string, token: string): Promise<void> {
    await this.#store.set(key(identity, destination), JSON.stringify(this.read(token)), LIFE_MS);
  }

  /** What the site said for this call. */
  async find(identity: string, destination: string): Promise<VisitorContext | undefined> {
    const [text] = await this.#store.get([key(identity, destination)]);
    if (text === undefined) return undefined;
    try {
      return VisitorContext.safeParse(JSON.parse(text)).data;
    } catch {
      return undefined;
    }
  }
}

function key(identity: string, destination: string): string {
  return `context:${identity}:${destination}`;
}
