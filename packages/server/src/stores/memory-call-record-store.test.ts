import { describe, expect, it } from 'vitest';
import { storedCall, testCallRecordStore } from '../testing/call-record-store-suite.js';
import { MemoryCallRecordStore } from './memory-call-record-store.js';

describe('MemoryCallRecordStore', () => {
  testCallRecordStore(async (webhooksOf) => new MemoryCallRecordStore(webhooksOf ? { webhooksOf } : {}));
});

it('forgets the oldest call when it is full', async () => {
  const store = new MemoryCallRecordStore({ capacity: 2 });
  for (const sid of ['CA1', 'CA2', 'CA3']) await store.create(storedCall(sid));
  expect((await store.list({ limit: 10 })).map(({ sid }) => sid)).toEqual(['CA3', 'CA2']);
});
