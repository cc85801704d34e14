/**
 * Magic destinations: parties inside the engine that make every outcome of a call reproducible without a
 * phone network. Each has a fictitious number (from the 500 555 range that Twilio also uses for tests) and an
 * identity.
 */
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  CalledParty,
  CalledPartyEvents,
  CalledPartyOptions,
  MediaPort,
  Playlist,
  SpeechPort,
  VirtualBehaviour,
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
  'bad-network': '+15005550130',
} as const;

type FixedName = keyof typeof MAGIC_NUMBERS;

/** The last digit of these numbers, and the end of these identities, is a number of seconds from 0 to 9. */
export const TIMED_MAGIC_NUMBERS = {
  'answers-after': '+1500555011',
  'hangs-up-after': '+1500555012',
} as const;

type TimedName = keyof typeof TIMED_MAGIC_NUMBERS;

/** A magic destination. */
export type Magic = { name: FixedName } | { name: TimedName; seconds: number };

const NAMES = Object.keys(MAGIC_NUMBERS) as FixedName[];
const TIMED_NAMES = Object.keys(TIMED_MAGIC_NUMBERS) as TimedName[];

/** The magic destination behind a number such as `+15005550100`. */
export function magicByNumber(number: string): Magic | undefined {
  return (
    find(NAMES, (name) => MAGIC_NUMBERS[name] === number) ??
    findTimed(number, (name) => TIMED_MAGIC_NUMBERS[name])
  );
}

/** The magic destination behind an identity such as `magic_keypad_readback` or `magic_answers_after_3`. */
export function magicByIdentity(identity: string): Magic | undefined {
  return (
    find(NAMES, (name) => magicIdentity(name) === identity) ??
    findTimed(identity, (name) => `${magicIdentity(name)}_`)
  );
}

function magicIdentity(name: string): string {
  return `magic_${name.replaceAll('-', '_')}`;
}

function find(names: readonly FixedName[], matches: (name: FixedName) => boolean): Magic | undefined {
  const name = names.find(matches);
  return name && { name };
}

function findTimed(address: string, prefixOf: (name: TimedName) => string): Magic | undefined {
  const seconds = address.at(-1) ?? '';
  const name = TIMED_NAMES.find((each) => address.slice(0, -1) === prefixOf(each));
  return name && /^\d$/.test(seconds) ? { name, seconds: Number(seconds) } : undefined;
}

/** Those that do not say something of their own send back what they hear. */
const BEHAVIOURS: Partial<Record<Magic['name'], VirtualBehaviour>> = {
  echo: 'echo',
  'answers-after': 'echo',
  'hangs-up-after': 'echo',
  'bad-network': 'bad-network',
};

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
  magic: Magic;
  call: CalledPartyOptions;
  media: MediaPort;
  speech: SpeechPort;
}

/** A party that behaves as its name says. */
export class MagicParty extends EventEmitter<CalledPartyEvents> implements CalledParty {
  readonly isInside = true;
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
    const { magic } = this.#options;
    switch (magic.name) {
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
      case 'bad-network':
        void this.#answer();
        return;
      case 'answers-after':
        this.#soon(() => this.emit('ringing'));
        void this.#after(magic.seconds, () => void this.#answer());
        return;
      case 'hangs-up-after':
        this.once('answered', () => void this.#after(magic.seconds, () => this.#end({ kind: 'hung-up' })));
        void this.#answer();
    }
  }

  hearDigit(digit: string): void {
    if (this.#options.magic.name !== 'keypad-readback') return;
    this.#digits = this.#digits.then(() => this.#readBack(digit));
  }

  hangUp(): void {
    if (this.#abort.signal.aborted) return;
    this.#abort.abort();
    void this.#options.media.closeLeg(this.#legId).catch(() => undefined);
  }

  async #answer(): Promise<void> {
    const { media, call } = this.#options;
    const { name } = this.#options.magic;
    try {
      const behaviour = BEHAVIOURS[name] ?? 'source';
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
    const sources = await speech.speak({ text, language: 'en-US' }, this.#abort.signal);
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

  async #after(seconds: number, action: () => void): Promise<void> {
    await sleep(seconds * 1000, undefined, { signal: this.#abort.signal }).then(action, () => undefined);
  }

  /** Events come after `start` has returned, as they do from every other party. */
  #soon(action: () => void): void {
    setImmediate(() => {
      if (!this.#abort.signal.aborted) action();
    });
  }
}
