/** The Voice SDK's call messages (`call.sendMessage`), and the limits on them. */
import type { Clock } from '../calls/clock.js';
import type { WireError } from './messages.js';

/** The one type that an app may send. */
export const USER_DEFINED_MESSAGE = 'user-defined-message';
const MAX_CONTENT_BYTES = 10_240;
/** Messages a device may send in a call: this many at once, then this many a second. */
const MESSAGE_BURST = 30;
const MESSAGES_PER_SECOND = 10;

/** Why a message cannot be taken, or undefined. */
export function messageFault(message: { messagetype: string; content: unknown }): WireError | undefined {
  if (message.messagetype !== USER_DEFINED_MESSAGE) {
    return { code: 31210, message: 'Call Message Event Type is invalid.' };
  }
  if (Buffer.byteLength(JSON.stringify(message.content ?? null)) > MAX_CONTENT_BYTES) {
    return { code: 31212, message: 'Call Message Event Payload size exceeded authorized limit.' };
  }
  return undefined;
}

/** Counts the messages of one call. */
export class MessageBudget {
  readonly #clock: Clock;
  #left = MESSAGE_BURST;
  #countedAtMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#countedAtMs = clock.monotonicMs();
  }

  /** Takes one message; false when there have been too many. */
  take(): boolean {
    const now = this.#clock.monotonicMs();
    const refill = ((now - this.#countedAtMs) * MESSAGES_PER_SECOND) / 1000;
    this.#left = Math.min(MESSAGE_BURST, this.#left + refill);
    this.#countedAtMs = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
