/** Plays the prompts of TwiML, on one leg or in a room. */
import { once } from 'node:events';
import { EngineError } from '../errors.js';
import type { Prompt, SpeechPart } from '../twiml/twiml-call.js';
import { TwimlError } from '../twiml/twiml-error.js';
import type { Call } from './call.js';
import type { CallPlatform } from './call-platform.js';
import type { AudioSource, LegId, MediaPort, Playlist } from './ports.js';

/** Longest string of keys in one source of a playlist. */
const DIGITS_PER_SOURCE = 200;
const SILENCE_LEVEL_DBOV = -127;

/** Plays sounds to whoever is to hear them; resolves when they are over or `signal` aborts. */
export type PlaySound = (playlist: Playlist, signal: AbortSignal) => Promise<void>;

/** What plays to the far end of a leg. */
export function playOn(media: MediaPort, legId: LegId): PlaySound {
  return (playlist, signal) => media.play(legId, playlist, signal);
}

/** Sends back what comes in on the leg until `signal` aborts. */
export async function echoOn(media: MediaPort, legId: LegId, signal: AbortSignal): Promise<void> {
  const echoLegId = `${legId}-echo`;
  await media.openVirtualLeg({ legId: echoLegId, codec: 'pcmu', behaviour: 'echo' });
  try {
    await media.bridge(legId, echoLegId);
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    await media.closeLeg(echoLegId).catch(() => undefined);
  }
}

/** See the top of this file. */
export class LegVoice {
  readonly #call: Call;
  readonly #play: PlaySound;
  readonly #services: CallPlatform;

  constructor(options: { call: Call; services: CallPlatform; play: PlaySound }) {
    this.#call = options.call;
    this.#play = options.play;
    this.#services = options.services;
  }

  /**
   * Plays a prompt; relative URLs refer to `baseUrl`.
   * @throws TwimlError when a file cannot be had (11200 and its kin) or is no sound that can be played (13420).
   */
  async prompt(prompt: Prompt, baseUrl: string, signal: AbortSignal): Promise<void> {
    const sources = await this.#sources(prompt, baseUrl, signal);
    await this.play({ sources, loop: prompt.loop }, signal);
  }

  /** Plays sounds. A leg that is lost meanwhile ends the call by its own event. */
  async play(playlist: Playlist, signal: AbortSignal): Promise<void> {
    if (signal.aborted || playlist.sources.length === 0) return;
    try {
      await this.#play(playlist, signal);
    } catch (error) {
      if (error instanceof EngineError && error.code === 'audio-unreadable') {
        throw new TwimlError(13420, error.message, error);
      }
      this.#call.log.debug({ err: error }, 'playing stopped');
    }
  }

  async #sources(prompt: Prompt, baseUrl: string, signal: AbortSignal): Promise<readonly AudioSource[]> {
    switch (prompt.kind) {
      case 'digits':
        return (prompt.digits.match(new RegExp(`.{1,${DIGITS_PER_SOURCE}}`, 'g')) ?? []).map((digits) => ({
          kind: 'digits',
          digits,
        }));
      case 'speech': {
        const sources: AudioSource[] = [];
        for (const part of prompt.parts) sources.push(...(await this.#speak(part, signal)));
        return sources;
      }
      case 'file': {
        if (!URL.canParse(prompt.url, baseUrl)) {
          throw new TwimlError(11100, 'The URL of a <Play> cannot be understood.');
        }
        const { accountSid } = this.#call.details;
        const url = new URL(prompt.url, baseUrl).href;
        return [await this.#services.audioFiles.load({ url, accountSid }, signal)];
      }
    }
  }

  async #speak(part: SpeechPart, signal: AbortSignal): Promise<readonly AudioSource[]> {
    if (part.kind === 'words') return this.#services.speech.speak(part.speech, signal);
    const { durationMs } = part;
    return [{ kind: 'tone', frequenciesHz: [], durationMs, levelDbov: SILENCE_LEVEL_DBOV }];
  }
}
