import type { CallControl, CallRecord } from '@offhook/contract';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestError } from '../errors.js';
import { CallLimits } from '../limits/call-limits.js';
import { MemoryCallRecordStore } from '../stores/memory-call-record-store.js';
import { FakePlatform } from '../testing/fake-platform.js';
import { callSid, testConfig, TestServer } from '../testing/test-server.js';

const CONFIG = testConfig({
  yaml: `
destinations:
  support: { visitors: true, ring: [agent:alice, agent:bob] }
  sales: { ring: [agent:bob], otherwise: voicemail }
  own: { ring: [agent:alice] }
limits: { concurrentPerDestination: 2 }
agents:
  alice: { name: Alice, callerIds: ["+16175550100"] }
  bob: { name: Bob }
  eve: { name: Eve }
policy: { countries: [US], callsPerHour: 2 }
`,
});
const CALLER = callSid(1);
const ALICE = callSid(2);
const BOB = callSid(3);
const CONFERENCE = `CF${'5'.repeat(32)}`;
const ROOM = `offhook-${CALLER}-1`;

let platform: FakePlatform;
let store: MemoryCallRecordStore;
let server: TestServer;
let alice: { Authorization: string };

beforeEach(async () => {
  platform = new FakePlatform();
  store = new MemoryCallRecordStore();
  server = new TestServer(CONFIG, { platform, stores: { calls: store } });
  [, alice] = await server.openSession({ identity: 'alice' });
  const [{ identity }, visitor] = await server.openSession();
  await server.post('/api/token', { destination: 'support' }, visitor);
  await server.webhook('/voice/outgoing', {
    CallSid: CALLER,
    From: `client:${identity}`,
    To: 'destination:support',
  });
  await report('in-progress', ALICE, 'client:alice');
});

async function report(status: string, leg: string, to: string, more: object = {}): Promise<Response> {
  const form = { CallSid: leg, ParentCallSid: CALLER, CallStatus: status, To: to, ...more };
  return server.webhook('/voice/status', form);
}

/** To an address that names the record. */
async function tell(name: string, form: Record<string, string>, more = ''): Promise<string> {
  const word = server.callbackAddress('/voice/dial-done', { CallSid: CALLER }).split('?')[1] ?? '';
  const response = await server.webhookAt(`/voice/${name}?${word}&of=${CALLER}${more}`, form);
  expect(response.status).toBeLessThan(300);
  return response.text();
}

async function conferenceEvent(event: string, leg: string): Promise<void> {
  const about = { ConferenceSid: CONFERENCE, FriendlyName: ROOM, CallSid: leg };
  await tell('conference', { ...about, StatusCallbackEvent: event });
}

/** The conference is there as soon as the platform is asked for it. */
function letThemMeet(): void {
  platform.onRequest = (request) => {
    if (!request.startsWith('redirect')) return;
    platform.conference = { sid: CONFERENCE, legs: [CALLER, ALICE] };
  };
}

async function control(action: string, body: object = {}, who = alice): Promise<Response> {
  return server.post(`/api/calls/${CALLER}/${action}`, body, who);
}

async function controlled(action: string, body: object = {}): Promise<CallControl> {
  const response = await control(action, body);
  expect(response.status).toBe(200);
  return (await response.json()) as CallControl;
}

describe('controls of a call', () => {
  it('are for agents who are in the call', async () => {
    const [, eve] = await server.openSession({ identity: 'eve' });
    const [, visitor] = await server.openSession();
    expect((await control('hold', {}, eve)).status).toBe(404);
    expect((await control('hold', {}, visitor)).status).toBe(403);
    expect((await server.post(`/api/calls/${CALLER}/hold`, {})).status).toBe(401);
    const elsewhere = { ...alice, Origin: 'https://evil.example' };
    expect((await control('hold', {}, elsewhere)).status).toBe(403);
    expect((await server.post(`/api/calls/${callSid(9)}/hold`, {}, alice)).status).toBe(404);
    expect(platform.requests).toEqual([]);
  });

  it('wait for the report of an answer that the agent already knows of', async () => {
    const [second, leg] = [callSid(20), callSid(21)];
    await server.webhook('/voice/outgoing', { CallSid: second, From: 'client:bob', To: 'client:alice' });
    platform.onRequest = () => {
      platform.conference = { sid: CONFERENCE, legs: [second, leg] };
    };
    const lookedFor = vi.spyOn(store, 'find');
    const holding = server.post(`/api/calls/${second}/hold`, {}, alice);
    await expect.poll(() => lookedFor.mock.calls.length).toBeGreaterThan(1);
    const answered = { CallSid: leg, ParentCallSid: second, CallStatus: 'in-progress', To: 'client:alice' };
    await server.webhook('/voice/status', answered);
    expect((await holding).status).toBe(200);
  });

  it('upgrade the call: the parent follows by the answer to its Dial', async () => {
    let answer = '';
    platform.onRequest = async (request) => {
      if (!request.startsWith('redirect')) return;
      const form = { CallSid: CALLER, CallStatus: 'in-progress', DialCallStatus: 'completed' };
      answer = await (await server.webhook('/voice/dial-done?step=0', form)).text();
      platform.conference = { sid: CONFERENCE, legs: [CALLER, ALICE] };
    };
    expect(await controlled('hold')).toMatchObject({
      mode: 'conference',
      parties: [
        { id: CALLER, onHold: true },
        { id: ALICE, party: 'client:alice', onHold: false },
      ],
    });
    expect(answer).toContain(`>${ROOM}</Conference>`);
    expect(answer).toContain('endConferenceOnExit="true"');
    const record = (await (await server.get(`/api/calls/${CALLER}`, alice)).json()) as CallRecord;
    expect(record).toMatchObject({ status: 'in-progress', control: { mode: 'conference' } });
  });

  it('do nothing twice, however often and on however many servers they are asked for', async () => {
    letThemMeet();
    const [, aliceElsewhere] = await server.openSession({ identity: 'alice' });
    const other = new TestServer(CONFIG, { platform, stores: { calls: store } });
    const [, onOther] = await other.openSession({ identity: 'alice' });
    const answers = await Promise.all([
      control('hold'),
      control('hold', {}, aliceElsewhere),
      other.post(`/api/calls/${CALLER}/hold`, {}, onOther),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(platform.requests).toEqual([
      `redirect ${ALICE} <Conference`,
      `change ${CONFERENCE} ${CALLER} {"hold":true}`,
    ]);
  });

  it('leave nobody behind when the caller hangs up in the middle of an upgrade', async () => {
    platform.onRequest = async (request) => {
      if (!request.startsWith('redirect')) return;
      await server.webhook('/voice/status', { CallSid: CALLER, CallStatus: 'completed' });
    };
    expect((await control('hold')).status).toBe(409);
    expect(platform.requests).toContain(`hang-up ${ALICE}`);
  });

  it('say no when the platform does, and leave the call as it was', async () => {
    platform.onRequest = () => {
      throw new Error('away');
    };
    expect((await control('hold')).status).toBe(500);
    letThemMeet();
    expect((await controlled('hold')).mode).toBe('conference');
  });
});

describe('a target', () => {
  it.each([
    ['transfer', '+498912345678', 403, 'country-not-allowed'],
    ['consult', '+498912345678', 403, 'country-not-allowed'],
    ['parties', '911', 403, 'emergency-number'],
    ['parties', 'client:nobody', 400, 'target-unknown'],
    ['transfer', 'client:alice', 403, 'target-self'],
    ['consult', 'client:alice', 403, 'target-self'],
    ['parties', 'client:alice', 403, 'target-self'],
    ['transfer', 'destination:own', 403, 'no-agent'],
  ])('of %s is judged like any dial: %s', async (action, to, status, code) => {
    const response = await control(action, { to });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
    expect(platform.requests).toEqual([]);
  });

  it('is never the agent who wants it, whatever a destination rings', async () => {
    await server.openSession({ identity: 'bob' });
    await controlled('transfer', { to: 'destination:support' });
    const asked = await tell('transfer', { CallSid: CALLER, CallStatus: 'in-progress' });
    expect(asked).toContain('<Identity>bob</Identity>');
    expect(asked).not.toContain('<Identity>alice</Identity>');
  });

  it('counts as a call to the phone network', async () => {
    letThemMeet();
    const to = '+16175550123';
    for (const leg of [BOB, callSid(4)]) {
      platform.nextLegs = [leg];
      await controlled('parties', { to });
    }
    expect(await (await control('parties', { to })).json()).toMatchObject({ error: { code: 'budget-used' } });
    expect(platform.invited.at(-1)).toMatchObject({ to, from: '+16175550100', timeLimit: 3600 });
  });
});

describe('a transfer', () => {
  it('rings the target and, when it does not come, the agent again', async () => {
    expect(await controlled('transfer', { to: 'client:bob' })).toMatchObject({ mode: 'transferring' });
    expect(platform.requests).toEqual([`redirect ${CALLER} /voice/transfer`]);
    const asked = await tell('transfer', { CallSid: CALLER, CallStatus: 'in-progress' });
    expect(asked).toContain('<Identity>bob</Identity>');
    expect(asked).toContain('<Parameter name="transferredBy" value="alice"/>');
    const failed = { CallSid: CALLER, CallStatus: 'in-progress', DialCallStatus: 'busy' };
    const returned = await tell('transfer-done', failed);
    expect(returned).toContain('<Identity>alice</Identity>');
    expect(returned).toContain('<Parameter name="transferFailed" value="busy"/>');
    expect(await tell('transfer-done', failed)).toContain('<Hangup/>');
  });

  it('is over when the caller leaves, whoever still rings', async () => {
    await controlled('transfer', { to: 'client:bob' });
    await report('completed', ALICE, 'client:alice');
    await server.webhook('/voice/status', { CallSid: CALLER, CallStatus: 'completed' });
    expect(await tell('transfer', { CallSid: CALLER, CallStatus: 'in-progress' })).toContain('<Hangup/>');
    expect(await store.find(CALLER)).toMatchObject({ progress: { control: { topology: { kind: 'over' } } } });
  });
});

describe('the limits', () => {
  const number = '+16175550123';
  const errorOf = async (response: Response) => ((await response.json()) as { error?: object }).error;

  it.each(['transfer', 'consult', 'parties'])('lose nothing to a %s to whom nobody is', async (action) => {
    const [, bob] = await server.openSession({ identity: 'bob' });
    await server.post('/api/presence', { status: 'dnd' }, bob);
    for (let time = 0; time < 4; time += 1) {
      const response = await control(action, { to: 'destination:sales' });
      expect(response.status).toBe(403);
      expect(await errorOf(response)).toMatchObject({ code: 'no-agent' });
    }
    expect(platform.requests).toEqual([]);
  });

  it.each(['transfer', 'consult', 'parties'])(
    'lose nothing to a %s that the platform refuses',
    async (action) => {
      for (const prefix of ['redirect', 'change', 'invite']) {
        letThemMeet();
        const meet = platform.onRequest;
        platform.onRequest = (request) => {
          if (request.startsWith(prefix)) throw new Error('away');
          return meet(request);
        };
        for (const to of [number, 'destination:sales']) {
          if (action === 'transfer' && prefix !== 'redirect') continue;
          for (let time = 0; time < 3; time += 1) expect((await control(action, { to })).status).toBe(500);
        }
      }
    },
  );

  it('lose nothing to a second transfer at once, which is refused', async () => {
    const asked = [control('transfer', { to: number }), control('transfer', { to: number })];
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 409]);
    expect(platform.requests).toEqual([`redirect ${CALLER} /voice/transfer`]);
  });

  it.each(['status', 'transfer-done'])(
    'get a transfer back whose caller leaves, told by %s',
    async (told) => {
      const ended = vi.spyOn(CallLimits.prototype, 'callEnded');
      await controlled('transfer', { to: 'destination:sales' });
      const topology = (await store.find(CALLER))?.progress.control?.topology;
      const admittedAs = topology?.kind === 'transferring' ? topology.admittedAs : '';
      await report('completed', ALICE, 'client:alice');
      expect(ended).not.toHaveBeenCalledWith(admittedAs, 0);
      const left = { CallSid: CALLER, CallStatus: 'completed' };
      if (told === 'status') await server.webhook('/voice/status', left);
      else await tell('transfer-done', { ...left, DialCallStatus: 'no-answer' });
      expect(ended).toHaveBeenCalledWith(admittedAs, 0);
      ended.mockRestore();
    },
  );
});

it('a call that is lost is left alone, whatever its conference still reports', async () => {
  letThemMeet();
  await controlled('hold');
  platform.onRequest = () => {
    throw new RequestError(502, 'platform-unreachable', 'away');
  };
  await conferenceEvent('participant-leave', ALICE);
  await store.report(CALLER, { type: 'lost', loss: { reason: 'status-lost', at: server.clock.now() } });
  platform.requests.length = 0;
  await conferenceEvent('participant-leave', ALICE);
  expect(platform.requests).toEqual([]);
  expect(server.logLines.join()).not.toContain('could not be settled');
});

it('a call whose parties all leave at once is settled without a warning', async () => {
  letThemMeet();
  await controlled('hold');
  await Promise.all([
    conferenceEvent('participant-leave', ALICE),
    conferenceEvent('participant-leave', CALLER),
  ]);
  expect(await store.find(CALLER)).toMatchObject({ progress: { control: { topology: { kind: 'over' } } } });
  expect(server.logLines.join()).not.toContain('could not be settled');
});

it('a recording is begun once, paused, resumed and stopped', async () => {
  const recording = `RE${'1'.repeat(32)}`;
  expect(await controlled('recording/start')).toMatchObject({ recording: 'recording' });
  await controlled('recording/start');
  expect(await controlled('recording/pause')).toMatchObject({ recording: 'paused' });
  await controlled('recording/pause');
  expect(await controlled('recording/resume')).toMatchObject({ recording: 'recording' });
  expect((await controlled('recording/stop')).recording).toBeUndefined();
  await controlled('recording/stop');
  await controlled('recording/resume');
  expect(platform.requests).toEqual([
    `record ${CALLER}`,
    `recording ${CALLER} ${recording} paused`,
    `recording ${CALLER} ${recording} in-progress`,
    `recording ${CALLER} ${recording} stopped`,
    `record ${CALLER}`,
  ]);
  const record = (await (await server.get(`/api/calls/${CALLER}`, alice)).json()) as CallRecord;
  expect(record.recordings).toMatchObject([{ sid: recording, kind: 'call', status: 'completed' }]);
});

describe('a call of a destination that is recorded', () => {
  let document = '';
  beforeEach(async () => {
    const yaml = `
numbers: { "+16175550100": { destination: line } }
destinations: { line: { record: on, ring: [agent:alice] } }
agents: { alice: { name: Alice } }
`;
    server = new TestServer(testConfig({ yaml }), {
      platform,
      stores: { calls: new MemoryCallRecordStore() },
    });
    [, alice] = await server.openSession({ identity: 'alice' });
    const form = { CallSid: CALLER, From: '+16175550123', To: '+16175550100', Direction: 'inbound' };
    await server.webhook('/voice/incoming', form);
    await report('in-progress', ALICE, 'client:alice');
    platform.onRequest = async (request) => {
      if (!request.startsWith('redirect')) return;
      const done = { CallSid: CALLER, CallStatus: 'in-progress', DialCallStatus: 'completed' };
      document = await (await server.webhook('/voice/dial-done?step=0', done)).text();
      platform.conference = { sid: CONFERENCE, legs: [CALLER, ALICE] };
    };
  });

  it('goes on being recorded as a conference', async () => {
    await controlled('hold');
    expect(document).toContain('record="record-from-start"');
  });

  it.each(['pause', 'stop'])('is not recorded again unasked after a %s', async (step) => {
    await controlled(`recording/start`);
    await controlled(`recording/${step}`);
    await controlled('hold');
    expect(document).toContain('<Conference');
    expect(document).not.toContain('record="record-from-start"');
  });
});

it('a consultation that the platform refuses leaves nobody on hold', async () => {
  letThemMeet();
  const meet = platform.onRequest;
  platform.onRequest = (request) => {
    if (request.startsWith('invite')) throw new Error('away');
    return meet(request);
  };
  expect((await control('consult', { to: 'client:bob' })).status).toBe(500);
  const left = (await store.find(CALLER))?.progress.control;
  expect(left?.parties[CALLER]).toMatchObject({ state: 'present', endsConference: true });
  expect(left?.parties[CALLER]?.hold).toBeUndefined();
  expect(platform.requests.filter((request) => request.includes('"hold"'))).toEqual([
    expect.stringContaining('"hold":true'),
    expect.stringContaining('"hold":false'),
  ]);
});

it('a consultation whose agent hangs up leaves the caller to the target', async () => {
  letThemMeet();
  platform.nextLegs = [BOB];
  expect((await controlled('consult', { to: 'client:bob' })).consult).toMatchObject({ state: 'ringing' });
  expect(platform.invited[0]?.['to']).toBe(
    `client:bob?callSid=${CALLER}&callerName=Alice&transferredBy=alice`,
  );
  await conferenceEvent('participant-join', BOB);
  platform.requests.length = 0;
  await conferenceEvent('participant-leave', ALICE);
  expect(platform.requests).toEqual([
    `change ${CONFERENCE} ${CALLER} {"hold":false}`,
    `change ${CONFERENCE} ${CALLER} {"endConferenceOnExit":true}`,
    `change ${CONFERENCE} ${BOB} {"endConferenceOnExit":true}`,
  ]);
  await conferenceEvent('participant-leave', ALICE);
  expect(platform.requests).toHaveLength(3);
});

it('takes in why a conference has ended, in every word that the platform has for it', async () => {
  letThemMeet();
  await controlled('hold');
  const ends = ['left', 'kicked'].flatMap((how) => [
    `participant-with-end-conference-on-exit-${how}`,
    `last-participant-${how}`,
  ]);
  for (const reason of [...ends, 'conference-ended-via-api']) {
    const about = { ConferenceSid: CONFERENCE, FriendlyName: ROOM, StatusCallbackEvent: 'conference-end' };
    await tell('conference', { ...about, ReasonConferenceEnded: reason, CallSidEndingConference: ALICE });
  }
});

it('refuses what was not sent to an address that was given out', async () => {
  const form = { ConferenceSid: CONFERENCE, FriendlyName: ROOM, StatusCallbackEvent: 'participant-leave' };
  const response = await server.webhookAt(`/voice/conference?call=guess&of=${CALLER}`, form);
  expect(response.status).toBe(403);
});
