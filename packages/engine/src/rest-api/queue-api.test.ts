/** Queues as the official client sees them. Callers come in on a number of the engine's own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAGIC_NUMBERS } from '../calls/magic-party.js';
import { OWN_NUMBER, RestEngine } from '../testing/rest-engine.js';

const FROM = '+16175550100';
/** The media host may take its time to start. */
const PATIENTLY = { timeout: 15_000 };

let network: RestEngine;
let client: ReturnType<RestEngine['client']>;

beforeAll(async () => {
  network = await RestEngine.start();
  client = network.client();
});
afterAll(() => network.close());

/** A call whose TwiML is this. */
async function call(twiml: string): Promise<string> {
  const { sid } = await client.calls.create({
    from: FROM,
    to: MAGIC_NUMBERS.echo,
    twiml: `<Response>${twiml.replaceAll('"/', `"${network.origin}/`)}</Response>`,
  });
  return sid;
}

function enqueue(name: string): Promise<string> {
  return call(`<Enqueue action="/${name}-done">${name}</Enqueue>`);
}

async function queueOf(name: string, size: number): Promise<string> {
  let sid = '';
  await expect
    .poll(async () => {
      const found = (await client.queues.list()).find(({ friendlyName }) => friendlyName === name);
      sid = found?.sid ?? '';
      return found?.currentSize;
    }, PATIENTLY)
    .toBe(size);
  return sid;
}

describe('queues', () => {
  it('are served first in first out, and both sides hear how it went', async () => {
    const first = await enqueue('support');
    await queueOf('support', 1);
    const second = await enqueue('support');
    const queueSid = await queueOf('support', 2);
    const members = client.queues(queueSid).members;
    expect((await members.list()).map(({ callSid, position }) => [callSid, position])).toEqual([
      [first, 1],
      [second, 2],
    ]);
    expect(await members('Front').fetch()).toMatchObject({ callSid: first, queueSid, position: 1 });

    network.answers['/hello'] = '<Response><Pause length="0"/></Response>';
    const agent = await call(
      '<Dial action="/agent-done" timeLimit="1" record="true" recordingStatusCallback="/recorded"><Queue url="/hello">support</Queue></Dial>',
    );
    expect(await network.toldAt('/hello')).toMatchObject({
      CallSid: first,
      QueueSid: queueSid,
      QueueTime: '0',
      DequeingCallSid: agent,
    });
    await queueOf('support', 1);
    expect((await members('Front').fetch()).callSid).toBe(second);
    expect(await network.toldAt('/support-done')).toMatchObject({
      CallSid: first,
      QueueResult: 'bridged',
      QueueSid: queueSid,
    });
    expect(await network.toldAt('/agent-done')).toMatchObject({
      CallSid: agent,
      DialCallSid: first,
      DialCallStatus: 'completed',
      DialCallDuration: '1',
      DialBridged: 'true',
      RecordingUrl: expect.stringContaining('/Recordings/RE'),
    });
    expect(await network.toldAt('/recorded')).toMatchObject({ CallSid: agent, RecordingSource: 'DialVerb' });
    await client.calls(second).update({ status: 'completed' });
    const hungUp = await network.toldAt('/support-done', { CallSid: second });
    expect(hungUp).toMatchObject({ QueueResult: 'hangup' });
    await queueOf('support', 0);
    expect(await client.queues(queueSid).remove()).toBe(true);
  });

  it('hold as many as they may, and are not removed while somebody waits', async () => {
    const made = await client.queues.create({ friendlyName: 'small', maxSize: 1 });
    expect(made).toMatchObject({ friendlyName: 'small', maxSize: 1, currentSize: 0, averageWaitTime: 0 });
    await expect(client.queues.create({ friendlyName: 'small' })).rejects.toMatchObject({ code: 22_003 });
    const waiting = await enqueue('small');
    await queueOf('small', 1);
    const turnedAway = await enqueue('small');
    expect(await network.toldAt('/small-done', { CallSid: turnedAway })).toMatchObject({
      QueueResult: 'queue-full',
    });
    await expect(client.queues(made.sid).remove()).rejects.toMatchObject({ code: 22_202, status: 409 });
    expect(await client.queues(made.sid).update({ friendlyName: 'large', maxSize: 9 })).toMatchObject({
      friendlyName: 'large',
      maxSize: 9,
    });
    const out = await client
      .queues(made.sid)
      .members('Front')
      .update({ url: `${network.origin}/out` });
    expect(out.callSid).toBe(waiting);
    expect(await network.toldAt('/out')).toMatchObject({ CallSid: waiting });
    const dequeued = await network.toldAt('/small-done', { CallSid: waiting });
    expect(dequeued).toMatchObject({ QueueResult: 'redirected' });
    await queueOf('large', 0);
    await expect(client.queues(made.sid).members('Front').fetch()).rejects.toMatchObject({ code: 20_404 });
    await client.calls(waiting).update({ status: 'completed' });
  });

  it('outlive the engine, without whoever waited', async () => {
    const engine = await RestEngine.start();
    const { queues, calls } = engine.client();
    const made = await queues.create({ friendlyName: 'first', maxSize: 3 });
    await queues(made.sid).update({ friendlyName: 'kept' });
    const gone = await queues.create({ friendlyName: 'gone' });
    await queues(gone.sid).remove();
    const twiml = `<Response><Enqueue action="${engine.origin}/kept-done">kept</Enqueue></Response>`;
    const { sid: waiting } = await calls.create({ from: FROM, to: MAGIC_NUMBERS.echo, twiml });
    await expect.poll(() => queues(made.sid).members.list(), PATIENTLY).toHaveLength(1);
    await engine.restart();
    expect(await engine.toldAt('/kept-done', { CallSid: waiting })).toMatchObject({ QueueResult: 'hangup' });
    expect(await engine.client().queues.list()).toMatchObject([
      { sid: made.sid, friendlyName: 'kept', maxSize: 3, currentSize: 0, dateCreated: made.dateCreated },
    ]);
    await engine.close();
  });

  it('let an agent wait for a caller, for as long as it is told', async () => {
    await client.queues.create({ friendlyName: 'quiet' });
    await call('<Dial action="/nobody" timeout="1"><Queue>quiet</Queue></Dial>');
    expect(await network.toldAt('/nobody')).toMatchObject({ DialCallStatus: 'no-answer' });
    await call('<Dial action="/no-queue"><Queue>there is none</Queue></Dial>');
    expect(await network.toldAt('/no-queue')).toMatchObject({ DialCallStatus: 'failed' });
    await call('<Dial action="/served" timeout="30"><Queue url="/taken">quiet</Queue></Dial>');
    const caller = await enqueue('quiet');
    await network.toldAt('/taken', { CallSid: caller });
    // It leaves while it still listens.
    await client.calls(caller).update({ status: 'completed' });
    expect(await network.toldAt('/served')).toMatchObject({
      DialCallSid: caller,
      DialCallStatus: 'no-answer',
      DialBridged: 'false',
    });
    const left = await network.toldAt('/quiet-done', { CallSid: caller });
    expect(left).toMatchObject({ QueueResult: 'bridging-in-process' });
  });

  it('tell those who wait where they stand, until they leave', async () => {
    network.answers['/number'] =
      '<Response><Enqueue waitUrl="/wait" waitUrlMethod="GET" action="/line-done">line</Enqueue></Response>';
    network.answers['/wait'] = '<Response><Pause length="0"/></Response>';
    const callIn = (): Promise<unknown> =>
      client.calls.create({ from: FROM, to: OWN_NUMBER, twiml: '<Response><Pause length="60"/></Response>' });
    await callIn();
    const first = await network.toldAt('/wait', { QueuePosition: '1', CurrentQueueSize: '1' });
    expect(first).toMatchObject({ QueueTime: '0', AvgQueueTime: '0', MaxQueueSize: '1000' });
    expect(network.told.find(({ path }) => path === '/wait')?.method).toBe('GET');
    await callIn();
    const second = await network.toldAt('/wait', { QueuePosition: '2', CurrentQueueSize: '2' });
    await client.calls(first['CallSid'] ?? '').update({ status: 'completed' });
    const { CallSid = '' } = second;
    await network.toldAt('/wait', { CallSid, QueuePosition: '1', CurrentQueueSize: '1' });
    network.answers['/wait'] = '<Response><Leave/></Response>';
    const left = await network.toldAt('/line-done', { CallSid });
    expect(left).toMatchObject({ QueueResult: 'leave', QueueSid: second['QueueSid'] });
    await client.calls(CallSid).update({ status: 'completed' });
  });

  it('let a caller who has been taken go on to a conference with whoever took it', async () => {
    const conference = '<Dial><Conference beep="false">from the queue</Conference></Dial>';
    network.answers['/talked'] = `<Response>${conference}</Response>`;
    const caller = await enqueue('busy');
    await queueOf('busy', 1);
    const agent = await call('<Dial action="/talked"><Queue>busy</Queue></Dial>');
    await queueOf('busy', 0);
    // The media gateway does one thing after the other: once it records, the two hear each other.
    await client.calls(agent).recordings.create();
    await client.calls(caller).update({ twiml: `<Response>${conference}</Response>` });
    expect(await network.toldAt('/talked')).toMatchObject({ CallSid: agent, DialCallStatus: 'completed' });
    const told = await network.toldAt('/busy-done', { CallSid: caller });
    expect(told).toMatchObject({ QueueResult: 'redirected-from-bridged', CallStatus: 'in-progress' });
    const inRoom = async (): Promise<string[]> => {
      const [room] = await client.conferences.list({ friendlyName: 'from the queue', status: 'in-progress' });
      const there = room ? await client.conferences(room.sid).participants.list() : [];
      return there.map(({ callSid }) => callSid).toSorted();
    };
    await expect.poll(inRoom, PATIENTLY).toEqual([agent, caller].toSorted());
    for (const sid of [agent, caller]) await client.calls(sid).update({ status: 'completed' });
  });
});
