import type { PhoneState } from '@offhook/client';
import type { CallEndDetail } from './phone-events.js';

/** The destination that a call went to, whatever the page changes meanwhile. */
export function calledDestination(call: { readonly party: string }): string {
  return call.party.replace(/^destination:/, '');
}

/** Finds the one moment to tell the page how a call ended: once that is known, at the latest when the phone is ready. */
export class CallEndReport {
  #untold: CallEndDetail | undefined;

  /** Takes the next state of the phone; gives what the page is to be told now, if anything. */
  take(next: PhoneState): CallEndDetail | undefined {
    if (next.name === 'ended') {
      const { call, end, seconds, problem } = next;
      this.#untold = {
        destination: calledDestination(call),
        end,
        ...(call.sid !== undefined && { callSid: call.sid }),
        ...(seconds !== undefined && { seconds }),
        ...(problem && { problem: problem.code }),
      };
      // The server's record may still know better.
      if (end === 'ended') return undefined;
    }
    const detail = this.#untold;
    this.#untold = undefined;
    return detail;
  }
}
