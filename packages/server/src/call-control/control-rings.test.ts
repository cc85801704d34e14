import type { CallControl } from '@offhook/contract';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CallLimits } from '../limits/call-limits.js';
import { FakePlatform } from '../testing/fake-platform.js';
import { callSid, testConfig, TestServer } from '../testing/test-server.js';

const CONFIG = testConfig({
  yaml: `
destinations:
  support: { visitors: true, ring: [agent:alice] }
  line: { visitors: true, ring: [agent:bob], otherwise: queue }
  team: { visitors: true, ring: [agent:alice, agent:bob, agent:eve] }
agents: { alice: { name: Alice }, bob: { name: Bob }, eve: { name: Eve } }
`,
});
const CALLER = callSid(1);
const ALICE = callSid(2);
const BOB = callSid(3);
const EVE = callSid(4);
const CONFERENCE = `CF${'5'.repeat(32)}`;
/** What a ring lasts, and what its end may take to be reported. */
const RING_LIFE_MS = 45_000;

let platform: FakePlatform;
let server: TestServer;
let alice: { Authorization: string };
let calls: number;

beforeEach(async () => {
  calls = 100;
  platform = new FakePlatform();
  platform.nextLegs = [BOB, EVE];
  platform.onRequest = (request) => {
    if (request.endsWith('<Conference')) platform.conference = { sid: CONFERENCE, legs: [CALLER, ALICE] };
  };
  server = new TestServer(CONFIG, { platform });
  [, alice] = await server.openSession({ identity: 'alice' });
  for (const identity of ['bob', 'eve']) await server.openSession({ identity });
  await call(CALLER, 'support');
  await report('in-progress', ALICE, 'client:alice');
});

/** A visitor calls; returns whom that rings. */
async function call(sid: string, destination: string): Promise<string[]> {
  const [{ identity }, visitor] = await server.openSession();
  await server.post('/api/token', { destination }, visitor);
  const form = { CallSid: sid, From: `client:${identity}`, To: `destination:${destination}` };
  const document = await (await server.webhook('/voice/outgoing', form)).text();
  return [...document.matchAll(/<Identity>(\w{1,20})</g)].map(([, rung = '']) => rung);
}

/** Whom another caller would ring now, who hangs up at once. */
async function wouldRing(): Promise<string[]> {
  calls += 1;
  const sid = callSid(calls);
  const rung = await call(sid, 'team');
  const left = { CallSid: sid, CallStatus: 'completed', DialCallStatus: 'canceled' };
  await server.webhook('/voice/dial-done?step=0', left);
  await server.webhook('/voice/status', left);
  return rung;
}

async function report(status: string, leg: string, to: string): Promise<void> {
  const form = { CallSid: leg, ParentCallSid: CALLER, CallStatus: status, To: to };
  expect((await server.webhook('/voice/status', form)).status).toBe(204);
}

/** To an address that names the record. */
async function tell(name: string, form: Record<string, string>): Promise<string> {
  const word = server.callbackAddress('/voice/dial-done', { CallSid: CALLER }).split('?')[1] ?? '';
  const response = await server.webhookAt(`/voice/${name}?${word}&of=${CALLER}`, form);
  expect(response.status).toBeLessThan(300);
  return response.text();
}

async function control(action: string, to: string): Promise<number> {
  return (await server.post(`/api/calls/${CALLER}/${action}`, { to }, alice)).status;
}

describe.each(['consult', 'parties'])('an agent who is rung by %s', (action) => {
  it('rings for nobody else until the ringing is over', async () => {
    expect(await wouldRing()).toEqual(['bob', 'eve']);
    expect(await control(action, 'client:bob')).toBe(200);
    expect(await wouldRing()).toEqual(['eve']);
    await tell('status', { CallSid: BOB, CallStatus: 'no-answer', To: `client:bob?callSid=${CALLER}` });
    expect(await wouldRing()).toEqual(['bob', 'eve']);
  });

  it('is there for others once it must have ended, whether that was reported or not', async () => {
    await control(action, 'client:bob');
    server.clock.advance(RING_LIFE_MS - 1);
    expect(await wouldRing()).toEqual(['alice', 'eve']);
    server.clock.advance(1);
    expect(await wouldRing()).toEqual(['alice', 'bob', 'eve']);
  });

  it('is there for others when the platform does not ring', async () => {
    const meet = platform.onRequest;
    platform.onRequest = (request) => {
      if (request.startsWith('invite')) throw new Error('away');
      return meet(request);
    };
    expect(await control(action, 'client:bob')).toBe(500);
    expect(await wouldRing()).toEqual(['bob', 'eve']);
  });
});

describe.each(['consult', 'parties'])('a %s of several', (action) => {
  const joins = async (leg: string) =>
    tell('conference', {
      ConferenceSid: CONFERENCE,
      FriendlyName: `offhook-${CALLER}-1`,
      StatusCallbackEvent: 'participant-join',
      CallSid: leg,
    });

  it('rings them all, hangs up on whoever comes too late, and counts as one call', async () => {
    const ended = vi.spyOn(CallLimits.prototype, 'callEnded');
    expect(await control(action, 'destination:team')).toBe(200);
    expect(platform.invited.map(({ to }) => String(to).split('?')[0])).toEqual(['client:bob', 'client:eve']);
    await joins(EVE);
    expect(platform.requests.filter((request) => request.startsWith('hang-up'))).toEqual([`hang-up ${BOB}`]);
    await tell('status', { CallSid: BOB, CallStatus: 'canceled', To: 'client:bob' });
    const view = (await (await server.get(`/api/calls/${CALLER}/control`, alice)).json()) as CallControl;
    expect(view.parties.map(({ id, state }) => [id, state])).toEqual([
      [CALLER, 'present'],
      [ALICE, 'present'],
      [EVE, 'present'],
    ]);
    expect(view.consult).toEqual(
      action === 'consult' ? { party: EVE, by: ALICE, state: 'talking' } : undefined,
    );
    expect(view.failure).toBeUndefined();
    expect(ended).not.toHaveBeenCalled();
    await tell('status', { CallSid: EVE, CallStatus: 'completed', CallDuration: '7', To: 'client:eve' });
    expect(ended).toHaveBeenCalledWith(expect.stringMatching(/^control:/), expect.any(Number));
    ended.mockRestore();
  });

  it('goes on without those whom the platform does not ring', async () => {
    const meet = platform.onRequest;
    platform.onRequest = (request) => {
      if (request.startsWith('invite') && platform.invited.length === 1) throw new Error('away');
      return meet(request);
    };
    expect(await control(action, 'destination:team')).toBe(200);
    expect(await wouldRing()).toEqual(['bob']);
  });
});

it('a consultation of several that is canceled rings nobody any more', async () => {
  await control('consult', 'destination:team');
  const canceled = await server.post(`/api/calls/${CALLER}/consult/cancel`, {}, alice);
  expect(await canceled.json()).toMatchObject({ parties: [{ id: CALLER, onHold: false }, { id: ALICE }] });
  expect(platform.requests).toEqual(expect.arrayContaining([`hang-up ${BOB}`, `hang-up ${EVE}`]));
});

describe('an agent who is rung for a transfer', () => {
  const asked = { CallSid: CALLER, CallStatus: 'in-progress' };

  it('rings for nobody else, and neither does who gets the call back', async () => {
    await control('transfer', 'client:bob');
    await report('completed', ALICE, 'client:alice');
    await tell('transfer', asked);
    expect(await wouldRing()).toEqual(['alice', 'eve']);
    await tell('transfer-done', { ...asked, DialCallStatus: 'busy' });
    expect(await wouldRing()).toEqual(['bob', 'eve']);
    await tell('transfer-done', { ...asked, DialCallStatus: 'no-answer' });
    expect(await wouldRing()).toEqual(['alice', 'bob', 'eve']);
  });

  it('rings no more when the caller hangs up', async () => {
    await control('transfer', 'client:bob');
    await tell('transfer', asked);
    await tell('transfer-done', { ...asked, CallStatus: 'completed', DialCallStatus: 'canceled' });
    expect(await wouldRing()).toEqual(['bob', 'eve']);
  });

  it('is one whom nobody else rings, of several', async () => {
    await call(callSid(9), 'line');
    await control('transfer', 'destination:team');
    const document = await tell('transfer', asked);
    expect(document).toContain('<Identity>eve</Identity>');
    expect(document).not.toContain('<Identity>bob</Identity>');
  });

  it('comes to the call though others wait', async () => {
    await call(callSid(9), 'line');
    platform.waiting = { line: [callSid(9)] };
    const unanswered = { CallSid: callSid(9), CallStatus: 'in-progress', DialCallStatus: 'no-answer' };
    const waits = await (await server.webhook('/voice/dial-done?step=0', unanswered)).text();
    const [, url = ''] = /waitUrl="([^"]{1,300})"/.exec(waits.replaceAll('&amp;', '&')) ?? [];
    const { pathname, search } = new URL(url);
    await server.webhookAt(`${pathname}${search}`, { CallSid: callSid(9), QueuePosition: '1' });
    await vi.waitFor(() => expect(platform.requests).toContain('ring client:bob'));
    expect(await control('transfer', 'destination:line')).toBe(200);
  });
});
