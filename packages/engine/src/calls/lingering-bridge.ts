import { setTimeout as sleep } from 'node:timers/promises';

/** Longest time for which parties that have other things to do still hear each other. */
const MAX_MS = 5000;
/** Longest time for which one waits for the other to come to a conference, too. */
const MEET_MS = 1500;

/**
 * The bridge of two parties one of whom was sent to other TwiML. They hear each other until one of them gets something
 * else to do; if both go to a conference, they change over in the same moment.
 */
export class LingeringBridge {
  readonly #end = new AbortController();
  readonly #unbridge: () => void;
  #isAwaited = false;

  constructor(unbridge: () => void) {
    this.#unbridge = unbridge;
    void sleep(MAX_MS, undefined, { signal: this.#end.signal, ref: false }).then(
      () => this.letGo(),
      () => undefined,
    );
  }

  /** Ends the bridge. */
  letGo(): void {
    if (this.#end.signal.aborted) return;
    this.#unbridge();
    this.#end.abort();
  }

  /** Resolves when both parties have come here, or there is nothing to wait for. The bridge is then not ended. */
  async meet(signal: AbortSignal): Promise<void> {
    if (this.#isAwaited) {
      this.#end.abort();
      return;
    }
    this.#isAwaited = true;
    const over = AbortSignal.any([signal, this.#end.signal]);
    await sleep(MEET_MS, undefined, { signal: over }).catch(() => undefined);
    // The one who comes later finds nobody to wait for.
    this.#end.abort();
  }
}
