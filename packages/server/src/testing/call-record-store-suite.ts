import { expect, it } from 'vitest';
import { type CallEvent, NEW_CALL, transition } from '../call-flow/call-record-state.js';
import type { CallRecordStore, CallSelection, StoredCall } from '../stores/call-record-store.js';
import type { WebhookOutbox, WebhooksOf } from '../stores/webhook-outbox.js';

/** A store with its outbox. */
type TestedStore = CallRecordStore & { outbox: WebhookOutbox };
/** Returns an empty store. */
type CreateStore = (webhooksOf?: WebhooksOf) => Promise<TestedStore>;

/** After every call of these tests. */
const LATER = Number.MAX_SAFE_INTEGER;

/** What every store of call records has to do. */
export function testCallRecordStore(createStore: CreateStore): void {
  testLookups(createStore);
  testSelections(createStore);
  testChanges(createStore);
  testLifeCycle(createStore);
  testErasure(createStore);
  testLateReportsOfErased(createStore);
  testOutbox(createStore);
  testRecordings(createStore);
  testControl(createStore);
  testHostileText(createStore);
}

const ringing: CallEvent = { type: 'leg-ringing', at: 1 };
const ended: CallEvent = { type: 'caller-ended', end: { failed: false, at: 2000 } };
const answeredBy = (to: string): CallEvent => ({ type: 'leg-answered', callSid: 'CB1', to, at: 1 });

/** A stored call of the tests. */
export function storedCall(sid: string, changes: Partial<StoredCall> = {}): StoredCall {
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

async function sids(store: CallRecordStore, selection: Partial<CallSelection> = {}): Promise<string[]> {
  return (await store.list({ limit: 100, ...selection })).map(({ sid }) => sid);
}

function testLookups(createStore: CreateStore): void {
  it('finds a call by its SID, with everything that was stored', async () => {
    const store = await createStore();
    const call = storedCall('CA1', { parameters: { page: 'https://shop.example/?a=日本 😀' } });
    await store.create(call);
    expect(await store.find('CA1')).toEqual(call);
    expect(await store.find('CA2')).toBeUndefined();
  });

  it('finds the newest call that an identity placed', async () => {
    const store = await createStore();
    await store.create(storedCall('CA2', { startedAt: 2000 }));
    await store.create(storedCall('CA1', { startedAt: 1000 }));
    await store.create(storedCall('CA3', { startedAt: 3000, callerIdentity: undefined }));
    expect((await store.findLatestBy('visitor_1'))?.sid).toBe('CA2');
    expect(await store.findLatestBy('alice')).toBeUndefined();
  });

  it('lists the newest calls first and goes on after any of them', async () => {
    const store = await createStore();
    for (const [sid, startedAt] of [
      ['CA1', 5],
      ['CA3', 9],
      ['CA2', 9],
      ['CA4', 7],
    ] as const) {
      await store.create(storedCall(sid, { startedAt }));
    }
    expect(await sids(store)).toEqual(['CA3', 'CA2', 'CA4', 'CA1']);
    expect(await sids(store, { limit: 2 })).toEqual(['CA3', 'CA2']);
    expect(await sids(store, { limit: 2, after: { startedAt: 9, sid: 'CA3' } })).toEqual(['CA2', 'CA4']);
    expect(await sids(store, { after: { startedAt: 5, sid: 'CA1' } })).toEqual([]);
  });
}

function testSelections(createStore: CreateStore): void {
  it('narrows a list by every part of a selection', async () => {
    const store = await createStore();
    await store.create(storedCall('CA1', { startedAt: 1, from: '+16175550123', to: '+16175550100' }));
    await store.create(storedCall('CA2', { startedAt: 2, direction: 'outbound', destination: undefined }));
    await store.create(
      storedCall('CA3', { startedAt: 3, to: 'destination:100%_SALES', destination: 'sales' }),
    );
    await store.report('CA3', ringing);
    await store.report('CA3', answeredBy('client:bob'));
    const cases: [Partial<CallSelection>, string[]][] = [
      [{ status: 'in-progress' }, ['CA3']],
      [{ status: 'initiated' }, ['CA2', 'CA1']],
      [{ direction: 'outbound' }, ['CA2']],
      [{ destination: 'support' }, ['CA1']],
      [{ from: 'VISITOR' }, ['CA3', 'CA2']],
      [{ to: '100%_sales' }, ['CA3']],
      [{ to: '_' }, ['CA3']],
      [{ from: '5550123' }, ['CA1']],
      [{ since: 2 }, ['CA3', 'CA2']],
      [{ until: 2 }, ['CA1']],
      [{ since: 2, until: 3 }, ['CA2']],
      [{ party: 'client:bob' }, ['CA3']],
      [{ party: 'client:bo' }, []],
      [{ party: 'client:visitor_1', direction: 'inbound' }, ['CA3']],
      [{ search: 'CLIENT:BO' }, ['CA3']],
      [{ search: '5550100' }, ['CA1']],
      [{ search: 'client:%' }, []],
    ];
    for (const [selection, expected] of cases) {
      expect([selection, await sids(store, selection)]).toEqual([selection, expected]);
    }
  });
}

function testChanges(createStore: CreateStore): void {
  it('leaves a call as it is when it is created again', async () => {
    const store = await createStore();
    await store.create(storedCall('CA1'));
    await store.report('CA1', ringing);
    await store.create(storedCall('CA1', { to: 'destination:sales' }));
    expect(await store.find('CA1')).toEqual(storedCall('CA1', { progress: { ...NEW_CALL, rang: true } }));
  });

  it('adds a report and returns the changed call', async () => {
    const store = await createStore();
    await store.create(storedCall('CA1'));
    const changed = await store.report('CA1', ringing);
    expect(changed?.progress).toEqual(transition(NEW_CALL, ringing));
    expect(await store.find('CA1')).toEqual(changed);
    expect(await store.report('CA2', ringing)).toBeUndefined();
  });

  it('takes in a report once for each key', async () => {
    const store = await createStore();
    await store.create(storedCall('CA1'));
    await store.report('CA1', ringing, 'one');
    const again = await store.report('CA1', answeredBy('client:bob'), 'one');
    expect(again?.progress).toEqual({ ...NEW_CALL, rang: true });
    expect(
      Object.keys((await store.report('CA1', answeredBy('client:bob'), 'two'))?.progress.legs ?? {}),
    ).toEqual(['CB1']);
  });

  it('loses no change when many come at once', async () => {
    const store = await createStore();
    await store.create(storedCall('CA1'));
    const legs = Array.from({ length: 20 }, (_, index) => `CB${index}`);
    await Promise.all(legs.map((callSid) => store.report('CA1', { type: 'leg-answered', callSid, at: 1 })));
    const found = await store.find('CA1');
    expect(Object.keys(found?.progress.legs ?? {}).sort()).toEqual(legs.sort());
  });
}

function testLifeCycle(createStore: CreateStore): void {
  it('lists the calls that are still open', async () => {
    const store = await createStore();
    await store.create(storedCall('CA1', { startedAt: 1 }));
    await store.create(storedCall('CA2', { startedAt: 2 }));
    await store.create(storedCall('CA3', { startedAt: 3 }));
    await store.report('CA2', ended);
    expect((await store.listOpen({ startedBefore: 4 })).sort()).toEqual(['CA1', 'CA3']);
    expect(await store.listOpen({ startedBefore: 3 })).toEqual(['CA1']);
  });

  it('deletes calls that are too old', async () => {
    const store = await createStore();
    for (const startedAt of [1, 2, 3]) await store.create(storedCall(`CA${startedAt}`, { startedAt }));
    expect(await store.deleteStartedBefore(3)).toBe(2);
    expect(await sids(store)).toEqual(['CA3']);
  });
}

function testErasure(createStore: CreateStore): void {
  it('erases a person from every call and keeps the calls', async () => {
    const store = await createStore();
    await store.create(storedCall('CA1', { from: '+16175550123', callerIdentity: undefined }));
    await store.create(
      storedCall('CA2', { from: 'client:alice', callerIdentity: 'alice', to: '+16175550123' }),
    );
    await store.create(storedCall('CA3'));
    await store.report('CA3', answeredBy('+16175550123'));
    expect(await store.erase('+16175550123', 'erased', LATER)).toBe(3);
    expect(await store.erase('+16175550123', 'erased', LATER)).toBe(0);
    const all = await store.list({ limit: 10 });
    expect(JSON.stringify(all)).not.toContain('6175550123');
    expect(all.map(({ sid, from, to }) => [sid, from, to])).toEqual([
      ['CA3', 'client:visitor_1', 'destination:support'],
      ['CA2', 'client:alice', 'erased'],
      ['CA1', 'erased', 'destination:support'],
    ]);
    expect(await sids(store, { party: '+16175550123' })).toEqual([]);
    expect(await sids(store, { party: 'client:alice' })).toEqual(['CA2']);
    expect(await store.erase('client:alice', 'erased', LATER)).toBe(1);
    expect(await store.findLatestBy('alice')).toBeUndefined();
  });

  it('knows a visitor as its site does, until somebody in the call is erased, and the notes with them', async () => {
    const store = await createStore();
    await store.create(storedCall('CA1', { visitor: { verified: true, subject: 'customer 7' } }));
    await store.create(storedCall('CA2', { from: 'client:visitor_2' }));
    await store.report('CA1', { type: 'noted', by: 'alice', note: { text: 'Wants a bell.', at: 5 } });
    await store.report('CA1', { type: 'noted', by: 'alice', note: { text: 'Too late.', at: 4 } });
    expect((await store.find('CA1'))?.progress.notes).toEqual({ alice: { text: 'Wants a bell.', at: 5 } });
    expect(await sids(store, { party: 'subject:customer 7' })).toEqual(['CA1']);
    await store.erase('client:visitor_1', 'erased', 5);
    expect(JSON.stringify(await store.find('CA1'))).not.toMatch(/customer|bell/);
    expect(await sids(store, { party: 'subject:customer 7' })).toEqual([]);
    expect(await sids(store, { party: 'erased' })).toEqual(['CA1']);
  });
}

function testLateReportsOfErased(createStore: CreateStore): void {
  it('writes nothing of an erased person any more, whatever is still reported of earlier calls', async () => {
    const store = await createStore();
    const number = '+16175550123';
    await store.create(storedCall('CA1', { startedAt: 5 }));
    await store.erase(number, 'erased', 5);
    await store.report('CA1', answeredBy(number));
    await store.create(storedCall('CA2', { from: number, callerIdentity: undefined, startedAt: 4 }));
    const reported = await store.report('CA2', ended);
    expect(JSON.stringify([reported, await store.list({ limit: 10 })])).not.toContain('6175550123');
    expect(await sids(store, { party: number })).toEqual([]);
    await store.create(storedCall('CA3', { from: number, callerIdentity: undefined, startedAt: 6 }));
    expect(await sids(store, { party: number })).toEqual(['CA3']);
  });

  it('keeps no note that was written before somebody in the call was erased, whenever it comes', async () => {
    const store = await createStore();
    const note = (at: number): CallEvent => ({ type: 'noted', by: 'alice', note: { text: `At ${at}.`, at } });
    const number = '+16175550123';
    await store.create(storedCall('CA1', { from: number, startedAt: 4 }));
    await store.erase(number, 'erased', 7);
    await store.create(storedCall('CA2', { from: number, startedAt: 4 }));
    for (const sid of ['CA1', 'CA2']) {
      await store.erase('client:somebody', 'erased', 5);
      await store.report(sid, note(7));
      expect((await store.find(sid))?.progress.notes).toBeUndefined();
      await store.report(sid, note(8));
      expect((await store.find(sid))?.progress.notes).toEqual({ alice: { text: 'At 8.', at: 8 } });
    }
  });

  it('erases a person completely while their calls are being written', async () => {
    const store = await createStore();
    const number = '+16175550123';
    const calls = Array.from({ length: 60 }, (_, index) =>
      storedCall(`CA${index}`, { from: number, callerIdentity: undefined, startedAt: 4 }),
    );
    await Promise.all([
      ...calls.slice(0, 30).map((call) => store.create(call)),
      store.erase(number, 'erased', 5),
      ...calls.slice(30).map((call) => store.create(call)),
    ]);
    const all = await store.list({ limit: 100 });
    expect(all).toHaveLength(60);
    expect(JSON.stringify(all)).not.toContain('6175550123');
  });
}

function testOutbox(createStore: CreateStore): void {
  const webhooksOf: WebhooksOf = ({ sid }) => [
    { id: `event-${sid}`, webhook: 'w', callSid: sid, attempts: 0, createdAt: 1, dueAt: 10 },
  ];

  it('queues a webhook once, when a call gets its final state', async () => {
    const store = await createStore(webhooksOf);
    await store.create(storedCall('CA1'));
    await store.report('CA1', ringing);
    expect(await store.outbox.count()).toBe(0);
    await store.report('CA1', ended);
    await store.report('CA1', answeredBy('client:bob'));
    expect(await store.outbox.listDue(9, 10)).toEqual([]);
    expect(await store.outbox.listDue(10, 10)).toEqual(webhooksOf(storedCall('CA1')));
    await store.create(storedCall('CA2', { progress: transition(NEW_CALL, ended) }));
    expect(await store.outbox.count()).toBe(2);
  });

  it('gives a queued webhook to one claimant until it is due again', async () => {
    const store = await createStore(webhooksOf);
    await store.create(storedCall('CA1', { progress: transition(NEW_CALL, ended) }));
    const [entry] = await store.outbox.listDue(10, 10);
    if (entry === undefined) throw new Error('Nothing was queued.');
    expect(await Promise.all([store.outbox.claim(entry, 50), store.outbox.claim(entry, 50)])).toContain(
      false,
    );
    expect(await store.outbox.listDue(49, 10)).toEqual([]);
    expect(await store.outbox.listDue(50, 10)).toEqual([{ ...entry, attempts: 1, dueAt: 50 }]);
    await store.outbox.remove(entry.id);
    expect(await store.outbox.count()).toBe(0);
  });
}

/** Texts that break databases: their quotes, wildcards, limits, and characters they cannot hold. */
const HOSTILE = [
  `'; DROP TABLE calls; --`,
  `" OR ""="`,
  String.raw`\'; delete from calls; --`,
  `1; UPDATE calls SET status='x'`,
  '$1 ? :a @b %s {0}',
  `') UNION SELECT document FROM calls--`,
  'a\0b',
  'half \uD800 of a pair',
  '😀 日本語 \u2028 \u202E',
  'x'.repeat(10_000),
];

const recorded = (sid: string, destination?: string): CallEvent => ({
  type: 'recorded',
  sid,
  recording: {
    kind: destination === undefined ? 'call' : 'voicemail',
    status: 'completed',
    of: 'CA1',
    startedAt: 1,
    destination,
  },
});

function testRecordings(createStore: CreateStore): void {
  it('finds calls by their recordings, until these are removed or the call is deleted', async () => {
    const store = await createStore();
    for (const sid of ['CA1', 'CA2', 'CA3']) await store.create(storedCall(sid));
    await store.report('CA1', recorded('RE1'));
    await store.report('CA2', recorded('RE2', 'desk'));
    await store.report('CA2', recorded('RE2', 'desk'));
    expect((await store.findByRecording('RE2'))?.sid).toBe('CA2');
    expect(await store.findByRecording('RE3')).toBeUndefined();
    expect(await sids(store, { recording: {} })).toEqual(['CA2', 'CA1']);
    expect(await sids(store, { recording: { voicemailOf: ['desk'] } })).toEqual(['CA2']);
    expect(await sids(store, { recording: { voicemailOf: ['sales'] } })).toEqual([]);
    await store.report('CA2', { type: 'recording-removed', sid: 'RE2' });
    expect(await store.findByRecording('RE2')).toBeUndefined();
    expect(await sids(store, { recording: {} })).toEqual(['CA1']);
    await store.deleteStartedBefore(2000);
    expect(await store.findByRecording('RE1')).toBeUndefined();
  });
}

function testControl(createStore: CreateStore): void {
  it('lets one control hold a call at a time, whoever asks', async () => {
    const store = await createStore();
    await store.create(storedCall('CA1'));
    const begin = {
      type: 'begin',
      parent: { id: 'CA1', party: 'client:visitor_1' },
      child: { id: 'CA2', party: 'client:alice' },
    } as const;
    await store.report('CA1', { type: 'controlled', control: begin });
    const lock = (id: string): CallEvent => ({
      type: 'controlled',
      control: { type: 'lock', id, at: 0, until: 10 },
    });
    const held = await Promise.all(['a', 'b', 'c'].map((id) => store.report('CA1', lock(id))));
    const holders = new Set(held.map((call) => call?.progress.control?.lock?.id));
    expect(holders.size).toBe(1);
    expect(await sids(store, { party: 'client:alice' })).toEqual(['CA1']);
    await store.erase('client:alice', 'erased', 5);
    expect((await store.find('CA1'))?.progress.control?.parties['CA2']?.party).toBe('erased');
  });
}

function testHostileText(createStore: CreateStore): void {
  it('keeps and finds hostile text in every field and does nothing else with it', async () => {
    const store = await createStore();
    await store.create(storedCall('CA-other'));
    for (const [index, text] of HOSTILE.entries()) {
      const sid = `CA${index}${text.slice(0, 100)}`;
      const call = storedCall(sid, {
        callerIdentity: text,
        from: text,
        to: text,
        destination: text,
        parameters: { [text]: text },
      });
      await store.create(call);
      await store.report(sid, answeredBy(text), text);
      expect((await store.find(sid))?.parameters).toEqual({ [text]: text });
      const found = await store.list({ limit: 10, from: text, to: text, destination: text, party: text });
      expect(found.map((other) => other.sid)).toEqual([sid]);
      expect((await store.findLatestBy(text))?.from).toBe(text);
      expect(await store.list({ limit: 10, after: { startedAt: 0, sid: text } })).toEqual([]);
    }
    expect(await store.list({ limit: 100 })).toHaveLength(HOSTILE.length + 1);
    for (const text of HOSTILE) expect(await store.erase(text, 'erased', LATER)).toBe(1);
    expect(await store.find('CA-other')).toEqual(storedCall('CA-other'));
  });
}
