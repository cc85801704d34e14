/** Recordings as the official client sees them; what is recorded is a magic destination that says a tone. */
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAGIC_NUMBERS } from '../calls/magic-party.js';
import { toneLevelDbov } from '../testing/goertzel.js';
import { ACCOUNT, OWN_NUMBER, RestEngine } from '../testing/rest-engine.js';

const FROM = '+16175550100';
/** The media host may take its time to start. */
const PATIENTLY = { timeout: 15_000 };
/** What the magic destination says. */
const TONE_HZ = 440;
const TONE_DBOV = -16;

let network: RestEngine;
let client: ReturnType<RestEngine['client']>;

beforeAll(async () => {
  network = await RestEngine.start();
  client = network.client();
});
afterAll(() => network.close());

async function placeCall(path: string): Promise<string> {
  const url = `${network.origin}${path}`;
  const { sid } = await client.calls.create({ from: FROM, to: MAGIC_NUMBERS.tone, url });
  await network.toldAt(path, { CallSid: sid });
  return sid;
}

function callbackTo(path: string): { recordingStatusCallback: string } {
  return { recordingStatusCallback: `${network.origin}${path}` };
}

function download(sid: string, headers: Record<string, string> = {}): Promise<Response> {
  return network.request(`/2010-04-01/Accounts/${ACCOUNT}/Recordings/${sid}.wav`, { headers });
}

/** The channels of a recording. */
async function heard(sid: string): Promise<Int16Array[]> {
  const file = Buffer.from(await (await download(sid)).arrayBuffer());
  const channels = file.readUInt16LE(22);
  expect(file.readUInt32LE(40)).toBe(file.length - 44);
  const count = (file.length - 44) / (2 * channels);
  return Array.from({ length: channels }, (_, channel) =>
    Int16Array.from({ length: count }, (__, i) => file.readInt16LE(44 + 2 * (i * channels + channel))),
  );
}

describe('recordings of calls', () => {
  it('are begun, paused, ended, told of, heard, listed and removed', async () => {
    const call = await placeCall('/talk');
    const begun = await client.calls(call).recordings.create({
      ...callbackTo('/progress'),
      recordingStatusCallbackEvent: ['in-progress', 'completed'],
      recordingChannels: 'dual',
    });
    expect(begun).toMatchObject({ status: 'in-progress', channels: 2, source: 'StartCallRecordingAPI' });
    await expect(client.calls(call).recordings(begun.sid).fetch()).resolves.toMatchObject({ callSid: call });
    await sleep(1200);
    const current = client.calls(call).recordings('Twilio.CURRENT');
    expect(await current.update({ status: 'paused', pauseBehavior: 'skip' })).toMatchObject({
      status: 'paused',
    });
    expect(await current.update({ status: 'in-progress' })).toMatchObject({ status: 'in-progress' });
    expect((await download(begun.sid)).status).toBe(404);
    expect(await current.update({ status: 'stopped' })).toMatchObject({ status: 'completed' });
    expect(await network.toldAt('/progress', { RecordingStatus: 'completed' })).toMatchObject({
      CallSid: call,
      RecordingSid: begun.sid,
      RecordingChannels: '2',
      RecordingSource: 'StartCallRecordingAPI',
      RecordingUrl: `https://api.twilio.com/2010-04-01/Accounts/${ACCOUNT}/Recordings/${begun.sid}`,
    });
    const [said, other] = await heard(begun.sid);
    expect(toneLevelDbov(said?.subarray(400, 8000) ?? new Int16Array(), 8000, TONE_HZ)).toBeCloseTo(
      TONE_DBOV,
      0,
    );
    expect(Math.max(...(other ?? []))).toBe(0);
    expect((await client.recordings.list({ callSid: call })).map(({ sid }) => sid)).toEqual([begun.sid]);

    expect((await download(begun.sid, { range: 'bytes=0-3' })).status).toBe(206);
    const part = await download(begun.sid, { range: 'bytes=8-11' });
    expect(await part.text()).toBe('WAVE');
    expect(part.headers.get('content-range')).toMatch(/^bytes 8-11\/\d+$/);
    expect((await download(begun.sid, { range: 'bytes=999999999-' })).status).toBe(416);
    expect((await download(begun.sid, { authorization: 'Basic bm86bm8=' })).status).toBe(401);
    const mp3 = `/2010-04-01/Accounts/${ACCOUNT}/Recordings/${begun.sid}.mp3`;
    expect((await network.request(mp3)).status).toBe(501);

    expect(await client.recordings(begun.sid).remove()).toBe(true);
    await expect(client.recordings(begun.sid).fetch()).rejects.toMatchObject({ code: 20404 });
    expect((await download(begun.sid)).status).toBe(404);
    await client.calls(call).update({ status: 'completed' });
    await expect(client.calls(call).recordings.create()).rejects.toMatchObject({ code: 20404 });
  });

  it('begin with a call that is to be recorded, end with it, and outlive the engine', async () => {
    const { sid: call } = await client.calls.create({
      from: FROM,
      to: MAGIC_NUMBERS.tone,
      url: `${network.origin}/short`,
      record: true,
      recordingChannels: 'dual',
      ...callbackTo('/short-progress'),
    });
    await network.toldAt('/short');
    await sleep(600);
    await client.calls(call).update({ status: 'completed' });
    const told = await network.toldAt('/short-progress', { RecordingStatus: 'completed' });
    expect(told).toMatchObject({ RecordingSource: 'OutboundAPI', RecordingChannels: '2' });
    const sid = told['RecordingSid'] ?? '';
    await network.restart();
    expect(await client.recordings(sid).fetch()).toMatchObject({ status: 'completed', duration: '1' });
    expect((await heard(sid))[0]?.length).toBeGreaterThan(4000);
  });

  it('end with an engine that is stopped, like the conference that they are of, and are told of', async () => {
    const twiml = `<Response><Dial><Conference statusCallback="${network.origin}/stopped"
      statusCallbackEvent="start end" record="record-from-start" trim="do-not-trim" recordingStatusCallback="${network.origin}/stopped-recording">stopped</Conference></Dial></Response>`;
    for (const _ of ['first', 'second']) {
      await client.calls.create({ from: FROM, to: MAGIC_NUMBERS.tone, twiml });
    }
    const { ConferenceSid = '' } = await network.toldAt('/stopped', {
      StatusCallbackEvent: 'conference-start',
    });
    await expect
      .poll(() => client.conferences(ConferenceSid).recordings.list(), PATIENTLY)
      .toMatchObject([{ status: 'in-progress' }]);
    await sleep(700);
    await network.restart();
    await network.toldAt('/stopped', { StatusCallbackEvent: 'conference-end' });
    const { RecordingSid: sid = '' } = await network.toldAt('/stopped-recording', { ErrorCode: '0' });
    expect(await client.recordings(sid).fetch()).toMatchObject({ status: 'completed', errorCode: null });
    expect((await heard(sid))[0]?.length).toBeGreaterThan(4000);
    expect(await client.conferences.list()).toEqual([]);
  });

  it('are whole up to the last second when the media host is killed, and say that they are cut', async () => {
    const call = await placeCall('/killed');
    const { sid } = await client.calls(call).recordings.create(callbackTo('/cut'));
    const beganAt = performance.now();
    await sleep(2500);
    const lastedMs = performance.now() - beganAt;
    process.kill(network.mediaHostPid ?? 0, 'SIGKILL');
    const told = await network.toldAt('/cut', { RecordingStatus: 'completed' });
    expect(told).toMatchObject({ ErrorCode: '53405', RecordingSid: sid });
    expect(await client.recordings(sid).fetch()).toMatchObject({ status: 'completed', errorCode: 53405 });
    const [said] = await heard(sid);
    expect((said?.length ?? 0) / 8).toBeGreaterThan(lastedMs - 1000);
    expect(toneLevelDbov(said?.subarray(400) ?? new Int16Array(), 8000, TONE_HZ)).toBeCloseTo(TONE_DBOV, 0);
  });

  it('keep what is in the file when it can grow no more, and say that they are cut', async () => {
    const call = await placeCall('/grows');
    const { sid } = await client.calls(call).recordings.create(callbackTo('/no-more'));
    const maxBytes = 20_000;
    execFileSync('prlimit', [`--pid=${network.mediaHostPid}`, `--fsize=${maxBytes}:`]);
    const told = await network.toldAt('/no-more', { RecordingStatus: 'completed' });
    expect(told).toMatchObject({ ErrorCode: '16104', RecordingSid: sid, RecordingDuration: '1' });
    expect((await client.calls(call).fetch()).status).toBe('in-progress');
    const [said] = await heard(sid);
    // Half a second is written at a time.
    expect(said?.length).toBe(8000);
    expect(toneLevelDbov(said?.subarray(400) ?? new Int16Array(), 8000, TONE_HZ)).toBeCloseTo(TONE_DBOV, 0);
    execFileSync('prlimit', [`--pid=${network.mediaHostPid}`, '--fsize=unlimited:']);
    await client.calls(call).update({ status: 'completed' });
  });

  it('fail when there is no space for them, and the call goes on', async () => {
    const full = await RestEngine.start({ recordings: { maxMegabytes: 0 } });
    const url = `${full.origin}/full`;
    const { sid } = await full.client().calls.create({ from: FROM, to: MAGIC_NUMBERS.tone, url });
    await full.toldAt('/full');
    const failed = await full
      .client()
      .calls(sid)
      .recordings.create({
        recordingStatusCallback: `${full.origin}/failed`,
      });
    expect(failed).toMatchObject({ status: 'failed', errorCode: 16_104 });
    expect(await full.toldAt('/failed')).toMatchObject({ RecordingStatus: 'failed', CallSid: sid });
    expect((await full.client().calls(sid).fetch()).status).toBe('in-progress');
    await full.close();
  });

  it('are not kept longer than they are to be kept', async () => {
    expect((await client.recordings.list()).length).toBeGreaterThan(0);
    await network.restart({ recordings: { keepDays: 0 } });
    expect(await client.recordings.list()).toEqual([]);
  });
});

describe('recordings by TwiML', () => {
  it('Record takes what is said until it is long enough, and hands it to its action', async () => {
    network.answers['/voicemail'] =
      `<Response><Record maxLength="1" action="/taken" recordingStatusCallback="/stored"/></Response>`;
    const call = await placeCall('/voicemail');
    const taken = await network.toldAt('/taken');
    expect(taken).toMatchObject({ CallSid: call, RecordingDuration: '1' });
    const sid = taken['RecordingSid'] ?? '';
    expect(taken['RecordingUrl']).toMatch(new RegExp(`/Recordings/${sid}$`));
    await network.toldAt('/stored', { RecordingSid: sid, RecordingSource: 'RecordVerb' });
    const [said] = await heard(sid);
    expect(toneLevelDbov(said?.subarray(400, 7000) ?? new Int16Array(), 8000, TONE_HZ)).toBeCloseTo(
      TONE_DBOV,
      0,
    );
    await client.calls(call).update({ status: 'completed' });
  });

  it('Record goes on with the next verb when nothing is said, and tells of a caller who hung up', async () => {
    network.answers['/silent'] =
      '<Response><Record timeout="1" playBeep="false" action="/never"/><Redirect>/next</Redirect></Response>';
    await client.calls.create({ from: FROM, to: MAGIC_NUMBERS.echo, url: `${network.origin}/silent` });
    await network.toldAt('/next');
    network.answers['/left'] =
      '<Response><Record timeout="60" playBeep="false" action="/hung-up"/></Response>';
    const call = await placeCall('/left');
    await expect.poll(() => client.recordings.list({ callSid: call }), PATIENTLY).toHaveLength(1);
    await sleep(700);
    await client.calls(call).update({ status: 'completed' });
    expect(await network.toldAt('/hung-up')).toMatchObject({ Digits: 'hangup', CallStatus: 'completed' });
    expect(network.told.some(({ path }) => path === '/never')).toBe(false);
  });

  it('Record makes nothing of a caller who leaves during the beep', async () => {
    network.answers['/beep'] = '<Response><Record action="/after-the-beep"/></Response>';
    const call = await placeCall('/beep');
    await client.calls(call).update({ status: 'completed' });
    await network.restart();
    expect(await client.recordings.list({ callSid: call })).toEqual([]);
    expect(network.told.some(({ path }) => path === '/after-the-beep')).toBe(false);
  });

  it('a conference is recorded from its start to its end', async () => {
    const add = (to: string): ReturnType<ReturnType<typeof client.conferences>['participants']['create']> =>
      client.conferences('recorded').participants.create({
        from: FROM,
        to,
        beep: 'false',
        conferenceRecord: 'true',
        conferenceRecordingStatusCallback: `${network.origin}/room-recorded`,
      });
    const first = await add(MAGIC_NUMBERS.tone);
    await add(MAGIC_NUMBERS.tone);
    const conference = client.conferences(first.conferenceSid);
    await expect.poll(() => conference.recordings.list(), PATIENTLY).toHaveLength(1);
    await sleep(1200);
    await conference.update({ status: 'completed' });
    const told = await network.toldAt('/room-recorded', { RecordingStatus: 'completed' });
    expect(told).toMatchObject({ ConferenceSid: first.conferenceSid, RecordingSource: 'Conference' });
    const [said] = await heard(told['RecordingSid'] ?? '');
    expect(toneLevelDbov(said?.subarray(1600, 6400) ?? new Int16Array(), 8000, TONE_HZ)).toBeGreaterThan(-30);
  });

  it('a conference beeps for those who want it, when they come or when they go', async () => {
    const callIn = async (beep: string): Promise<string> => {
      const path = `/beep-${beep}`;
      network.answers['/number'] = `<Response><Redirect>${path}</Redirect></Response>`;
      network.answers[path] =
        `<Response><Dial><Conference waitUrl="" beep="${beep}" record="record-from-start" trim="do-not-trim"
          recordingStatusCallback="/beeped" recordingStatusCallbackEvent="in-progress completed"
          >beeping</Conference></Dial></Response>`;
      await client.calls.create({
        from: FROM,
        to: OWN_NUMBER,
        twiml: '<Response><Pause length="60"/></Response>',
      });
      return (await network.toldAt(path))['CallSid'] ?? '';
    };
    await callIn('false');
    const leaver = await callIn('onExit');
    const { ConferenceSid = '' } = await network.toldAt('/beeped', { RecordingStatus: 'in-progress' });
    await sleep(300);
    await callIn('onEnter');
    await sleep(600);
    await client.calls(leaver).update({ status: 'completed' });
    await sleep(600);
    await client.conferences(ConferenceSid).update({ status: 'completed' });
    const { RecordingSid = '' } = await network.toldAt('/beeped', { RecordingStatus: 'completed' });
    const [said = new Int16Array()] = await heard(RecordingSid);
    /** When a tone is heard, in steps of 100 ms. */
    const beepsAt = (hz: number): number[] =>
      Array.from({ length: Math.floor(said.length / 800) }, (_, i) => i).filter(
        (i) => toneLevelDbov(said.subarray(i * 800, (i + 1) * 800), 8000, hz) > -32,
      );
    const [entered, left] = [beepsAt(620), beepsAt(380)];
    expect(entered.length).toBeGreaterThan(0);
    expect(left.length).toBeGreaterThan(0);
    expect(Math.max(...entered)).toBeLessThan(Math.min(...left));
    expect(Math.min(...entered)).toBeGreaterThan(1);
  });
});
