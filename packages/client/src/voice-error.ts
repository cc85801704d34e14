import { ClientError } from './errors.js';
import type { ProblemCode } from './errors.js';

/** How a call that did not go through ended, as a value rather than an error. */
export type CallEnd = 'completed' | 'busy' | 'no-answer' | 'declined' | 'canceled' | 'failed' | 'ended';

const problems: ReadonlyMap<number, ProblemCode> = new Map([
  [20101, 'setup'],
  [20151, 'setup'],
  [31001, 'setup'],
  [31201, 'setup'],
  [31202, 'setup'],
  [31203, 'setup'],
  [31204, 'setup'],
  [31207, 'setup'],
  [20104, 'connection-lost'],
  [31205, 'connection-lost'],
  [31000, 'connection-lost'],
  [31005, 'connection-lost'],
  [31009, 'connection-lost'],
  [53000, 'connection-lost'],
  [53001, 'connection-lost'],
  [31003, 'network-blocked'],
  [53405, 'network-blocked'],
  [31206, 'too-many-calls'],
  [31208, 'microphone-denied'],
  [31401, 'microphone-denied'],
  [31402, 'microphone-busy'],
  [31404, 'number-unreachable'],
]);

const ends: ReadonlyMap<number, CallEnd> = new Map([
  [31486, 'busy'],
  [31480, 'no-answer'],
  [31603, 'declined'],
  [31002, 'declined'],
]);

const expired: ReadonlySet<number> = new Set([20104, 31205]);

/** An error of the Voice SDK, under Twilio's numeric code. */
export class VoiceError extends ClientError {
  constructor(twilioCode: number | undefined, message: string, cause?: unknown) {
    const code = (twilioCode === undefined ? undefined : problems.get(twilioCode)) ?? 'call-failed';
    super(code, message, { twilioCode, cause });
    this.name = 'VoiceError';
  }

  /** Whether a fresh token cures it. Such errors are never shown. */
  get isTokenExpired(): boolean {
    return this.twilioCode !== undefined && expired.has(this.twilioCode);
  }

  /** Busy, no answer or declined, when that is what the code says; else undefined. */
  get end(): CallEnd | undefined {
    return this.twilioCode === undefined ? undefined : ends.get(this.twilioCode);
  }
}
