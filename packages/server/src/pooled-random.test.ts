import { expect, it } from 'vitest';
import { pooledRandom } from './pooled-random.js';
import { random } from './testing/test-server.js';

it('gives out every byte of its source once, in order', () => {
  let next = 0;
  const source = { bytes: (count: number) => Uint8Array.from({ length: count }, () => next++ % 251) };
  const pooled = pooledRandom(source);
  const seen = [pooled.bytes(3), pooled.bytes(16), pooled.bytes(1)].map((bytes) => [...bytes]);
  expect(seen.flat()).toEqual(Array.from({ length: 20 }, (_, index) => index));
  expect(pooled.bytes(5000)).toHaveLength(5000);
});

it('never repeats itself', () => {
  const pooled = pooledRandom(random);
  const ids = Array.from({ length: 10_000 }, () => Buffer.from(pooled.bytes(16)).toString('hex'));
  expect(new Set(ids).size).toBe(ids.length);
});
