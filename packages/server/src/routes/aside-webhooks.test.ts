import type { CallControl, CallRecord } from '@offhook/contract';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FakePlatform } from '../testing/fake-platform.js';
import { callSid, testConfig, TestServer } from '../testing/test-server.js';

const CONFIG = testConfig({
  yaml: `
destinations:
  support: { visitors: true, ring: [agent:alice, agent:bob], otherwise: voicemail, voicemail: { greeting: Speak. } }
  line: { visitors: true, ring: [agent:eve], otherwise: queue }
agents: { alice: { name: Alice }, bob: { name: Bob }, eve: { name: Eve } }
`,
});
const CALLER = callSid(1);
const ALICE = callSid(2);
const BOB = callSid(3);
const CONFERENCE = `CF${'5'.repeat(32)}`;
const QUARTER_HOUR_MS = 15 * 60_000;

let platform: FakePlatform;
let server: TestServer;
let alice: { Authorization: string };

beforeEach(async () => {
  platform = new FakePlatform();
  platform.onRequest = (request) => {
    if (request.endsWith('<Conference')) platform.conference = { sid: CONFERENCE, legs: [CALLER, ALICE] };
  };
  server = new TestServer(CONFIG, { platform });
  [, alice] = await server.openSession({ identity: 'alice' });
  const [{ identity }, visitor] = await server.openSession();
  await server.post('/api/token', { destination: 'support' }, visitor);
  const From = `client:${identity}`;
  await server.webhook('/voice/outgoing', { CallSid: CALLER, From, To: 'destination:support' });
  await report('in-progress', ALICE, 'client:alice');
});

async function report(status: string, leg: string, to: string): Promise<void> {
  const form = { CallSid: leg, ParentCallSid: CALLER, CallStatus: status, To: to };
  expect((await server.webhook('/voice/status', form)).status).toBe(204);
}

/** To an address that names the record. */
async function tell(name: string, form: Record<string, string>, of = CALLER): Promise<string> {
  const word = server.callbackAddress('/voice/dial-done', { CallSid: of }).split('?')[1] ?? '';
  const response = await server.webhookAt(`/voice/${name}?${word}&of=${of}`, form);
  expect(response.status).toBeLessThan(300);
  return response.text();
}

async function leave(leg: string): Promise<void> {
  const about = { ConferenceSid: CONFERENCE, FriendlyName: `offhook-${CALLER}-1`, CallSid: leg };
  await tell('conference', { ...about, StatusCallbackEvent: 'participant-leave' });
}

async function controlled(action: string, sid = CALLER): Promise<CallControl> {
  const response = await server.post(`/api/calls/${sid}/${action}`, {}, alice);
  expect(response.status).toBe(200);
  return (await response.json()) as CallControl;
}

async function record(sid = CALLER): Promise<CallRecord> {
  return (await (await server.get(`/api/calls/${sid}`, alice)).json()) as CallRecord;
}

const sentOn = (): Promise<string> =>
  tell('sent-on', { CallSid: CALLER, CallStatus: 'in-progress', pageTitle: 'Shop' });

describe('a call that is set aside', () => {
  it('hears music that can end, and does not end with its agent', async () => {
    const control = await controlled('set-aside');
    expect(control).toMatchObject({ mode: 'conference', aside: ALICE, parties: [{ onHold: true }, {}] });
    const [, hold, ending] = platform.requests;
    expect(hold).toContain(`change ${CONFERENCE} ${CALLER} {"hold":true,"holdUrl":"http`);
    expect(hold).toContain('/voice/aside?');
    expect(ending).toBe(`change ${CONFERENCE} ${ALICE} {"endConferenceOnExit":false}`);
    await controlled('set-aside');
    expect(platform.requests).toHaveLength(3);
    const about = { ConferenceSid: CONFERENCE, FriendlyName: `offhook-${CALLER}-1`, pageTitle: 'Shop' };
    const document = await tell('aside', { CallSid: CALLER, ...about });
    expect(document).toMatch(/<Play>.*<\/Play><Redirect method="POST">/);
  });

  it('is as it was when the platform refuses, so that it ends with its agent', async () => {
    await controlled('hold');
    await controlled('resume');
    const meet = platform.onRequest;
    platform.onRequest = (request) => {
      if (request.includes('"hold":true')) throw new Error('away');
      return meet(request);
    };
    expect((await server.post(`/api/calls/${CALLER}/set-aside`, {}, alice)).status).toBe(500);
    const { control } = await record();
    expect(control).toMatchObject({ mode: 'conference', parties: [{ onHold: false }, {}] });
    expect(control?.aside).toBeUndefined();
    platform.requests.length = 0;
    await leave(ALICE);
    expect(platform.requests).toEqual([`hang-up ${CALLER}`]);
  });

  it('goes on as before when the agent comes back', async () => {
    await controlled('set-aside');
    platform.requests.length = 0;
    const control = await controlled('resume');
    expect(control.aside).toBeUndefined();
    expect(control.parties.map(({ onHold }) => onHold)).toEqual([false, false]);
    expect(platform.requests).toEqual([
      `change ${CONFERENCE} ${CALLER} {"hold":false}`,
      `change ${CONFERENCE} ${ALICE} {"endConferenceOnExit":true}`,
    ]);
    platform.requests.length = 0;
    await leave(ALICE);
    expect(platform.requests).toEqual([`hang-up ${CALLER}`]);
  });

  it('rings its destination again when the phone of the agent is gone, and is one call to its end', async () => {
    await controlled('set-aside');
    await server.post('/api/presence', { status: 'busy' }, alice);
    platform.requests.length = 0;
    await leave(ALICE);
    await leave(CALLER);
    await report('completed', ALICE, 'client:alice');
    expect(platform.requests[0]).toBe(`redirect ${CALLER} /voice/sent-on`);
    expect(platform.requests).not.toContain(`hang-up ${CALLER}`);
    const document = await sentOn();
    expect(document).toContain('<Identity>bob</Identity>');
    expect(document).not.toContain('<Identity>alice</Identity>');
    expect(await record()).toMatchObject({ status: 'in-progress', control: { mode: 'transferring' } });

    await report('in-progress', BOB, 'client:bob');
    expect(await record()).toMatchObject({
      status: 'in-progress',
      control: { mode: 'two-way', parties: [{ id: CALLER, onHold: false }, { party: 'client:bob' }] },
    });
    expect(await sentOn()).toContain('<Hangup/>');
    await report('completed', BOB, 'client:bob');
    await server.webhook('/voice/status', { CallSid: CALLER, CallStatus: 'completed' });
    expect(await record()).toMatchObject({ status: 'completed', answeredBy: 'client:alice' });
    expect(server.logLines.join()).not.toContain('could not be settled');
  });

  it('does what the destination has for calls that nobody answers', async () => {
    await controlled('set-aside');
    const [, bob] = await server.openSession({ identity: 'bob' });
    for (const session of [alice, bob]) await server.post('/api/presence', { status: 'dnd' }, session);
    await leave(ALICE);
    expect(await sentOn()).toContain('<Record');
  });

  it('is not kept waiting for longer than a quarter of an hour', async () => {
    await controlled('set-aside');
    platform.requests.length = 0;
    server.clock.advance(QUARTER_HOUR_MS - 1);
    await tell('aside', { CallSid: CALLER });
    expect(platform.requests).toEqual([]);
    server.clock.advance(1);
    await tell('aside', { CallSid: CALLER });
    expect(platform.requests).toEqual([`redirect ${CALLER} /voice/sent-on`, `hang-up ${ALICE}`]);
    expect(await sentOn()).toContain('<Dial');
  });

  it('is over for the agent, too, when the caller gives up', async () => {
    await controlled('set-aside');
    platform.requests.length = 0;
    await leave(CALLER);
    expect(platform.requests).toEqual([`hang-up ${ALICE}`]);
    await server.webhook('/voice/status', { CallSid: CALLER, CallStatus: 'completed' });
    expect(await record()).toMatchObject({ status: 'completed', control: { mode: 'over' } });
  });

  it('is ended for everybody when the agent says so', async () => {
    await controlled('set-aside');
    platform.requests.length = 0;
    expect((await controlled('end')).mode).toBe('over');
    expect(platform.requests).toEqual([`hang-up ${CALLER}`, `hang-up ${ALICE}`]);
  });

  it('lets nobody hear the agent who comes into it meanwhile', async () => {
    await controlled('set-aside');
    platform.requests.length = 0;
    const about = { ConferenceSid: CONFERENCE, FriendlyName: `offhook-${CALLER}-1`, CallSid: BOB };
    await tell('conference', { ...about, StatusCallbackEvent: 'participant-join' });
    expect(platform.requests).toContainEqual(
      expect.stringContaining(`change ${CONFERENCE} ${BOB} {"hold":true`),
    );
  });

  it('is not one while somebody is being called into it', async () => {
    platform.nextLegs = [BOB];
    await server.post(`/api/calls/${CALLER}/parties`, { to: 'client:bob' }, alice);
    const refused = await server.post(`/api/calls/${CALLER}/set-aside`, {}, alice);
    expect([refused.status, (await record()).control?.aside]).toEqual([409, undefined]);
  });

  it('is for nobody else to change: the colleague in it would hear the agent', async () => {
    platform.nextLegs = [BOB];
    await server.post(`/api/calls/${CALLER}/parties`, { to: 'client:bob' }, alice);
    const about = { ConferenceSid: CONFERENCE, FriendlyName: `offhook-${CALLER}-1`, CallSid: BOB };
    await tell('conference', { ...about, StatusCallbackEvent: 'participant-join' });
    await controlled('set-aside');
    const [, bob] = await server.openSession({ identity: 'bob' });
    platform.requests.length = 0;
    for (const [action, body] of [
      ['hold', {}],
      ['resume', {}],
      ['resume', { party: BOB }],
      ['set-aside', {}],
      ['parties', { to: 'client:eve' }],
      ['consult', { to: 'client:eve' }],
    ] as const) {
      const refused = await server.post(`/api/calls/${CALLER}/${action}`, body, bob);
      expect([action, refused.status]).toEqual([action, 409]);
    }
    expect(platform.requests).toEqual([]);
  });

  it('cannot be set aside or ended by somebody who is not in it', async () => {
    const [, eve] = await server.openSession({ identity: 'eve' });
    const [, visitor] = await server.openSession();
    for (const action of ['set-aside', 'end']) {
      const path = `/api/calls/${CALLER}/${action}`;
      expect((await server.post(path, {}, eve)).status).toBe(404);
      expect((await server.post(path, {}, visitor)).status).toBe(403);
      expect((await server.post(path, {})).status).toBe(401);
    }
    expect(platform.requests).toEqual([]);
  });
});

it('a colleague whom a vanished agent had called is hung up on', async () => {
  const [OWN, LEG] = [callSid(7), callSid(8)];
  await server.webhook('/voice/outgoing', { CallSid: OWN, From: 'client:alice', To: 'client:bob' });
  const answered = { CallSid: LEG, ParentCallSid: OWN, CallStatus: 'in-progress', To: 'client:bob' };
  await server.webhook('/voice/status', answered);
  platform.onRequest = () => {
    platform.conference = { sid: CONFERENCE, legs: [OWN, LEG] };
  };
  await controlled('set-aside', OWN);
  platform.requests.length = 0;
  await server.webhook('/voice/status', { CallSid: OWN, CallStatus: 'completed' });
  expect(platform.requests[0]).toBe(`hang-up ${LEG}`);
  expect(await record(OWN)).toMatchObject({ status: 'completed' });
});

const [WAITING, TAKING] = [callSid(7), callSid(8)];
const waitingSentOn = (): Promise<string> =>
  tell('sent-on', { CallSid: WAITING, CallStatus: 'in-progress' }, WAITING);

/** Eve takes the caller from the queue, sets it aside, and vanishes. */
async function takeAndVanish(): Promise<void> {
  const [{ identity }, visitor] = await server.openSession();
  await server.post('/api/token', { destination: 'line' }, visitor);
  const From = `client:${identity}`;
  await server.webhook('/voice/outgoing', { CallSid: WAITING, From, To: 'destination:line' });
  const unanswered = { CallSid: WAITING, CallStatus: 'in-progress', DialCallStatus: 'no-answer' };
  await server.webhook('/voice/dial-done?step=0', unanswered);
  [, alice] = await server.openSession({ identity: 'eve' });
  await server.webhook('/voice/outgoing', { CallSid: TAKING, From: 'client:eve', To: 'queue:line' });
  await tell('queue-taken', { CallSid: WAITING, From }, TAKING);
  platform.onRequest = () => {
    platform.conference = { sid: CONFERENCE, legs: [TAKING, WAITING] };
  };
  await controlled('set-aside', TAKING);
  platform.requests.length = 0;
  await server.webhook('/voice/status', { CallSid: TAKING, CallStatus: 'completed' });
}

it('a caller whom a vanished agent had taken from a queue goes through the plan of its own call', async () => {
  await takeAndVanish();
  expect(platform.requests[0]).toBe(`redirect ${WAITING} /voice/sent-on`);
  expect(await record(TAKING)).toMatchObject({ status: 'completed' });
  expect(await record(WAITING)).toMatchObject({ status: 'in-progress' });
  expect(await waitingSentOn()).toContain('<Identity>eve</Identity>');
});

it('a caller whom a vanished agent had taken from a queue waits there again, and is rung for', async () => {
  await takeAndVanish();
  await server.post('/api/presence', { status: 'away' }, alice);
  const waitUrl = /waitUrl="([^"]{1,300})"/.exec(await waitingSentOn())?.[1] ?? '';
  platform.waiting['line'] = [WAITING];
  const { pathname, search } = new URL(waitUrl.replaceAll('&amp;', '&'));
  await server.webhookAt(`${pathname}${search}`, { CallSid: WAITING, QueuePosition: '1' });
  expect(platform.rung).toEqual([]);
  await server.post('/api/presence', { status: 'available' }, alice);
  await vi.waitFor(() => expect(platform.rung).toMatchObject([{ to: expect.stringContaining(WAITING) }]));
});

it('a caller who is sent on rings no agent whom another call rings; no other call rings whom it rings', async () => {
  const [, bob] = await server.openSession({ identity: 'bob' });
  await report('canceled', BOB, 'client:bob');
  await controlled('set-aside');
  await leave(ALICE);
  await report('completed', ALICE, 'client:alice');
  for (const session of [alice, bob]) await server.post('/api/presence', { status: 'available' }, session);
  await server.openSession({ identity: 'eve' });
  await server.webhook('/voice/outgoing', { CallSid: callSid(7), From: 'client:eve', To: 'client:bob' });
  const document = await sentOn();
  expect(document).toContain('<Identity>alice</Identity>');
  expect(document).not.toContain('<Identity>bob</Identity>');
  const rung = ['queue-rings:alice', 'queue-rings:bob'];
  expect(await server.stores.transient.get(rung)).toEqual([CALLER, callSid(7)]);
});
