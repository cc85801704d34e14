/**
 * Notices that the page did not run for a while, since the browser froze the tab or the computer slept: nothing
 * could ring then. A page that does not run cannot say so, but it can afterwards.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

const LOOK_MS = 10_000;
/** In the background, browsers let timers wait for a minute. */
const GAP_MS = 100_000;

/** When the page did not run. */
export interface Sleep {
  readonly from: Date;
  readonly to: Date;
}

/** See the top of this file. */
export class SleepWatch implements ReactiveController {
  /** The last sleep that nobody has taken notice of. */
  sleep: Sleep | undefined;
  readonly #host: ReactiveControllerHost;
  readonly #now: () => Date;
  #lastLook: Date | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(host: ReactiveControllerHost, now: () => Date = () => new Date()) {
    this.#host = host;
    this.#now = now;
    host.addController(this);
  }

  hostConnected(): void {
    this.#lastLook = this.#now();
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
  }

  /** Somebody has read it. */
  dismiss(): void {
    this.sleep = undefined;
    this.#host.requestUpdate();
  }

  #look(): void {
    const now = this.#now();
    const from = this.#lastLook ?? now;
    this.#lastLook = now;
    if (now.getTime() - from.getTime() < GAP_MS) return;
    // Of several sleeps, the first beginning counts.
    this.sleep = { from: this.sleep?.from ?? from, to: now };
    this.#host.requestUpdate();
  }
}
