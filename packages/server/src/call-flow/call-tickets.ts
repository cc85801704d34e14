/**
 * A visitor's access token carries a ticket among the parameters that the voice platform adds to the webhook of the
 * calls it places: for one destination, one place under the limits, one call. The ticket proves itself, so it does not
 * matter whether the platform lets a parameter of the browser's take its place: what the browser has instead can only
 * be a ticket that was given to the same visitor.
 */
import type { Clock } from '../ports.js';
import { SigningKeys } from '../signing-keys.js';
import type { TransientStore } from '../stores/transient-store.js';

/** The name of the parameter. */
export const TICKET_PARAMETER = 'offhookTicket';
/** How long after its token's end a call may still come, and a place that nobody used is kept. */
export const LATE_CALL_MS = 60_000;

const TICKET = /^([\w-]{16})\.([0-9a-z]{1,12})\.([\w-]{22})$/;

/** What a ticket is for. */
export interface TicketSubject {
  identity: string;
  destination: string;
}

/** Makes tickets, and takes each for one call. */
export class CallTickets {
  readonly #keys: SigningKeys;
  readonly #store: TransientStore;
  readonly #clock: Clock;

  /** `keys`: the newest first, which makes them. */
  constructor(options: { keys: readonly string[]; store: TransientStore; clock: Clock }) {
    this.#keys = new SigningKeys(options.keys);
    this.#store = options.store;
    this.#clock = options.clock;
  }

  /** For the call that a token of so many seconds is for; `place` is what was reserved for it. */
  issue(subject: TicketSubject, { place, ttlSeconds }: { place: string; ttlSeconds: number }): string {
    const until = Math.ceil(this.#clock.now() + ttlSeconds * 1000 + LATE_CALL_MS).toString(36);
    return `${place}.${until}.${this.#keys.proofOf(text(subject, place, until))}`;
  }

  /**
   * The place that was reserved for this call; undefined when the ticket is not for it, comes too late, or has served
   * another call.
   */
  async redeem(ticket: string | undefined, subject: TicketSubject, sid: string): Promise<string | undefined> {
    const [, place = '', until = '', given = ''] = TICKET.exec(ticket ?? '') ?? [];
    if (place === '' || !this.#keys.isProofOf(text(subject, place, until), given)) return undefined;
    const leftMs = Number.parseInt(until, 36) - this.#clock.now();
    if (leftMs <= 0) return undefined;
    const holder = await this.#store.claim(`ticket:${place}`, sid, leftMs);
    return holder === sid ? place : undefined;
  }
}

function text({ identity, destination }: TicketSubject, place: string, until: string): string {
  return ['ticket', identity, destination, place, until].join('\n');
}
