import type { LegId, MediaPort } from '../calls/ports.js';

/** Digits that may wait for those before them; as many as can be played at a time. */
const MAX_WAITING = 200;

/** Sends digits that came by signaling on through the media, none before those that came before it are played. */
export class DigitRelay {
  readonly #media: MediaPort;
  #waiting = '';
  #isPlaying = false;

  constructor(media: MediaPort) {
    this.#media = media;
  }

  send(legId: LegId, digit: string): void {
    if (this.#waiting.length < MAX_WAITING) this.#waiting += digit;
    if (!this.#isPlaying) void this.#play(legId);
  }

  async #play(legId: LegId): Promise<void> {
    this.#isPlaying = true;
    while (this.#waiting !== '') {
      const playlist = { sources: [{ kind: 'digits', digits: this.#waiting }], loop: 1 } as const;
      this.#waiting = '';
      // A leg that is lost meanwhile ends by itself.
      // oxlint-disable-next-line no-await-in-loop -- what is played in between would stop it
      await this.#media.play(legId, playlist, new AbortController().signal).catch(() => undefined);
    }
    this.#isPlaying = false;
  }
}
