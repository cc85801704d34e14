import type { PresenceList } from '@offhook/contract';
import { expect, it } from 'vitest';
import { callSid, TestServer, testConfig } from '../testing/test-server.js';

const YAML = `
destinations: { support: { ring: [agent:alice, agent:bob] } }
agents: { alice: { name: Alice }, bob: { name: Bob } }
`;

it('lets a wrap-up end by itself, and rings nobody who winds up', async () => {
  const server = new TestServer(testConfig({ yaml: YAML }));
  const [, alice] = await server.openSession({ identity: 'alice' });
  const statusOfAlice = async () => {
    const { agents } = (await (await server.get('/api/presence', alice)).json()) as PresenceList;
    return agents.find(({ identity }) => identity === 'alice')?.status;
  };
  const rung = async (sid: string) => {
    const form = { CallSid: sid, From: 'client:bob', To: 'destination:support' };
    const document = await (await server.webhook('/voice/outgoing', form)).text();
    const unanswered = { CallSid: sid, CallStatus: 'completed', DialCallStatus: 'no-answer' };
    await server.webhook('/voice/dial-done?step=0', unanswered);
    return [...document.matchAll(/<Identity>(\w+)/g)].map(([, identity]) => identity);
  };
  const reply = await server.post('/api/presence', { status: 'wrap-up', seconds: 10 }, alice);
  expect(await reply.json()).toEqual({ status: 'wrap-up' });
  expect(await rung(callSid(1))).toEqual(['bob']);
  server.clock.advance(9_999);
  expect(await statusOfAlice()).toBe('wrap-up');
  server.clock.advance(1);
  expect(await statusOfAlice()).toBe('available');
  expect(await rung(callSid(2))).toEqual(['alice', 'bob']);
});

it.each([
  { seconds: 10 },
  { status: 'away', seconds: 0 },
  { status: 'away', seconds: 3601 },
  { status: 'offline' },
])('refuses %j', async (report) => {
  const server = new TestServer(testConfig({ yaml: YAML }));
  const [, alice] = await server.openSession({ identity: 'alice' });
  expect((await server.post('/api/presence', report, alice)).status).toBe(400);
});
