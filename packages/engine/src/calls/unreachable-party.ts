import { EventEmitter } from 'node:events';
import type { CalledParty, CalledPartyEvents, PartyEnd } from './ports.js';

/** A party that nothing can reach, or nobody may; `end` says which. */
export class UnreachableParty extends EventEmitter<CalledPartyEvents> implements CalledParty {
  readonly #end: PartyEnd;
  #over = false;

  constructor(end: PartyEnd) {
    super();
    this.#end = end;
  }

  start(): void {
    setImmediate(() => {
      if (this.#over) return;
      this.#over = true;
      this.emit('ended', this.#end);
    });
  }

  hearDigit(): void {}

  hangUp(): void {
    this.#over = true;
  }
}
