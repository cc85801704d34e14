import { EventEmitter } from 'node:events';
import type { CalledParty, CalledPartyEvents, PartyEnd } from './ports.js';

const E164 = /^\+[1-9]\d{6,14}$/;

/** A number that nothing can reach: not a number at all, not allowed, or no way out to the phone network. */
export class UnreachableParty extends EventEmitter<CalledPartyEvents> implements CalledParty {
  readonly #number: string;
  readonly #refusal: { errorCode: number; message: string } | undefined;
  #over = false;

  /** `refusal` says why it may not be called, if that is the reason. */
  constructor(number: string, refusal?: { errorCode: number; message: string }) {
    super();
    this.#number = number;
    this.#refusal = refusal;
  }

  start(): void {
    setImmediate(() => {
      if (this.#over) return;
      this.#over = true;
      this.emit('ended', this.#end());
    });
  }

  hearDigit(): void {}

  hangUp(): void {
    this.#over = true;
  }

  /** Twilio's 13223 for what is no phone number, 13224 for one that cannot be called. */
  #end(): PartyEnd {
    if (this.#refusal) {
      const { errorCode, message } = this.#refusal;
      return { kind: 'failed', errorCode, message };
    }
    if (!E164.test(this.#number)) {
      return {
        kind: 'not-found',
        errorCode: 13223,
        message: 'The dialled number is not a valid phone number.',
      };
    }
    return {
      kind: 'not-found',
      errorCode: 13224,
      message: 'This number cannot be called: the engine has no trunk to the phone network.',
    };
  }
}
