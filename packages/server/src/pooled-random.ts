import type { Random } from './ports.js';

const POOL_BYTES = 4096;

/** Random bytes out of a supply: asking the system for each few of them costs several times as much. */
export function pooledRandom(source: Random): Random {
  let pool: Uint8Array = new Uint8Array();
  return {
    bytes(count) {
      if (count > POOL_BYTES) return source.bytes(count);
      // A plain array: slices of a Buffer would share its memory.
      if (count > pool.length) pool = Uint8Array.from(source.bytes(POOL_BYTES));
      const bytes = pool.slice(0, count);
      // Nobody who reads the pool later must learn what has been given out.
      pool.fill(0, 0, count);
      pool = pool.subarray(count);
      return bytes;
    },
  };
}
