/** A party that we called and that has answered, seen as the one its TwiML talks to. */
import { EventEmitter } from 'node:events';
import type { EndCause } from './call-state.js';
import type { CalledParty, CallerParty, Codec, LegId, PartyEvents } from './ports.js';

/** See the top of this file. */
export class AnsweredParty extends EventEmitter<PartyEvents> implements CallerParty {
  readonly legId: LegId;
  readonly #party: CalledParty;
  readonly #codec: Promise<Codec>;

  constructor(options: { party: CalledParty; legId: LegId; codec: Promise<Codec> }) {
    super();
    this.legId = options.legId;
    this.#party = options.party;
    this.#codec = options.codec;
    this.#party.on('digit', (digit, inMedia) => this.emit('digit', digit, inMedia));
    this.#party.on('ended', (end) => this.emit('ended', end));
  }

  get isInside(): boolean {
    return this.#party.isInside ?? false;
  }

  ready(): Promise<Codec> {
    return this.#codec;
  }

  ring(): Promise<void> {
    return Promise.resolve();
  }

  answer(): Promise<void> {
    return Promise.resolve();
  }

  hearDigit(digit: string, inMedia: boolean): void {
    this.#party.hearDigit(digit, inMedia);
  }

  hangUp(cause?: EndCause): void {
    this.#party.hangUp(cause);
  }
}
