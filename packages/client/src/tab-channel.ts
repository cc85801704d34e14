/** How the tabs of one agent's phone speak to each other, and agree on which of them has the phone. */
import type { LiveEvent } from '@offhook/contract';
import type { PhoneProblem } from './errors.js';
import type { CommandName } from './phone-commands.js';
import type { PhoneSnapshot } from './shared-phone.js';

/** What tabs tell each other. Only pages of the same origin hear it, so it is believed. */
export type TabMessage =
  /** A tab has come, and wants to know. */
  | { readonly type: 'hello' }
  | { readonly type: 'snapshot'; readonly snapshot: PhoneSnapshot }
  | { readonly type: 'live'; readonly event: LiveEvent }
  | { readonly type: 'command'; readonly id: string; readonly name: CommandName; readonly args: unknown[] }
  | { readonly type: 'result'; readonly id: string; readonly problem?: PhoneProblem | undefined }
  /** The agent has signed out, for every tab. */
  | { readonly type: 'signed-out' };

/** The tabs that belong together; each hears all others, and one of them leads. */
export interface Tabs {
  post(message: TabMessage): void;
  listen(onMessage: (message: TabMessage) => void): void;
  /** Resolves when this tab leads: at once when no other does, else when the one that did has gone. */
  untilLeading(signal: AbortSignal): Promise<void>;
  close(): void;
}

/** The tabs of one browser that have the same name: a Web Lock makes the leader, and is free when its tab dies. */
class BrowserTabs implements Tabs {
  readonly #name: string;
  readonly #channel: BroadcastChannel;
  readonly #locks: Pick<LockManager, 'request'>;

  constructor(name: string, locks: Pick<LockManager, 'request'> = navigator.locks) {
    this.#name = name;
    this.#locks = locks;
    this.#channel = new BroadcastChannel(name);
  }

  post(message: TabMessage): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is of one origin
    this.#channel.postMessage(message);
  }

  listen(onMessage: (message: TabMessage) => void): void {
    this.#channel.addEventListener('message', ({ data }: MessageEvent<TabMessage>) => onMessage(data));
  }

  async untilLeading(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const untilOver = new Promise<void>((over) => {
        signal.addEventListener('abort', () => over(), { once: true });
      });
      this.#locks
        .request(this.#name, { signal }, () => {
          resolve();
          return untilOver;
        })
        .catch(reject);
    });
  }

  close(): void {
    this.#channel.close();
  }
}

/** Where the browser has no Web Locks (an insecure page), every tab is on its own. */
class LoneTab implements Tabs {
  post(): void {}

  listen(): void {}

  async untilLeading(): Promise<void> {}

  close(): void {}
}

/** The tabs of this name, as far as the browser lets them know each other. */
export function tabsNamed(name: string): Tabs {
  const canShare = typeof BroadcastChannel !== 'undefined' && navigator.locks !== undefined;
  return canShare ? new BrowserTabs(name) : new LoneTab();
}
