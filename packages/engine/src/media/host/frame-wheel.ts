/** Length of every frame we make ourselves. */
export const FRAME_MS = 20;

/** More missed frames than this are not made up for: nobody waits for sound that is so late. */
const MAX_CATCH_UP_FRAMES = 10;

/** Calls `onTick` with the nominal time of each 20 ms frame, for all legs together, without drift. */
export class FrameWheel {
  readonly #now: () => number;
  readonly #onTick: (nominalMs: number) => void;
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  #nextMs = 0;

  constructor(options: { now: () => number; onTick: (nominalMs: number) => void }) {
    this.#now = options.now;
    this.#onTick = options.onTick;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#nextMs = this.#now() + FRAME_MS;
    this.#arm();
  }

  stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
  }

  #arm(): void {
    this.#timer = setTimeout(() => this.#turn(), Math.max(0, this.#nextMs - this.#now()));
  }

  #turn(): void {
    const now = this.#now();
    const missed = Math.floor((now - this.#nextMs) / FRAME_MS);
    if (missed > MAX_CATCH_UP_FRAMES) this.#nextMs += missed * FRAME_MS;
    while (this.#running && this.#nextMs <= now + 0.5) {
      const nominalMs = this.#nextMs;
      this.#nextMs += FRAME_MS;
      this.#onTick(nominalMs);
    }
    if (this.#running) this.#arm();
  }
}
