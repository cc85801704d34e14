import { CallDetail, type CallList } from '@offhook/contract';
import { expect, it } from 'vitest';
import { MemoryCallRecordStore } from '../stores/memory-call-record-store.js';
import { storedCall } from '../testing/call-record-store-suite.js';
import { callSid, TestServer, testConfig } from '../testing/test-server.js';

const YAML = `
agents:
  alice: { name: Alice }
  bob: { name: Bob }
  carol: { name: Carol }
destinations: { support: { visitors: true, ring: [agent:alice, agent:bob] }, sales: { ring: [agent:carol] } }
`;
const CUSTOMER = { verified: true, subject: 'customer-7', name: 'Ann Lee' } as const;

async function serverWithCalls() {
  const calls = new MemoryCallRecordStore();
  const server = new TestServer(testConfig({ yaml: YAML }), { stores: { calls } });
  const at = (index: number) => ({ startedAt: server.clock.now() - 100_000 + index * 1000 });
  await calls.create(storedCall(callSid(1), { ...at(1), from: 'client:visitor_old', visitor: CUSTOMER }));
  await calls.create(storedCall(callSid(2), { ...at(2), destination: 'sales', visitor: CUSTOMER }));
  await calls.create(storedCall(callSid(3), { ...at(3), from: 'client:visitor_other' }));
  await calls.create(storedCall(callSid(4), { ...at(4), visitor: CUSTOMER }));
  await calls.create(storedCall(callSid(5), { ...at(5), visitor: CUSTOMER }));
  const sessionOf = async (identity: string) => (await server.openSession({ identity }))[1];
  return { server, calls, alice: await sessionOf('alice'), carol: await sessionOf('carol') };
}

it('shows the earlier calls of the same person to whom the call rings, as far as they may be seen', async () => {
  const { server, alice, carol } = await serverWithCalls();
  const earlier = async (sid: string, headers: { Authorization: string }) => {
    const response = await server.get(`/api/calls/${sid}/earlier`, headers);
    return response.status === 200
      ? ((await response.json()) as CallList).calls.map((call) => call.sid)
      : response.status;
  };
  expect(await earlier(callSid(4), alice)).toEqual([callSid(1)]);
  expect(await earlier(callSid(3), alice)).toEqual([]);
  expect(await earlier(callSid(4), carol)).toBe(404);
  expect(await earlier(callSid(9), alice)).toBe(404);
  const [, visitor] = await server.openSession();
  expect(await earlier(callSid(4), visitor)).toBe(403);
});

it('keeps the note of an agent with the call, and takes it back', async () => {
  const { server, alice, carol } = await serverWithCalls();
  const note = (text: unknown, headers = alice) =>
    server.post(`/api/calls/${callSid(4)}/note`, { text }, headers);
  const notes = async () => {
    const [, bob] = await server.openSession({ identity: 'bob' });
    const { calls } = (await (await server.get(`/api/calls/${callSid(5)}/earlier`, bob)).json()) as CallList;
    return calls.find(({ sid }) => sid === callSid(4))?.notes;
  };
  expect((await note('Wants a bell.\nRed.')).status).toBe(204);
  expect(await notes()).toEqual([
    { by: 'alice', text: 'Wants a bell.\nRed.', at: new Date(server.clock.now()).toISOString() },
  ]);
  server.clock.advance(1);
  expect((await note('')).status).toBe(204);
  expect(await notes()).toBeUndefined();
  expect((await note('Mine.', carol)).status).toBe(404);
  for (const wrong of [7, 'x'.repeat(4001), 'a\u0000b']) expect((await note(wrong)).status).toBe(400);
});

it('tells a call moment by moment', async () => {
  const { server, calls, alice } = await serverWithCalls();
  const sid = callSid(4);
  const begun = (await calls.find(sid))?.startedAt ?? 0;
  const legEnd = { type: 'leg-ended', result: 'busy' } as const;
  await calls.report(sid, {
    ...legEnd,
    callSid: 'CB1',
    to: 'client:bob',
    at: begun + 3000,
    sipCode: 603,
  });
  await calls.report(sid, { type: 'leg-answered', callSid: 'CB2', to: 'client:alice', at: begun + 4000 });
  await calls.report(sid, { type: 'caller-ended', end: { failed: false, at: begun + 9000 } });
  await calls.report(sid, { type: 'noted', by: 'alice', note: { text: 'Done.', at: begun + 20_000 } });
  const detail = CallDetail.parse(await (await server.get(`/api/calls/${sid}`, alice)).json());
  expect(detail.timeline.map(({ what, party }) => [what, party])).toEqual([
    ['started', 'client:visitor_1'],
    ['declined', 'client:bob'],
    ['answered', 'client:alice'],
    ['ended', undefined],
    ['noted', 'client:alice'],
  ]);
  expect(detail.timeline[2]?.at).toBe(new Date(begun + 4000).toISOString());
});
