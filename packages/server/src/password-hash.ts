/** Passwords as `offhook.yaml` keeps them: `scrypt$N$r$p$salt$hash` (RFC 7914), salt and hash in base64. */
import { scrypt, timingSafeEqual } from 'node:crypto';
import type { Random } from './ports.js';

/** What a stored password is made of. */
export interface PasswordHash {
  /** CPU and memory cost, a power of two. */
  cost: number;
  blockSize: number;
  parallelization: number;
  salt: Buffer;
  hash: Buffer;
}

/** Costs that OWASP's Password Storage Cheat Sheet recommends: 32 MB and about 100 ms. */
const DEFAULTS = { cost: 32_768, blockSize: 8, parallelization: 3 };
const HASH_BYTES = 32;
/** Memory that one check may take. */
const MAX_MEMORY_BYTES = 256 * 1024 * 1024;

/** Reads a stored password; undefined when it is not one, or too cheap or too costly to check. */
export function parsePasswordHash(text: string): PasswordHash | undefined {
  const match = /^scrypt\$(\d{1,8})\$(\d{1,3})\$(\d{1,2})\$([\w+/-]{11,}={0,2})\$([\w+/-]{22,}={0,2})$/.exec(
    text,
  );
  if (match === null) return undefined;
  const [cost = 0, blockSize = 0, parallelization = 0] = match.slice(1, 4).map(Number);
  const isPowerOfTwo = cost >= 16_384 && Number.isInteger(Math.log2(cost));
  const isSensible = isPowerOfTwo && blockSize >= 1 && parallelization >= 1 && parallelization <= 16;
  if (!isSensible || memoryBytes(cost, blockSize) > MAX_MEMORY_BYTES) return undefined;
  const salt = Buffer.from(match[4] ?? '', 'base64');
  const hash = Buffer.from(match[5] ?? '', 'base64');
  return hash.length > 64 ? undefined : { cost, blockSize, parallelization, salt, hash };
}

/** Makes the line for `offhook.yaml`. */
export async function hashPassword(password: string, random: Random): Promise<string> {
  const salt = Buffer.from(random.bytes(16));
  const hash = await derive(password, { ...DEFAULTS, salt, hash: Buffer.alloc(HASH_BYTES) });
  const { cost, blockSize, parallelization } = DEFAULTS;
  return ['scrypt', cost, blockSize, parallelization, salt.toString('base64'), hash.toString('base64')].join(
    '$',
  );
}

/** Whether this is the password, in a time that does not tell how nearly it is. */
export async function isPassword(password: string, stored: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, stored), stored.hash);
}

/** A stored password that nothing matches, which takes as long to check as a real one. */
export function unmatchableHash(random: Random): PasswordHash {
  return { ...DEFAULTS, salt: Buffer.from(random.bytes(16)), hash: Buffer.from(random.bytes(HASH_BYTES)) };
}

function derive(
  password: string,
  { cost, blockSize, parallelization, salt, hash }: PasswordHash,
): Promise<Buffer> {
  const options = {
    N: cost,
    r: blockSize,
    p: parallelization,
    maxmem: memoryBytes(cost, blockSize) + 1024 * 1024 * 8,
  };
  return new Promise((resolve, reject) => {
    // The same characters typed on different machines may arrive composed differently (RFC 8265).
    scrypt(password.normalize('NFC'), salt, hash.length, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

function memoryBytes(cost: number, blockSize: number): number {
  return 128 * cost * blockSize;
}
