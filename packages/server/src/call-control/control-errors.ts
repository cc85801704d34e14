import { RequestError } from '../errors.js';

/** The agent is in no such call. */
export function callUnknown(): RequestError {
  return new RequestError(404, 'call-unknown', 'You are in no such call, or nobody has answered it yet.');
}

/** Nobody of this name is in the call. */
export function partyUnknown(): RequestError {
  return new RequestError(404, 'party-unknown', 'Nobody of this name is in the call.');
}

/** The call's present state does not allow it; `message` says why. */
export function notPossible(message: string): RequestError {
  return new RequestError(409, 'not-possible', message);
}

/** An agent has named itself. */
export function targetSelf(): RequestError {
  return new RequestError(403, 'target-self', 'You are in this call yourself: choose somebody else.');
}
