import type { CallRecord } from '@offhook/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryCallRecordStore } from '../stores/memory-call-record-store.js';
import { FakePlatform } from '../testing/fake-platform.js';
import { callSid, testConfig, TestServer } from '../testing/test-server.js';

const CONFIG = testConfig({
  yaml: `
destinations:
  desk: { visitors: true, ring: [agent:alice, agent:bob], timeoutSeconds: 20, otherwise: queue, maxMinutes: 5 }
  shop: { visitors: true, ring: [agent:alice], otherwise: queue }
agents: { alice: { name: Alice }, bob: { name: Bob }, carol: { name: Carol } }
`,
});
const FIRST = callSid(1);
const SECOND = callSid(2);

let platform: FakePlatform;
let calls: MemoryCallRecordStore;
let server: TestServer;
let people: Record<string, { Authorization: string }>;

beforeEach(async () => {
  platform = new FakePlatform();
  calls = new MemoryCallRecordStore();
  server = new TestServer(CONFIG, { platform, stores: { calls } });
  people = {};
  for (const identity of ['alice', 'bob']) [, people[identity]] = await server.openSession({ identity });
  await tell('alice', 'away');
  await tell('bob', 'away');
});

afterEach(() => {
  vi.useRealTimers();
});

async function tell(agent: string, status: string): Promise<void> {
  await server.post('/api/presence', { status }, people[agent]);
}

/** A caller comes into the queue, and is told so. */
async function wait(sid: string, destination = 'desk'): Promise<string> {
  const [{ identity }, visitor] = await server.openSession();
  await server.post('/api/token', { destination }, visitor);
  const form = { CallSid: sid, From: `client:${identity}`, To: `destination:${destination}` };
  let enqueued = await (await server.webhook('/voice/outgoing', form)).text();
  if (enqueued.includes('<Client')) {
    const unanswered = { CallSid: sid, CallStatus: 'in-progress', DialCallStatus: 'no-answer' };
    enqueued = await (await server.webhook('/voice/dial-done?step=0', unanswered)).text();
  }
  platform.waiting[destination] = [...(platform.waiting[destination] ?? []), sid];
  await server.webhookAt(addressIn(enqueued, 'waitUrl'), { CallSid: sid, QueuePosition: '1' });
  return addressIn(enqueued, 'action');
}

function addressIn(document: string, attribute: string): string {
  return pathOf(
    (new RegExp(`${attribute}="([^"]{1,300})"`).exec(document)?.[1] ?? '').replaceAll('&amp;', '&'),
  );
}

function pathOf(url: string | undefined): string {
  const { pathname, search } = new URL(url ?? '');
  return `${pathname}${search}`;
}

/** Who was rung, in turn. */
function rung(): string[] {
  return platform.rung.map(({ to }) => /^client:(\w{1,20})\?/.exec(to)?.[1] ?? to);
}

async function untilRung(...agents: string[]): Promise<void> {
  await vi.waitFor(() => expect(rung()).toEqual(agents));
}

async function endRing(status: string, more: object = {}, ring = platform.rung.at(-1)): Promise<void> {
  const form = { CallSid: ring?.leg ?? '', CallStatus: status, To: ring?.to ?? '', ...more };
  expect((await server.webhookAt(pathOf(ring?.statusCallback), form)).status).toBe(204);
}

/** The agent hears it, and does nothing. */
async function letRing(): Promise<void> {
  server.clock.advance(2000);
  await endRing('no-answer');
}

async function answer(ring = platform.rung.at(-1)): Promise<string> {
  return (await server.webhookAt(pathOf(ring?.url), { CallSid: ring?.leg ?? '' })).text();
}

/** The caller at the front is connected to the agent who has just answered. */
async function meet(document: string, caller: string, ring = platform.rung.at(-1)): Promise<void> {
  platform.waiting['desk'] = (platform.waiting['desk'] ?? []).filter((sid) => sid !== caller);
  const form = { CallSid: caller, DequeingCallSid: ring?.leg ?? '' };
  expect((await server.webhookAt(addressIn(document, 'Queue url'), form)).status).toBe(200);
}

async function record(sid: string, who = 'alice'): Promise<CallRecord> {
  return (await (await server.get(`/api/calls/${sid}`, people[who])).json()) as CallRecord;
}

describe('a caller who waits', () => {
  it('is what an agent is rung for as soon as one is available, with all that the caller brings along', async () => {
    await wait(FIRST);
    expect(rung()).toEqual([]);
    await tell('bob', 'available');
    await untilRung('bob');
    const [ring] = platform.rung;
    expect(ring).toMatchObject({ timeout: 20, from: expect.stringMatching(/^client:visitor_/) });
    expect(new URLSearchParams(ring?.to.split('?')[1]).get('callSid')).toBe(FIRST);
    const document = await answer();
    expect(document).toMatch(
      /<Dial timeout="5" timeLimit="300"><Queue url="[^"]{1,300}">desk<\/Queue><\/Dial>/,
    );
    await meet(document, FIRST);
    expect(await record(FIRST, 'bob')).toMatchObject({ status: 'in-progress', answeredBy: 'client:bob' });
    const control = await (await server.get(`/api/calls/${FIRST}/control`, people['bob'])).json();
    expect(control).toMatchObject({ mode: 'two-way', parties: [{ id: FIRST }, { id: ring?.leg }] });
  });

  it('is what the next agent is rung for when one declines or lets it ring, and neither rings forever', async () => {
    await tell('alice', 'available');
    await tell('bob', 'available');
    await wait(FIRST);
    await untilRung('alice');
    await endRing('busy', { SipResponseCode: '603' });
    await untilRung('alice', 'bob');
    await letRing();
    server.clock.advance(27_000);
    await tell('alice', 'available');
    expect(rung()).toEqual(['alice', 'bob']);
    server.clock.advance(1000);
    await tell('alice', 'available');
    await untilRung('alice', 'bob', 'alice');
    await letRing();
    server.clock.advance(30_000);
    await tell('bob', 'available');
    await untilRung('alice', 'bob', 'alice', 'bob');
    await letRing();
    // Bob let it ring twice, and is left alone for longer.
    server.clock.advance(61_000);
    await tell('bob', 'available');
    await tell('alice', 'available');
    await untilRung('alice', 'bob', 'alice', 'bob', 'alice');
  });

  it('is rung for again when it was taken once and waits anew', async () => {
    const left = await wait(FIRST);
    await tell('bob', 'available');
    await untilRung('bob');
    await meet(await answer(), FIRST);
    await server.webhookAt(left, { CallSid: FIRST, QueueResult: 'redirected-from-bridged' });
    await endRing('completed', { CallDuration: '5' });
    const unanswered = { CallSid: FIRST, CallStatus: 'in-progress', DialCallStatus: 'no-answer' };
    expect(await (await server.webhook('/voice/dial-done?step=0', unanswered)).text()).toContain('<Enqueue');
    platform.waiting['desk'] = [FIRST];
    await tell('alice', 'available');
    await server.webhookAt(pathOf(waitUrlOf(FIRST)), { CallSid: FIRST, QueuePosition: '1' });
    await vi.waitFor(() => expect(rung()).toHaveLength(2));
  });

  it('is served before whoever came later, who is rung for next', async () => {
    await wait(FIRST);
    await wait(SECOND);
    await tell('alice', 'available');
    await tell('bob', 'available');
    await untilRung('alice');
    expect(platform.rung[0]?.to).toContain(FIRST);
    await meet(await answer(), FIRST);
    await untilRung('alice', 'bob');
    expect(platform.rung[1]?.to).toContain(SECOND);
    await letRing();
    // Alice talks, and says nothing of it.
    server.clock.advance(1000);
    await tell('alice', 'available');
    expect(rung()).toEqual(['alice', 'bob']);
    await endRing('completed', {}, platform.rung[0]);
    await tell('alice', 'available');
    await untilRung('alice', 'bob', 'alice');
    expect((await record(FIRST)).answeredBy).toBe('client:alice');
  });

  it('is nobody to ring for once it has left; the agent who rings hears no more of it, and missed nothing', async () => {
    const left = await wait(FIRST);
    await tell('alice', 'available');
    await untilRung('alice');
    platform.waiting = {};
    const form = { CallSid: FIRST, CallStatus: 'completed', QueueResult: 'hangup' };
    expect(await (await server.webhookAt(left, form)).text()).toContain('<Hangup/>');
    expect(platform.requests.at(-1)).toBe(`hang-up ${platform.rung[0]?.leg}`);
    expect(await answer()).toContain('<Hangup/>');
    await endRing('canceled');
    await wait(SECOND);
    await untilRung('alice', 'alice');
  });

  it('stops the ring also when the platform only says that its call has ended', async () => {
    await wait(FIRST);
    await tell('alice', 'available');
    await untilRung('alice');
    await vi.waitFor(async () =>
      expect((await calls.find(FIRST))?.progress.queue).toMatchObject({
        offer: { leg: platform.rung[0]?.leg },
      }),
    );
    await server.webhook('/voice/status', { CallSid: FIRST, CallStatus: 'completed' });
    expect(platform.requests.at(-1)).toBe(`hang-up ${platform.rung[0]?.leg}`);
  });

  it('stops the ring when another agent takes the next caller from the list', async () => {
    await wait(FIRST);
    await tell('alice', 'available');
    await untilRung('alice');
    const form = { CallSid: callSid(7), From: 'client:bob', To: 'queue:desk' };
    const document = await (await server.webhook('/voice/outgoing', form)).text();
    await server.webhookAt(addressIn(document, 'Queue url'), { CallSid: FIRST, From: 'client:visitor' });
    expect(platform.requests.at(-1)).toBe(`hang-up ${platform.rung[0]?.leg}`);
    expect((await record(FIRST, 'bob')).answeredBy).toBe('client:bob');
  });

  it('is not lost when an agent who was rung for it answers just as another takes it', async () => {
    await wait(FIRST);
    await wait(SECOND);
    await tell('alice', 'available');
    await untilRung('alice');
    const [ring] = platform.rung;
    const met = await answer();
    const form = { CallSid: callSid(7), From: 'client:bob', To: 'queue:desk' };
    const taken = await (await server.webhook('/voice/outgoing', form)).text();
    await server.webhookAt(addressIn(taken, 'Queue url'), { CallSid: FIRST, From: 'client:visitor' });
    expect(platform.requests).not.toContain(`hang-up ${ring?.leg}`);
    await meet(met, SECOND, ring);
    expect((await record(FIRST, 'bob')).answeredBy).toBe('client:bob');
    expect(await record(SECOND)).toMatchObject({ status: 'in-progress', answeredBy: 'client:alice' });
    await endRing('completed', { CallDuration: '7' }, ring);
    expect(await record(SECOND)).toMatchObject({ status: 'completed', durationSeconds: 7 });
    expect((await record(FIRST, 'bob')).status).toBe('in-progress');
  });

  it('is connected even when the ring of another agent cannot be stopped', async () => {
    await wait(FIRST);
    await tell('alice', 'available');
    await untilRung('alice');
    platform.onRequest = (request) => {
      if (request.startsWith('hang-up')) throw new Error('The platform is away.');
    };
    const form = { CallSid: callSid(7), From: 'client:bob', To: 'queue:desk' };
    const taken = await (await server.webhook('/voice/outgoing', form)).text();
    const asked = await server.webhookAt(addressIn(taken, 'Queue url'), { CallSid: FIRST });
    expect(asked.status).toBe(200);
  });

  it('is what the next agent is rung for when the one who rings leaves or closes the door', async () => {
    await wait(FIRST);
    await tell('alice', 'available');
    await untilRung('alice');
    await tell('bob', 'available');
    await tell('alice', 'dnd');
    await untilRung('alice', 'bob');
    const [ring] = platform.rung;
    expect(platform.requests).toContain(`hang-up ${ring?.leg}`);
    await endRing('canceled', {}, ring);
    await tell('alice', 'available');
    await tell('bob', 'away');
    // Alice missed nothing.
    await untilRung('alice', 'bob', 'alice');
  });

  it('comes before whoever calls later, though an agent has become available meanwhile', async () => {
    await wait(FIRST);
    await tell('alice', 'available');
    await untilRung('alice');
    await tell('bob', 'available');
    const call = async (sid: string, destination: string) => {
      const [{ identity }, visitor] = await server.openSession();
      await server.post('/api/token', { destination }, visitor);
      const form = { CallSid: sid, From: `client:${identity}`, To: `destination:${destination}` };
      return (await server.webhook('/voice/outgoing', form)).text();
    };
    expect(await call(SECOND, 'desk')).toContain('>desk</Enqueue>');
    platform.waiting = {};
    await server.webhook('/voice/status', { CallSid: SECOND, CallStatus: 'completed' });
    await server.webhookAt(pathOf(waitUrlOf(FIRST)), { CallSid: FIRST });
    await vi.waitFor(async () =>
      expect(await server.stores.transient.get(['queue-waits:desk'])).toEqual([undefined]),
    );
    const document = await call(callSid(3), 'desk');
    // She rings already.
    expect(document).toContain('<Identity>bob</Identity>');
    expect(document).not.toContain('<Identity>alice</Identity>');
  });

  it('is rung for by no agent whom another call rings', async () => {
    await tell('alice', 'available');
    const from = 'client:bob';
    await server.webhook('/voice/outgoing', { CallSid: callSid(7), From: from, To: 'client:alice' });
    await wait(FIRST);
    await tell('alice', 'available');
    expect(rung()).toEqual([]);
    const canceled = { CallSid: callSid(8), ParentCallSid: callSid(7), CallStatus: 'canceled' };
    await server.webhook('/voice/status', { ...canceled, To: 'client:alice' });
    await tell('alice', 'available');
    await untilRung('alice');
  });

  it('is found again by a server that has just begun, as soon as a phone gives a sign', async () => {
    const begun = new TestServer(CONFIG, { platform, stores: { calls } });
    await wait(FIRST);
    const [, alice] = await begun.openSession({ identity: 'alice' });
    await begun.post('/api/presence', {}, alice);
    await untilRung('alice');
  });

  it('follows the agent into a conference when the call is held', async () => {
    const left = await wait(FIRST);
    await tell('alice', 'available');
    await untilRung('alice');
    const agent = platform.rung[0]?.leg ?? '';
    await meet(await answer(), FIRST);
    let followed = '';
    platform.onRequest = async (request) => {
      if (!request.startsWith('redirect')) return;
      expect(request).toBe(`redirect ${agent} <Conference`);
      platform.conference = { sid: `CF${'5'.repeat(32)}`, legs: [FIRST, agent] };
      followed = await (await server.webhookAt(left, { CallSid: FIRST, QueueResult: 'bridged' })).text();
    };
    expect((await server.post(`/api/calls/${FIRST}/hold`, {}, people['alice'])).status).toBe(200);
    expect(followed).toContain(`>offhook-${FIRST}-1</Conference>`);
  });
});

describe('an agent', () => {
  it('is not rung in a call, winding up, not to be disturbed, silent or for queues of others', async () => {
    await wait(FIRST);
    for (const status of ['busy', 'wrap-up', 'dnd']) await tell('alice', status);
    const [, carol] = await server.openSession({ identity: 'carol' });
    people['carol'] = carol;
    await tell('carol', 'available');
    await tell('alice', 'available');
    await untilRung('alice');
    await letRing();
    await tell('bob', 'available');
    await untilRung('alice', 'bob');
    await letRing();
    // Their phones give no sign any more, so neither is there.
    server.clock.advance(120_000);
    await tell('carol', 'available');
    const enqueued = await wait(SECOND);
    expect(enqueued).toContain('/voice/queue-left');
    expect(rung()).toEqual(['alice', 'bob']);
  });

  it('rings for one caller, though two wait in different queues', async () => {
    await wait(FIRST);
    await wait(SECOND, 'shop');
    await tell('alice', 'available');
    await untilRung('alice');
    await letRing();
    server.clock.advance(60_000);
    await tell('alice', 'available');
    await untilRung('alice', 'alice');
  });

  it('whose page is just being loaded again is rung again soon, after the others', async () => {
    await wait(FIRST);
    await tell('alice', 'available');
    await untilRung('alice');
    await tell('bob', 'available');
    await endRing('no-answer');
    await untilRung('alice', 'bob');
    server.clock.advance(5000);
    await endRing('no-answer');
    await untilRung('alice', 'bob', 'alice');
  });

  it('who cannot be rung does not stop the queue', async () => {
    await wait(FIRST);
    platform.onRequest = (request) => {
      if (request === 'ring client:alice') throw new Error('The platform has no such client.');
    };
    await tell('alice', 'available');
    await untilRung('alice');
    await vi.waitFor(() => expect(server.logLines.join()).toContain('an agent could not be rung'));
    await tell('bob', 'available');
    await untilRung('alice', 'bob');
  });
});

function waitUrlOf(sid: string): string {
  const [, query = ''] = server.callbackAddress('/voice/dial-done', { CallSid: sid }).split('?');
  return `https://x.example/voice/queue-wait?${query}&of=${sid}&destination=desk`;
}

it('a queue is not forgotten when the platform is away for a moment', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  await wait(FIRST);
  await vi.waitFor(async () =>
    expect(await server.stores.transient.get(['queue-waits:desk'])).toEqual(['yes']),
  );
  vi.spyOn(platform, 'findQueues').mockRejectedValueOnce(new Error('The platform is away.'));
  vi.advanceTimersByTime(2000);
  await vi.waitFor(() => expect(server.logLines.join()).toContain('no agent could be rung for a queue'));
  await tell('bob', 'available');
  await untilRung('bob');
});

it('two servers ring one agent for a caller, and no agent twice', async () => {
  const other = new TestServer(CONFIG, {
    platform,
    stores: { calls, transient: server.stores.transient },
  });
  await wait(FIRST);
  const [, bob] = await other.openSession({ identity: 'bob' });
  await tell('alice', 'available');
  await Promise.all([
    other.post('/api/presence', { status: 'available' }, bob),
    other.webhookAt(pathOf(waitUrlOf(FIRST)), { CallSid: FIRST }),
    tell('alice', 'available'),
    server.webhookAt(pathOf(waitUrlOf(FIRST)), { CallSid: FIRST }),
  ]);
  await untilRung('alice');
  await letRing();
  await untilRung('alice', 'bob');
});
