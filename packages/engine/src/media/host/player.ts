import type { OpusRate } from './opus-codec.js';
import type { Playback, PlaybackFrame } from './playback.js';

/** Plays one thing at a time for a leg. */
export class Player {
  #current: { playback: Playback; onEnd: () => void } | undefined;

  get isPlaying(): boolean {
    return this.#current !== undefined;
  }

  /** Starts `playback` in place of what is playing; `onEnd` is called once, however it ends. */
  start(playback: Playback, onEnd: () => void): void {
    this.stop();
    this.#current = { playback, onEnd };
  }

  /** Stops `playback`, or whatever is playing. */
  stop(playback?: Playback): void {
    const current = this.#current;
    if (current === undefined || (playback !== undefined && playback !== current.playback)) return;
    this.#current = undefined;
    current.onEnd();
  }

  next(rate: OpusRate): PlaybackFrame | undefined {
    const frame = this.#current?.playback.next(rate);
    if (frame === undefined) this.stop();
    return frame;
  }
}
