import { EventEmitter } from 'node:events';
import type { CalledParty, CalledPartyEvents } from './ports.js';

/** Why nothing can be reached there: Twilio's code and a sentence. A party that may not be called has failed. */
export interface Unreachable {
  kind: 'not-found' | 'failed';
  errorCode: number;
  message: string;
}

/** A party that nothing can reach. */
export class UnreachableParty extends EventEmitter<CalledPartyEvents> implements CalledParty {
  readonly #reason: Unreachable;
  #over = false;

  constructor(reason: Unreachable) {
    super();
    this.#reason = reason;
  }

  start(): void {
    setImmediate(() => {
      if (this.#over) return;
      this.#over = true;
      this.emit('ended', this.#reason);
    });
  }

  hearDigit(): void {}

  hangUp(): void {
    this.#over = true;
  }
}
