/**
 * The callback addresses that our TwiML names carry a word that only this server can make, another for each call. A
 * signature proves who speaks; the word proves that what is said answers a document of ours, about this call. It is
 * computed, not kept, so that every server that shares the session keys knows it.
 */
import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

/** Makes and recognises the words. */
export class CallbackNonces {
  readonly #keys: readonly KeyObject[];

  /** The newest key first, which makes them; the others are only recognised. */
  constructor(keys: readonly string[]) {
    this.#keys = keys.map((key) => createSecretKey(key, 'utf8'));
  }

  /** 128 bits, in characters that need no escape in a URL. */
  of(callSid: string): string {
    const [newest] = this.#keys;
    if (newest === undefined) throw new TypeError('Callback addresses need a key.');
    return nonce(newest, callSid);
  }

  isOf(callSid: string, given: string | undefined): boolean {
    const bytes = Buffer.from(given ?? '');
    return this.#keys.some((key) => {
      const expected = Buffer.from(nonce(key, callSid));
      return bytes.length === expected.length && timingSafeEqual(bytes, expected);
    });
  }
}

/** The first word keeps it apart from everything else that these keys sign. */
function nonce(key: KeyObject, callSid: string): string {
  return createHmac('sha256', key)
    .update(`callback.${callSid}`)
    .digest()
    .subarray(0, 16)
    .toString('base64url');
}
