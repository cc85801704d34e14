import { expect, it } from 'vitest';
import { NEW_CALL, transition } from '../call-flow/call-record-state.js';
import type { CallRecordStore, StoredCall } from '../stores/call-record-store.js';

type CreateStore = () => CallRecordStore;

/** What every store of call records has to do. `createStore` returns an empty one. */
export function testCallRecordStore(createStore: CreateStore): void {
  testLookups(createStore);
  testChanges(createStore);
}

function call(sid: string, changes: Partial<StoredCall> = {}): StoredCall {
  return {
    sid,
    direction: 'inbound',
    callerIdentity: 'visitor_1',
    from: 'client:visitor_1',
    to: 'destination:support',
    destination: 'support',
    parameters: { destination: 'support' },
    startedAt: 1000,
    progress: NEW_CALL,
    ...changes,
  };
}

function testLookups(createStore: CreateStore): void {
  it('finds a call by its SID', async () => {
    const store = createStore();
    await store.create(call('CA1'));
    expect(await store.find('CA1')).toEqual(call('CA1'));
    expect(await store.find('CA2')).toBeUndefined();
  });

  it('lists the newest calls first', async () => {
    const store = createStore();
    for (const sid of ['CA1', 'CA2', 'CA3']) await store.create(call(sid));
    const listed = await store.list({ limit: 2 });
    expect(listed.map(({ sid }) => sid)).toEqual(['CA3', 'CA2']);
  });

  it('finds the newest call that an identity placed', async () => {
    const store = createStore();
    await store.create(call('CA1'));
    await store.create(call('CA2'));
    await store.create(call('CA3', { callerIdentity: undefined }));
    expect((await store.findLatestBy('visitor_1'))?.sid).toBe('CA2');
    expect(await store.findLatestBy('alice')).toBeUndefined();
  });
}

function testChanges(createStore: CreateStore): void {
  it('leaves a call as it is when it is created again', async () => {
    const store = createStore();
    await store.create(call('CA1'));
    await store.update('CA1', (progress) => transition(progress, { type: 'leg-ringing', at: 1 }));
    await store.create(call('CA1', { to: 'destination:sales' }));
    expect(await store.find('CA1')).toEqual(call('CA1', { progress: { ...NEW_CALL, rang: true } }));
  });

  it('changes the progress and returns the changed call', async () => {
    const store = createStore();
    await store.create(call('CA1'));
    const changed = await store.update('CA1', (progress) => ({ ...progress, rang: true }));
    expect(changed?.progress.rang).toBe(true);
    expect(await store.find('CA1')).toEqual(changed);
    expect(await store.update('CA2', (progress) => progress)).toBeUndefined();
  });

  it('loses no change when many come at once', async () => {
    const store = createStore();
    await store.create(call('CA1'));
    const legs = Array.from({ length: 20 }, (_, index) => `CB${index}`);
    await Promise.all(
      legs.map((callSid) =>
        store.update('CA1', (progress) => transition(progress, { type: 'leg-answered', callSid, at: 1 })),
      ),
    );
    const found = await store.find('CA1');
    expect(Object.keys(found?.progress.legs ?? {}).sort()).toEqual(legs.sort());
  });
}
