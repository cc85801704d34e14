/** Queues as the official client sees them. Callers come in on a number of the engine's own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAGIC_NUMBERS } from '../calls/magic-party.js';
import { RestEngine } from '../testing/rest-engine.js';

const FROM = '+16175550100';

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
    })
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
    const agent = await call('<Dial action="/agent-done"><Queue url="/hello">support</Queue></Dial>');
    expect(await network.toldAt('/hello')).toMatchObject({ CallSid: first, QueueSid: queueSid });
    await queueOf('support', 1);
    expect((await members('Front').fetch()).callSid).toBe(second);
    await client.calls(agent).update({ status: 'completed' });
    expect(await network.toldAt('/support-done')).toMatchObject({
      CallSid: first,
      QueueResult: expect.stringMatching(/^bridg/),
      QueueSid: queueSid,
    });
    expect(await network.toldAt('/agent-done')).toMatchObject({
      CallSid: agent,
      DialCallSid: first,
      DialCallStatus: 'completed',
      DialBridged: 'true',
    });
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
    await queueOf('large', 0);
    await expect(client.queues(made.sid).members('Front').fetch()).rejects.toMatchObject({ code: 20_404 });
    await client.calls(waiting).update({ status: 'completed' });
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
    expect(await network.toldAt('/served')).toMatchObject({ DialCallSid: caller });
  });
});
