import { expect, it } from 'vitest';
import type { StoredCallback } from '../callbacks/callback-state.js';
import { RequestError } from '../errors.js';
import type { CallbackStore } from '../stores/callback-store.js';

type CreateStore = () => CallbackStore | Promise<CallbackStore>;

/** A request like a visitor's. */
export function callbackRequest(number: number, changes: Partial<StoredCallback> = {}): StoredCallback {
  return {
    id: `CB${number.toString(16).padStart(32, '0')}`,
    destination: 'support',
    name: 'Ann',
    number: '+16175550123',
    requestedBy: 'visitor_1',
    state: 'open',
    createdAt: 1_790_000_000_000 + number,
    calls: [],
    ...changes,
  };
}

/** What every store of callback requests has to do. `createStore` returns an empty one. */
export function testCallbackStore(createStore: CreateStore): void {
  testRequests(createStore);
  testMany(createStore);
}

function testRequests(createStore: CreateStore): void {
  it('keeps everything of a request, whatever it says', async () => {
    const store = await createStore();
    const hostile = `'); DROP TABLE callback_requests; --\u2028"😀 \\ %_`;
    const request = callbackRequest(1, {
      name: hostile,
      note: `${hostile}\n${hostile}`,
      page: { title: hostile, url: 'https://shop.example.com/' },
      visitor: { verified: true, subject: hostile, claims: { plan: 'gold', orders: 3, vip: true } },
      notBefore: '2026-07-02T09:00:00+02:00',
    });
    await store.create(request);
    expect(await store.find(request.id)).toEqual(request);
    expect(await store.find(`'; --`)).toBeUndefined();
  });

  it('changes a request as a whole or not at all', async () => {
    const store = await createStore();
    const { id } = callbackRequest(1);
    await store.create(callbackRequest(1));
    const refusal = new RequestError(409, 'already-taken', 'No.');
    await expect(
      store.change(id, () => {
        throw refusal;
      }),
    ).rejects.toBe(refusal);
    expect(await store.find(id)).toEqual(callbackRequest(1));
    const changed = await store.change(id, (request) => ({ ...request, state: 'taken', takenBy: 'alice' }));
    expect(changed).toEqual(callbackRequest(1, { state: 'taken', takenBy: 'alice' }));
    expect(await store.find(id)).toEqual(changed);
    expect(await store.change(callbackRequest(2).id, (request) => request)).toBeUndefined();
  });

  it('loses no change when several come at once', async () => {
    const store = await createStore();
    const { id } = callbackRequest(1);
    await store.create(callbackRequest(1));
    const sids = Array.from({ length: 20 }, (_, index) => `CA${index}`);
    await Promise.all(
      sids.map((sid) => store.change(id, (request) => ({ ...request, calls: [...request.calls, sid] }))),
    );
    expect((await store.find(id))?.calls.toSorted()).toEqual(sids.toSorted());
  });
}

function testMany(createStore: CreateStore): void {
  it('lists the newest first, narrowed, page by page', async () => {
    const store = await createStore();
    for (const number of [1, 2, 3, 4]) await store.create(callbackRequest(number));
    await store.create(callbackRequest(5, { destination: 'sales', createdAt: callbackRequest(4).createdAt }));
    await store.change(callbackRequest(2).id, (request) => ({ ...request, state: 'done' }));
    const list = async (selection: Parameters<CallbackStore['list']>[0]) =>
      (await store.list(selection)).map(({ id }) => Number.parseInt(id.slice(2), 16));
    expect(await list({ limit: 10 })).toEqual([5, 4, 3, 2, 1]);
    expect(await list({ limit: 2, after: callbackRequest(4) })).toEqual([3, 2]);
    expect(await list({ limit: 10, state: 'done' })).toEqual([2]);
    expect(await list({ limit: 10, destinations: ['sales'] })).toEqual([5]);
    expect(await list({ limit: 10, destinations: [] })).toEqual([]);
  });

  it('forgets a person, and what is old', async () => {
    const store = await createStore();
    await store.create(callbackRequest(1));
    await store.create(callbackRequest(2, { number: '+16175550199', requestedBy: 'visitor_2' }));
    await store.create(callbackRequest(3, { number: '+16175550142', state: 'taken', takenBy: 'alice' }));
    expect(await store.erase('+16175550123', 'erased')).toBe(1);
    expect(await store.erase('visitor_2', 'erased')).toBe(1);
    expect(await store.erase('alice', 'erased')).toBe(1);
    const left = await store.list({ limit: 10 });
    expect(left.map(({ takenBy }) => takenBy)).toEqual(['erased']);
    expect(await store.deleteCreatedBefore(callbackRequest(3).createdAt)).toBe(0);
    expect(await store.deleteCreatedBefore(callbackRequest(4).createdAt)).toBe(1);
    expect(await store.list({ limit: 10 })).toEqual([]);
  });
}
