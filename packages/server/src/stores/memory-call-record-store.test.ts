import { describe, expect, it } from 'vitest';
import { NEW_CALL } from '../call-flow/call-record-state.js';
import { testCallRecordStore } from '../testing/call-record-store-suite.js';
import { MemoryCallRecordStore } from './memory-call-record-store.js';

describe('MemoryCallRecordStore', () => {
  testCallRecordStore(() => new MemoryCallRecordStore());
});

it('forgets the oldest call when it is full', async () => {
  const store = new MemoryCallRecordStore({ capacity: 2 });
  const call = {
    direction: 'inbound',
    callerIdentity: undefined,
    from: '+16175550123',
    to: '+16175550100',
    destination: undefined,
    parameters: {},
    startedAt: 0,
    progress: NEW_CALL,
  } as const;
  for (const sid of ['CA1', 'CA2', 'CA3']) await store.create({ ...call, sid });
  expect((await store.list({ limit: 10 })).map(({ sid }) => sid)).toEqual(['CA3', 'CA2']);
});
