import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Draws its element anew every second while a call is up, so that the timer moves. */
export class CallClock implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #isRunning: () => boolean;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(host: ReactiveControllerHost, isRunning: () => boolean) {
    this.#host = host;
    this.#isRunning = isRunning;
  }

  /** An element that was moved to another place during a call goes on. */
  hostConnected(): void {
    this.#host.requestUpdate();
  }

  hostUpdated(): void {
    if (!this.#isRunning()) this.hostDisconnected();
    else this.#timer ??= setInterval(() => this.#host.requestUpdate(), 250);
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
