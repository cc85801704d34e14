/** How the end of a party becomes the end of its call. */
import type { EndCause, FinalStatus } from './call-state.js';
import type { PartyEnd } from './ports.js';

/** Final status and cause of the call whose party ended like this. */
export function endOfCall(end: PartyEnd, answered: boolean): { status: FinalStatus; cause: EndCause } {
  switch (end.kind) {
    case 'hung-up':
      return { status: answered ? 'completed' : 'canceled', cause: {} };
    case 'busy':
      return { status: 'busy', cause: { sipCode: 486 } };
    case 'declined':
      return { status: 'busy', cause: { sipCode: 603 } };
    case 'no-answer':
      return { status: 'no-answer', cause: { sipCode: 480 } };
    case 'unavailable':
      return {
        status: 'no-answer',
        cause: { sipCode: 480, message: 'No device of this identity is registered.' },
      };
    case 'not-found':
      return {
        status: 'failed',
        cause: {
          sipCode: 404,
          errorCode: end.errorCode ?? 13224,
          message: end.message ?? 'This number does not exist or cannot be called.',
        },
      };
    case 'failed':
      return { status: 'failed', cause: { errorCode: end.errorCode, message: end.message } };
  }
}

/**
 * The cause as the Voice SDK understands it in a `hangup` message: the SIP-like codes 31404, 31480, 31486 and
 * 31603, another Twilio code as it is, or nothing for an ordinary end.
 */
export function sdkError(cause: EndCause): { code: number; message: string } | undefined {
  switch (cause.sipCode) {
    case 404:
      return { code: 31404, message: cause.message ?? 'Not Found' };
    case 480:
      return { code: 31480, message: cause.message ?? 'Temporarily Unavailable' };
    case 486:
      return { code: 31486, message: cause.message ?? 'Busy Here' };
    case 603:
      return { code: 31603, message: cause.message ?? 'Decline' };
    default:
      if (cause.errorCode === undefined) return undefined;
      return { code: cause.errorCode, message: cause.message ?? 'The call failed.' };
  }
}
