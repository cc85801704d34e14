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
  /** Says whether the person looks at this tab. */
  look(isLookedAt: boolean): void;
  /** Whether the person looks at any of them. */
  isLookedAt(): Promise<boolean>;
  close(): void;
}

/**
 * The tabs of one browser that have the same name. One Web Lock makes the leader, and whoever is looked at shares
 * another; a tab that dies has neither.
 */
class BrowserTabs implements Tabs {
  readonly #name: string;
  readonly #gazeName: string;
  readonly #channel: BroadcastChannel;
  readonly #closed = new AbortController();
  #gaze: AbortController | undefined;

  constructor(name: string) {
    this.#name = name;
    this.#gazeName = `${name} looked at`;
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
    await untilHeld(this.#name, 'exclusive', signal);
  }

  look(isLookedAt: boolean): void {
    if (isLookedAt === (this.#gaze !== undefined) || this.#closed.signal.aborted) return;
    this.#gaze?.abort();
    this.#gaze = isLookedAt ? new AbortController() : undefined;
    if (!this.#gaze) return;
    const signal = AbortSignal.any([this.#gaze.signal, this.#closed.signal]);
    untilHeld(this.#gazeName, 'shared', signal).catch(() => undefined);
  }

  async isLookedAt(): Promise<boolean> {
    try {
      const { held = [] } = await navigator.locks.query();
      return held.some(({ name }) => name === this.#gazeName);
    } catch {
      // A page that is about to go.
      return this.#gaze !== undefined;
    }
  }

  close(): void {
    this.#closed.abort();
    this.#channel.close();
  }
}

/** Resolves when this tab holds a Web Lock, which it does until `signal` aborts. */
async function untilHeld(name: string, mode: LockMode, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const untilOver = new Promise<void>((over) => {
      signal.addEventListener('abort', () => over(), { once: true });
    });
    navigator.locks
      .request(name, { mode, signal }, () => {
        resolve();
        return untilOver;
      })
      .catch(reject);
  });
}

/** Where the browser has no Web Locks (an insecure page), every tab is on its own. */
class LoneTab implements Tabs {
  #isLookedAt = false;

  post(): void {}

  listen(): void {}

  async untilLeading(): Promise<void> {}

  look(isLookedAt: boolean): void {
    this.#isLookedAt = isLookedAt;
  }

  async isLookedAt(): Promise<boolean> {
    return this.#isLookedAt;
  }

  close(): void {}
}

/** The tabs of this name, as far as the browser lets them know each other. */
export function tabsNamed(name: string): Tabs {
  const canShare = typeof BroadcastChannel !== 'undefined' && navigator.locks !== undefined;
  return canShare ? new BrowserTabs(name) : new LoneTab();
}
