/** Conferences as the official client sees them; those who meet are magic destinations. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAGIC_NUMBERS } from '../calls/magic-party.js';
import { NEVER, OWN_NUMBER, RestEngine } from '../testing/rest-engine.js';

const FROM = '+16175550100';
/** The media host may take its time to start. */
const PATIENTLY = { timeout: 15_000 };
const EVENTS = ['start', 'end', 'join', 'leave', 'mute', 'hold', 'modify', 'announcement'] as const;

let network: RestEngine;
let client: ReturnType<RestEngine['client']>;

beforeAll(async () => {
  network = await RestEngine.start();
  client = network.client();
});
afterAll(() => network.close());

function add(
  room: string,
  options: object = {},
  to: string = MAGIC_NUMBERS.echo,
): ReturnType<ReturnType<typeof client.conferences>['participants']['create']> {
  return client.conferences(room).participants.create({
    from: FROM,
    to,
    beep: 'false',
    conferenceStatusCallback: `${network.origin}/events/${room}`,
    conferenceStatusCallbackEvent: [...EVENTS],
    ...options,
  });
}

function joined(room: string, callSid: string): Promise<Record<string, string>> {
  return network.toldAt(`/events/${room}`, { StatusCallbackEvent: 'participant-join', CallSid: callSid });
}

function events(room: string): (string | undefined)[] {
  return network.told
    .filter(({ path }) => path === `/events/${room}`)
    .map(({ form }) => form['StatusCallbackEvent']);
}

describe('conferences', () => {
  it('start with the second participant, are listed and fetched, and end with the last', async () => {
    const first = await add('one', { label: 'boss' });
    expect(first).toMatchObject({ status: 'queued', conferenceSid: expect.stringMatching(/^CF/) });
    await joined('one', first.callSid);
    const sid = first.conferenceSid;
    expect(await client.conferences(sid).fetch()).toMatchObject({ friendlyName: 'one', status: 'init' });
    const second = await add(sid);
    await joined('one', second.callSid);
    const [listed] = await client.conferences.list({ friendlyName: 'one', status: 'in-progress' });
    expect(listed?.sid).toBe(sid);
    const participants = await client.conferences(sid).participants.list();
    expect(participants.map(({ callSid }) => callSid)).toEqual([first.callSid, second.callSid]);
    await expect(add('one', { label: 'boss' })).rejects.toMatchObject({ code: 16_026 });
    await expect(add('one', { label: 'a/b' })).rejects.toMatchObject({ code: 16_024 });
    expect(participants[0]).toMatchObject({ label: 'boss', status: 'connected', muted: false, hold: false });
    expect((await client.conferences(sid).participants('boss').fetch()).callSid).toBe(first.callSid);

    expect(await client.conferences(sid).participants('boss').remove()).toBe(true);
    await client.calls(second.callSid).update({ status: 'completed' });
    await network.toldAt('/events/one', { StatusCallbackEvent: 'conference-end' });
    expect(await client.conferences(sid).fetch()).toMatchObject({
      status: 'completed',
      reasonConferenceEnded: 'last-participant-left',
      callSidEndingConference: second.callSid,
    });
    expect(events('one')).toEqual([
      'participant-join',
      'participant-join',
      'conference-start',
      'participant-leave',
      'participant-leave',
      'conference-end',
    ]);
    const again = await add('one');
    expect(again.conferenceSid).not.toBe(sid);
    await client.calls(again.callSid).update({ status: 'completed' });
  });

  it('change their participants and say so', async () => {
    const [a, b] = [await add('two'), await add('two')];
    await Promise.all([joined('two', a.callSid), joined('two', b.callSid)]);
    const participant = client.conferences(a.conferenceSid).participants(a.callSid);
    expect(await participant.update({ muted: true })).toMatchObject({ muted: true, hold: false });
    expect(await participant.update({ muted: false })).toMatchObject({ muted: false });
    network.answers['/music'] = '<Response><Pause length="5"/></Response>';
    expect(await participant.update({ hold: true, holdUrl: `${network.origin}/music` })).toMatchObject({
      hold: true,
    });
    expect(await participant.update({ hold: false })).toMatchObject({ hold: false });
    expect(await participant.update({ coaching: true, callSidToCoach: b.callSid })).toMatchObject({
      coaching: true,
      callSidToCoach: b.callSid,
    });
    await expect(participant.update({ muted: 'perhaps' as never })).rejects.toMatchObject({ code: 20001 });
    await expect(participant.update({ callSidToCoach: '' })).rejects.toMatchObject({ code: 20001 });
    network.answers['/note'] = '<Response><Pause length="0"/></Response>';
    await client.conferences(a.conferenceSid).update({ announceUrl: `${network.origin}/note` });
    await network.toldAt('/events/two', { StatusCallbackEvent: 'announcement-end' });
    network.answers['/bad-note'] = '<Response><Dial>1</Dial></Response>';
    await client.conferences(a.conferenceSid).update({ announceUrl: `${network.origin}/bad-note` });
    await network.toldAt('/events/two', { StatusCallbackEvent: 'announcement-fail' });
    await participant.update({ endConferenceOnExit: true });
    await client.calls(a.callSid).update({ status: 'completed' });
    await network.toldAt('/events/two', {
      StatusCallbackEvent: 'conference-end',
      ReasonConferenceEnded: 'participant-with-end-conference-on-exit-left',
    });
    expect(events('two').slice(3)).toEqual([
      'participant-mute',
      'participant-unmute',
      'participant-hold',
      'participant-unhold',
      'participant-modify',
      'announcement-end',
      'announcement-fail',
      'participant-modify',
      'participant-leave',
      'participant-leave',
      'conference-end',
    ]);
  });

  it('end through the API, and their calls go on with their own TwiML', async () => {
    network.answers['/meet'] =
      `<Response><Dial action="/met"><Conference beep="false">three</Conference></Dial></Response>`;
    const call = await client.calls.create({
      from: FROM,
      to: MAGIC_NUMBERS.echo,
      url: `${network.origin}/meet`,
    });
    const other = await add('three', { startConferenceOnEnter: false });
    await joined('three', other.callSid);
    expect(await client.conferences(other.conferenceSid).participants.list()).toHaveLength(2);
    await client.conferences(other.conferenceSid).update({ status: 'completed' });
    expect(await network.toldAt('/met')).toMatchObject({ DialCallStatus: 'answered', CallSid: call.sid });
    expect(await client.conferences(other.conferenceSid).participants.list()).toEqual([]);
    await client.calls(call.sid).update({ status: 'completed' });
  });

  it('take over a bridged call whose dialled party is sent there', async () => {
    network.answers['/dialler'] = `<Response><Dial action="/to-room">${MAGIC_NUMBERS.echo}</Dial></Response>`;
    network.answers['/to-room'] =
      '<Response><Dial><Conference beep="false">upgraded</Conference></Dial></Response>';
    const url = `${network.origin}/dialler`;
    const parent = await client.calls.create({ from: FROM, to: MAGIC_NUMBERS.tone, url });
    const childOf = async (): Promise<string | undefined> =>
      (await client.calls.list({ parentCallSid: parent.sid, status: 'in-progress' }))[0]?.sid;
    await expect.poll(childOf, PATIENTLY).toBeDefined();
    const child = (await childOf()) ?? '';
    const twiml = '<Response><Dial><Conference beep="false">upgraded</Conference></Dial></Response>';
    await client.calls(child).update({ twiml });
    await network.toldAt('/to-room', { CallSid: parent.sid, DialCallSid: child });
    const inRoom = async (): Promise<string[]> => {
      const [room] = await client.conferences.list({ friendlyName: 'upgraded', status: 'in-progress' });
      const there = room ? await client.conferences(room.sid).participants.list() : [];
      return there.map(({ callSid }) => callSid).toSorted();
    };
    await expect.poll(inRoom, PATIENTLY).toEqual([parent.sid, child].toSorted());
    await client.calls(parent.sid).update({ status: 'completed' });
    await client.calls(child).update({ status: 'completed' });
  });

  it('let a dialled party go on when its caller has left, and dial somebody itself', async () => {
    network.answers['/first'] =
      `<Response><Dial action="/transferred">${MAGIC_NUMBERS.echo}</Dial></Response>`;
    network.answers['/transferred'] = '<Response><Hangup/></Response>';
    const url = `${network.origin}/first`;
    const parent = await client.calls.create({ from: FROM, to: MAGIC_NUMBERS.tone, url });
    const childOf = async (sid: string): Promise<string | undefined> =>
      (await client.calls.list({ parentCallSid: sid, status: 'in-progress' }))[0]?.sid;
    await expect.poll(() => childOf(parent.sid), PATIENTLY).toBeDefined();
    const child = (await childOf(parent.sid)) ?? '';
    const twiml = `<Response><Dial action="${network.origin}/back" timeout="1">${MAGIC_NUMBERS['no-answer']}</Dial></Response>`;
    await client.calls(child).update({ twiml });
    expect(await network.toldAt('/transferred')).toMatchObject({ DialCallSid: child, CallSid: parent.sid });
    await expect
      .poll(async () => (await client.calls(parent.sid).fetch()).status, PATIENTLY)
      .toBe('completed');
    expect(await network.toldAt('/back')).toMatchObject({
      CallSid: child,
      ParentCallSid: parent.sid,
      DialCallStatus: 'no-answer',
      CallStatus: 'in-progress',
    });
    await client.calls(child).update({ status: 'completed' });
  });

  it('ask for what those who wait or are on hold hear, and wait for no application', async () => {
    network.answers['/number'] =
      `<Response><Dial><Conference beep="false" waitUrl="/wait" waitMethod="GET">seven</Conference></Dial></Response>`;
    network.answers['/wait'] = NEVER;
    network.answers['/hold'] = NEVER;
    await client.calls.create({
      from: FROM,
      to: OWN_NUMBER,
      twiml: '<Response><Pause length="60"/></Response>',
    });
    const waiting = await network.toldAt('/wait');
    expect(waiting).toMatchObject({ FriendlyName: 'seven', ConferenceSid: expect.stringMatching(/^CF/) });
    expect(network.told.find(({ path }) => path === '/wait')?.method).toBe('GET');
    const { CallSid = '', ConferenceSid = '' } = waiting;
    const other = await add('seven');
    await joined('seven', other.callSid);
    expect((await client.conferences(ConferenceSid).fetch()).status).toBe('in-progress');
    const participant = client.conferences(ConferenceSid).participants(CallSid);
    await participant.update({ hold: true, holdUrl: `${network.origin}/hold`, holdMethod: 'GET' });
    expect(await network.toldAt('/hold')).toMatchObject({ CallSid, ConferenceSid });
    expect(network.told.find(({ path }) => path === '/hold')?.method).toBe('GET');
    expect(await participant.update({ hold: false })).toMatchObject({ hold: false });
    network.answers['/for-one'] = '<Response><Pause length="0"/></Response>';
    await participant.update({ announceUrl: `${network.origin}/for-one` });
    expect(await network.toldAt('/for-one')).toMatchObject({ CallSid });
    await network.toldAt('/events/seven', { StatusCallbackEvent: 'announcement-end', CallSid });
    await participant.update({ hold: true, holdUrl: `${network.origin}/hold` });
    for (const sid of [CallSid, other.callSid]) await client.calls(sid).update({ status: 'completed' });
    await network.toldAt('/events/seven', { StatusCallbackEvent: 'conference-end' });
  });

  it('are not entered beyond their size', async () => {
    const [a, b] = [await add('four'), await add('four')];
    await Promise.all([joined('four', a.callSid), joined('four', b.callSid)]);
    network.answers['/full'] =
      `<Response><Dial action="/was-full"><Conference maxParticipants="2">four</Conference></Dial></Response>`;
    await client.calls.create({ from: FROM, to: MAGIC_NUMBERS.echo, url: `${network.origin}/full` });
    expect(await network.toldAt('/was-full')).toMatchObject({ DialCallStatus: 'failed' });
    await client.conferences(a.conferenceSid).update({ status: 'completed' });
  });

  it('are over when the only one who was invited does not come', async () => {
    const busy = await add('five', {}, MAGIC_NUMBERS.busy);
    await expect
      .poll(async () => (await client.conferences(busy.conferenceSid).fetch()).status, PATIENTLY)
      .toBe('completed');
    const nobody = await add('six', {}, 'client:nobody');
    await expect
      .poll(async () => (await client.conferences(nobody.conferenceSid).fetch()).status, PATIENTLY)
      .toBe('completed');
    await expect(
      client.conferences('nobody').participants.create({ from: FROM, to: '' }),
    ).rejects.toMatchObject({ code: 21201 });
    const away = await add('seven', {}, MAGIC_NUMBERS['no-answer']);
    const ringing = client.conferences(away.conferenceSid).participants(away.callSid);
    await expect.poll(async () => (await ringing.fetch()).status, PATIENTLY).toBe('ringing');
    expect(await ringing.remove()).toBe(true);
    expect((await client.calls(away.callSid).fetch()).status).toBe('canceled');
    expect((await client.conferences(away.conferenceSid).fetch()).status).toBe('completed');
    await expect(add('100 %')).rejects.toMatchObject({ code: 20001 });
    await expect(client.conferences(`CF${'0'.repeat(32)}`).fetch()).rejects.toMatchObject({ code: 20404 });
  });

  it('end with the media host that is lost, and can be held again', async () => {
    const [a, b] = [await add('eight'), await add('eight')];
    await Promise.all([joined('eight', a.callSid), joined('eight', b.callSid)]);
    process.kill(network.mediaHostPid ?? 0, 'SIGKILL');
    await network.toldAt('/events/eight', { StatusCallbackEvent: 'conference-end' });
    expect(await client.calls.list({ status: 'in-progress' })).toEqual([]);
    const [c, d] = [await add('eight'), await add('eight')];
    await Promise.all([joined('eight', c.callSid), joined('eight', d.callSid)]);
    await client.conferences(c.conferenceSid).update({ status: 'completed' });
  });
});
