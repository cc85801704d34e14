/**
 * The callback addresses that our TwiML names carry a word that only this server can make, another for each call. A
 * signature proves who speaks; the word proves that what is said answers a document of ours, about this call.
 */
import { SigningKeys } from '../signing-keys.js';

/** Makes and recognises the words. */
export class CallbackNonces {
  readonly #keys: SigningKeys;

  /** The newest key first, which makes them; the others are only recognised. */
  constructor(keys: readonly string[]) {
    this.#keys = new SigningKeys(keys);
  }

  of(callSid: string): string {
    return this.#keys.proofOf(subject(callSid));
  }

  isOf(callSid: string, given: string | undefined): boolean {
    return this.#keys.isProofOf(subject(callSid), given ?? '');
  }
}

function subject(callSid: string): string {
  return `callback.${callSid}`;
}
