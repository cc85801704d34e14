import type { VoiceCall } from './voice-ports.js';

/**
 * Calls that come while the phone has no room for another. They ring on, unseen, until there is room, somebody else
 * answers or the caller has had enough: to decline them would tell the caller of a choice that nobody made.
 */
export class UnseenCalls {
  readonly #calls = new Set<VoiceCall>();
  readonly #show: (voice: VoiceCall) => boolean;

  /** `show` says whether there is room. */
  constructor(show: (voice: VoiceCall) => boolean) {
    this.#show = show;
  }

  /** Shows a call now, or as soon as there is room. */
  add(voice: VoiceCall): void {
    if (this.#show(voice)) return;
    this.#calls.add(voice);
    voice.on('ended', () => this.#calls.delete(voice));
  }

  /** Looks for room again, once what happens now has happened. */
  lookAgain(): void {
    if (this.#calls.size === 0) return;
    queueMicrotask(() => {
      for (const voice of this.#calls) if (this.#show(voice)) this.#calls.delete(voice);
    });
  }

  /** Forgets them all. */
  clear(): void {
    this.#calls.clear();
  }
}
