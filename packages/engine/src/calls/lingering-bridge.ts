import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longest time for which parties that have other things to do still hear each other. */
const MAX_MS = 5000;

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

  /**
   * Resolves when both parties have come here, which leaves the bridge as it is, when it has ended, or when `signal`
   * aborts.
   */
  async meet(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    if (this.#isAwaited) {
      this.#end.abort();
      return;
    }
    this.#isAwaited = true;
    const over = AbortSignal.any([signal, this.#end.signal]);
    if (!over.aborted) await once(over, 'abort');
    this.#isAwaited = false;
  }
}
