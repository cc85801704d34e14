import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

/** What a short proof keeps of its HMAC: 128 bits, in characters that need no escape in a URL. */
const PROOF_BYTES = 16;

/**
 * Short proofs that a text is our own. They are computed, not kept, so that every server that shares the keys knows
 * them. Each use begins its texts with a word of its own, which keeps it apart from all else that the keys sign.
 */
export class SigningKeys {
  readonly #keys: readonly KeyObject[];

  /** The newest key first, which signs; the others are only recognised. */
  constructor(keys: readonly string[]) {
    this.#keys = keys.map((key) => createSecretKey(key, 'utf8'));
  }

  /** 22 characters of base64url. */
  proofOf(text: string): string {
    const [newest] = this.#keys;
    if (newest === undefined) throw new TypeError('To sign takes a key.');
    return proof(newest, text);
  }

  /** Whether one of the keys made this proof. */
  isProofOf(text: string, given: string): boolean {
    const bytes = Buffer.from(given);
    return this.#keys.some((key) => {
      const expected = Buffer.from(proof(key, text));
      return bytes.length === expected.length && timingSafeEqual(bytes, expected);
    });
  }
}

function proof(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text).digest().subarray(0, PROOF_BYTES).toString('base64url');
}
