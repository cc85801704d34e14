import type { CallOutcome, CallRecord, QueueList } from '@offhook/contract';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FakePlatform } from '../testing/fake-platform.js';
import { callSid, testConfig, TestServer } from '../testing/test-server.js';

const CONFIG = testConfig({
  yaml: `
destinations:
  desk:
    visitors: true
    title: { en: Desk }
    ring: [agent:alice]
    otherwise: queue
    queueNotice: Number {position}.
    record: on
    hours: { timeZone: UTC, weekly: { mon-sun: ["00:00-10:10"] } }
  front: { visitors: true, ring: [[agent:bob], ["queue:desk"]], otherwise: voicemail }
  side: { visitors: true, ring: [[agent:bob], ["queue:desk"]], otherwise: destination:night }
  night: { ring: [agent:carol] }
  back: { visitors: true, ring: [[agent:bob], ["queue:desk"]], otherwise: destination:again }
  again: { ring: ["queue:desk"] }
agents: { alice: { name: Alice }, bob: { name: Bob }, carol: { name: Carol } }
`,
});
const CALLER = callSid(1);
const TAKING = callSid(2);

let platform: FakePlatform;
let server: TestServer;
let visitor: { Authorization: string };
let alice: { Authorization: string };
let bob: { Authorization: string };
let from: string;
let enqueued: string;

beforeEach(async () => {
  platform = new FakePlatform();
  server = new TestServer(CONFIG, { platform });
  [, alice] = await server.openSession({ identity: 'alice' });
  [, bob] = await server.openSession({ identity: 'bob' });
  const [{ identity }, bearer] = await server.openSession();
  visitor = bearer;
  from = `client:${identity}`;
  await server.post('/api/token', { destination: 'desk', consent: true }, visitor);
  await server.webhook('/voice/outgoing', { CallSid: CALLER, From: from, To: 'destination:desk' });
  const unanswered = { CallSid: CALLER, CallStatus: 'in-progress', DialCallStatus: 'no-answer' };
  enqueued = await (await server.webhook('/voice/dial-done?step=0', unanswered)).text();
  platform.waiting = { desk: [callSid(9), CALLER] };
});

function addressIn(document: string, attribute: string): string {
  const [, url = ''] = new RegExp(`${attribute}="([^"]{1,300})"`).exec(document) ?? [];
  const { pathname, search } = new URL(url.replaceAll('&amp;', '&'));
  return `${pathname}${search}`;
}

async function take(who: string): Promise<string> {
  const form = { CallSid: TAKING, From: `client:${who}`, To: 'queue:desk' };
  return (await server.webhook('/voice/outgoing', form)).text();
}

it('lets a caller wait whom nobody answered, and says the place before the music', async () => {
  expect(enqueued).toContain('>desk</Enqueue>');
  const about = { CallSid: CALLER, From: from, QueuePosition: '2', QueueSid: `QU${'1'.repeat(32)}` };
  const heard = await (await server.webhookAt(addressIn(enqueued, 'waitUrl'), about)).text();
  expect(heard).toContain('Number 2.</Say><Play>');
  const left = { CallSid: CALLER, CallStatus: 'completed', QueueResult: 'hangup', QueueTime: '4' };
  expect(await (await server.webhookAt(addressIn(enqueued, 'action'), left)).text()).toContain('<Hangup/>');
});

it('tells the place to whoever waits and to the agents of the queue', async () => {
  const place = { position: 2, size: 2, waitedSeconds: 30 };
  for (const [sid, who] of [
    [CALLER, visitor],
    ['latest', visitor],
    [CALLER, alice],
  ] as const) {
    expect(await (await server.get(`/api/calls/${sid}/queue`, who)).json()).toEqual(place);
  }
  expect((await server.get(`/api/calls/${CALLER}/queue`, bob)).status).toBe(404);
  platform.waiting = { desk: [callSid(9)] };
  expect((await server.get(`/api/calls/${CALLER}/queue`, visitor)).status).toBe(404);
});

it('lists the queues that an agent serves', async () => {
  const listed = async (who: { Authorization: string }) =>
    ((await (await server.get('/api/queues', who)).json()) as QueueList).queues;
  expect(await listed(alice)).toEqual([
    { name: 'desk', title: { en: 'Desk' }, size: 2, longestWaitSeconds: 30, averageWaitSeconds: 12 },
  ]);
  expect(await listed(bob)).toEqual([]);
  expect((await server.get('/api/queues', visitor)).status).toBe(403);
});

it('connects an agent to the next caller, records what has to be, and lets the agent control the call', async () => {
  const document = await take('alice');
  expect(document).toMatch(/<Dial [^>]{1,300}><Queue url="[^"]{1,300}">desk<\/Queue><\/Dial>/);
  await server.webhookAt(addressIn(document, 'Queue url'), { CallSid: CALLER, From: from });
  expect(platform.requests).toEqual([`record ${CALLER}`]);
  const record = (await (await server.get(`/api/calls/${CALLER}`, alice)).json()) as CallRecord;
  expect(record).toMatchObject({ status: 'in-progress', answeredBy: 'client:alice' });
  const control = await (await server.get(`/api/calls/${TAKING}/control`, alice)).json();
  expect(control).toMatchObject({ parties: [{ party: 'client:alice' }, { party: from }] });
});

it('says that a call is recorded to whom nobody was rung for, and not twice to others', async () => {
  const notice = '<Say language="en-US">This call is recorded.</Say>';
  expect(enqueued).not.toContain(notice);
  await server.post('/api/presence', { status: 'away' }, alice);
  await server.post('/api/token', { destination: 'desk', consent: true }, visitor);
  const form = { CallSid: callSid(3), From: from, To: 'destination:desk' };
  expect(await (await server.webhook('/voice/outgoing', form)).text()).toMatch(
    new RegExp(`<Response>${notice}<Enqueue [^>]{1,400}>desk</Enqueue>`),
  );
});

it('lets a call wait in the queue that its destination rings last, and elsewhere once that is closed', async () => {
  const call = async (sid: string) => {
    await server.post('/api/token', { destination: 'front' }, visitor);
    const form = { CallSid: sid, From: from, To: 'destination:front' };
    return (await server.webhook('/voice/outgoing', form)).text();
  };
  const unanswered = { CallSid: callSid(3), CallStatus: 'in-progress', DialCallStatus: 'no-answer' };
  expect(await call(callSid(3))).toContain('<Identity>bob</Identity>');
  const waits = await (await server.webhook('/voice/dial-done?step=0', unanswered)).text();
  expect(waits).toMatch(/<Response><Enqueue [^>]{1,400}>desk<\/Enqueue>/);
  platform.waiting = { desk: [callSid(3)] };
  await server.webhookAt(addressIn(waits, 'waitUrl'), { CallSid: callSid(3), QueuePosition: '1' });
  await vi.waitFor(() => expect(platform.requests).toContain('ring client:alice'));
  expect((await server.get(`/api/calls/${callSid(3)}/queue`, alice)).status).toBe(200);
  const availability = await server.get('/api/availability?destination=front', visitor);
  expect(await availability.json()).toMatchObject({ open: true, queue: true });

  await server.webhook('/voice/status', { CallSid: callSid(3), CallStatus: 'completed' });
  server.clock.advance(11 * 60_000);
  await server.post('/api/presence', { status: 'dnd' }, bob);
  expect(await call(callSid(4))).toContain('<Record');
});

describe('a full queue', () => {
  const full = { CallStatus: 'in-progress', QueueResult: 'queue-full', QueueTime: '0' };

  /** A visitor whom bob does not answer, and for whom the queue has no place. */
  async function turnedAway(sid: string, destination: string): Promise<string> {
    await server.post('/api/token', { destination }, visitor);
    await server.webhook('/voice/outgoing', { CallSid: sid, From: from, To: `destination:${destination}` });
    const unanswered = { CallSid: sid, CallStatus: 'in-progress', DialCallStatus: 'no-answer' };
    const waits = await (await server.webhook('/voice/dial-done?step=0', unanswered)).text();
    expect(waits).toContain('>desk</Enqueue>');
    return (await server.webhookAt(addressIn(waits, 'action'), { CallSid: sid, ...full })).text();
  }

  it.each([
    ['front', '<Record', undefined],
    ['side', '<Identity>carol</Identity>', undefined],
    ['back', 'Too many callers', 'queue-full'],
  ])('leaves the caller to what %s has for calls that nobody answers', async (destination, next, reason) => {
    await server.openSession({ identity: 'carol' });
    expect(await turnedAway(callSid(3), destination)).toContain(next);
    const outcome = await server.get(`/api/calls/${callSid(3)}/outcome`, visitor);
    expect(((await outcome.json()) as CallOutcome).reason).toBe(reason);
  });

  it('says so to a caller for whom nothing else is left, and in the record', async () => {
    const response = await server.webhookAt(addressIn(enqueued, 'action'), { CallSid: CALLER, ...full });
    expect(await response.text()).toMatch(/<Response><Say>Too many callers [^<]{1,100}<\/Say><Hangup\/>/);
    await server.webhook('/voice/status', { CallSid: CALLER, CallStatus: 'completed' });
    const outcome = await (await server.get(`/api/calls/${CALLER}/outcome`, visitor)).json();
    expect(outcome).toMatchObject({ status: 'failed', reason: 'queue-full' });
  });
});

it('lets nobody else take callers', async () => {
  expect(await take('bob')).toContain('<Reject/>');
});
