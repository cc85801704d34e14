/**
 * Magic destinations: parties inside the engine that make every outcome of a call reproducible without a
 * phone network. Each has a fictitious number (from the 500 555 range that Twilio also uses for tests) and an
 * identity.
 */
import { EventEmitter } from 'node:events';
import type {
  CalledParty,
  CalledPartyEvents,
  CalledPartyOptions,
  MediaPort,
  Playlist,
  SpeechPort,
} from './ports.js';

/** The magic destinations by name, with their numbers. */
export const MAGIC_NUMBERS = {
  echo: '+15005550100',
  tone: '+15005550101',
  'keypad-readback': '+15005550102',
  busy: '+15005550103',
  'no-answer': '+15005550104',
  decline: '+15005550105',
  'invalid-number': '+15005550106',
} as const;

/** Name of a magic destination. */
export type MagicName = keyof typeof MAGIC_NUMBERS;

const NAMES = Object.keys(MAGIC_NUMBERS) as MagicName[];

/** The magic destination behind a number such as `+15005550100`. */
export function magicByNumber(number: string): MagicName | undefined {
  return NAMES.find((name) => MAGIC_NUMBERS[name] === number);
}

/** The magic destination behind an identity such as `magic_keypad_readback`. */
export function magicByIdentity(identity: string): MagicName | undefined {
  return NAMES.find((name) => `magic_${name.replaceAll('-', '_')}` === identity);
}

const TONE: Playlist = {
  sources: [{ kind: 'tone', frequenciesHz: [440], durationMs: 60_000, levelDbov: -16 }],
  loop: 0,
};

/** DTMF frequencies (ITU-T Q.23): row and column of each key. */
const DTMF_HZ: Readonly<Record<string, readonly [number, number]>> = {
  '1': [697, 1209],
  '2': [697, 1336],
  '3': [697, 1477],
  '4': [770, 1209],
  '5': [770, 1336],
  '6': [770, 1477],
  '7': [852, 1209],
  '8': [852, 1336],
  '9': [852, 1477],
  '*': [941, 1209],
  '0': [941, 1336],
  '#': [941, 1477],
};
const KEY_NAMES: Readonly<Record<string, string>> = { '*': 'star', '#': 'pound' };

/** What a magic party needs. */
export interface MagicPartyOptions {
  name: MagicName;
  call: CalledPartyOptions;
  media: MediaPort;
  speech: SpeechPort;
}

/** A party that behaves as its name says. */
export class MagicParty extends EventEmitter<CalledPartyEvents> implements CalledParty {
  readonly #options: MagicPartyOptions;
  readonly #legId: string;
  readonly #abort = new AbortController();
  #digits: Promise<void> = Promise.resolve();

  constructor(options: MagicPartyOptions) {
    super();
    this.#options = options;
    this.#legId = `${options.call.callSid}-magic`;
  }

  start(): void {
    switch (this.#options.name) {
      case 'busy':
        this.#end({ kind: 'busy' });
        return;
      case 'invalid-number':
        this.#end({ kind: 'not-found' });
        return;
      case 'decline':
        this.#soon(() => this.emit('ringing'));
        this.#end({ kind: 'declined' });
        return;
      case 'no-answer':
        this.#soon(() => this.emit('ringing'));
        return;
      case 'echo':
      case 'tone':
      case 'keypad-readback':
        void this.#answer();
    }
  }

  hearDigit(digit: string): void {
    if (this.#options.name !== 'keypad-readback') return;
    this.#digits = this.#digits.then(() => this.#readBack(digit));
  }

  hangUp(): void {
    if (this.#abort.signal.aborted) return;
    this.#abort.abort();
    void this.#options.media.closeLeg(this.#legId);
  }

  async #answer(): Promise<void> {
    const { media, call, name } = this.#options;
    try {
      const behaviour = name === 'echo' ? 'echo' : 'source';
      await media.openVirtualLeg({ legId: this.#legId, codec: call.codec, behaviour });
      if (this.#abort.signal.aborted) {
        await media.closeLeg(this.#legId);
        return;
      }
      this.emit('answered', this.#legId);
      if (name === 'tone') await media.play(this.#legId, TONE, this.#abort.signal);
      if (name === 'keypad-readback') this.#digits = this.#digits.then(() => this.#say('Press any key.'));
    } catch {
      this.#end({ kind: 'failed', errorCode: 53405, message: 'The media gateway was lost.' });
    }
  }

  async #readBack(digit: string): Promise<void> {
    const frequenciesHz = DTMF_HZ[digit];
    if (!frequenciesHz) return;
    const tone = { kind: 'tone', frequenciesHz, durationMs: 400, levelDbov: -16 } as const;
    const gap = { kind: 'tone', frequenciesHz: [], durationMs: 150, levelDbov: -16 } as const;
    await this.#play({ sources: [tone, gap], loop: 1 });
    await this.#say(KEY_NAMES[digit] ?? digit);
  }

  async #say(text: string): Promise<void> {
    const { speech } = this.#options;
    const sources = await speech.speak({ text, language: 'en-US', voice: undefined }, this.#abort.signal);
    await this.#play({ sources, loop: 1 });
  }

  /** A leg that is lost meanwhile ends the call by its own event. */
  async #play(playlist: Playlist): Promise<void> {
    if (this.#abort.signal.aborted) return;
    await this.#options.media.play(this.#legId, playlist, this.#abort.signal).catch(() => undefined);
  }

  #end(end: CalledPartyEvents['ended'][0]): void {
    this.#soon(() => {
      this.hangUp();
      this.emit('ended', end);
    });
  }

  /** Events come after `start` has returned, as they do from every other party. */
  #soon(action: () => void): void {
    setImmediate(() => {
      if (!this.#abort.signal.aborted) action();
    });
  }
}
