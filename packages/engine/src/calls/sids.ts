/** Twilio's identifiers: two letters for the kind and 32 hexadecimal digits. */

/** Source of cryptographically random bytes, `node:crypto`'s `randomBytes` outside tests. */
export type RandomBytes = (size: number) => Buffer;

/**
 * Kinds of resources: call, application, phone number, API key, message, subscription, conference, recording,
 * queue. */
type SidPrefix = 'CA' | 'AP' | 'PN' | 'SK' | 'KX' | 'ZY' | 'CF' | 'RE' | 'QU';

/** Makes a new SID, e.g. `newSid('CA', randomBytes)` for a call. */
export function newSid(prefix: SidPrefix, randomBytes: RandomBytes): string {
  return prefix + randomBytes(16).toString('hex');
}

/** An opaque secret that lets a device claim its call back; 128 random bits. */
export function newReconnectToken(randomBytes: RandomBytes): string {
  return randomBytes(16).toString('base64url');
}
