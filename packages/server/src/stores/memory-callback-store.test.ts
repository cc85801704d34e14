import { describe, expect, it } from 'vitest';
import { callbackRequest, testCallbackStore } from '../testing/callback-store-suite.js';
import { MemoryCallbackStore } from './memory-callback-store.js';

describe('MemoryCallbackStore', () => {
  testCallbackStore(() => new MemoryCallbackStore());
});

it('forgets the oldest request when it is full', async () => {
  const store = new MemoryCallbackStore({ capacity: 2 });
  for (const number of [1, 2, 3]) await store.create(callbackRequest(number));
  expect((await store.list({ limit: 10 })).map(({ createdAt }) => createdAt)).toEqual(
    [3, 2].map((number) => callbackRequest(number).createdAt),
  );
});
