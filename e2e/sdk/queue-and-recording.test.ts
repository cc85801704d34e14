import { longestGapMs, TEST_ACCOUNT, toneLevelDb } from '@offhook/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { restClient } from '../../packages/engine/src/testing/rest-client.js';
import { hear } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { expectHears } from '../support/expect-audio.js';
import { startSdkNetwork, type SdkNetwork } from '../support/sdk-network.js';
import type { SdkPhone } from '../support/sdk-phone.js';

let network: SdkNetwork;
let alice: SdkPhone;
let bob: SdkPhone;
let client: ReturnType<typeof restClient>;

const { accountSid, authToken } = TEST_ACCOUNT;
/** Longest silence at a change from a bridge to a conference. */
const MAX_GAP_MS = 300;

beforeAll(async () => {
  network = await startSdkNetwork();
  client = restClient((url, init) => network.engine.http.request(url, init), {
    accountSid,
    user: accountSid,
    password: authToken,
  });
  [alice, bob] = await Promise.all([network.phone('alice'), network.phone('bob')]);
  await Promise.all([alice.register(), bob.register()]);
});
afterAll(() => network.close());

/** The channels of the newest recording, once it is complete. */
async function newestRecording(): Promise<Float32Array[]> {
  const sid = await eventually(async () => {
    const [newest] = await client.recordings.list();
    expect(newest?.status).toBe('completed');
    return newest?.sid ?? '';
  });
  const response = await network.engine.http.request(
    `http://engine.test/2010-04-01/Accounts/${accountSid}/Recordings/${sid}.wav`,
    { headers: { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}` } },
  );
  const file = Buffer.from(await response.arrayBuffer());
  const channels = file.readUInt16LE(22);
  const count = (file.length - 44) / (2 * channels);
  return Array.from({ length: channels }, (_, channel) =>
    Float32Array.from(
      { length: count },
      (__, i) => file.readInt16LE(44 + 2 * (i * channels + channel)) / 32_768,
    ),
  );
}

/** Median level of a tone over 100 ms, in the middle of a channel: a busy machine delays packets. */
function levelOf(samples: Float32Array | undefined, frequencyHz: number): number {
  const middle = Math.floor((samples?.length ?? 0) / 2);
  const levels = Array.from({ length: 9 }, (_, i) => {
    const start = middle + (i - 5) * 800;
    const part = samples?.subarray(start, start + 800) ?? new Float32Array();
    return toneLevelDb({ samples: part, sampleRateHz: 8000 }, frequencyHz);
  });
  return levels.sort((x, y) => x - y)[4] ?? Number.NEGATIVE_INFINITY;
}

it('a caller waits with music until an agent takes it, is recorded, and goes on to a conference with the agent', async () => {
  network.application.onVoice = (form, response) => {
    if (form['To'] === 'wait') response.enqueue({}, 'support');
    else response.dial({ action: '/dial-done' }).queue('support');
  };
  network.application.onDialDone = (_form, response) => {
    response.dial().conference({ beep: 'false', endConferenceOnExit: true }, 'taken');
  };
  /** Alice waits, and Bob takes her; her call. */
  const meet = async (): Promise<string> => {
    await alice.connect({ To: 'wait' });
    await eventually(async () => {
      const { samples } = await hear(alice.page, 500);
      expect(Math.max(...samples)).toBeGreaterThan(0.03);
    });
    await bob.connect({ To: 'take' });
    await Promise.all([expectHears(alice.page, bob.tone), expectHears(bob.page, alice.tone)]);
    return (await client.calls.list({ status: 'in-progress', from: 'client:alice' }))[0]?.sid ?? '';
  };
  let queued = await meet();
  const { sid } = await client.calls(queued).recordings.create({ recordingChannels: 'dual' });
  await hear(alice.page, 1500);
  await client.calls(queued).recordings(sid).update({ status: 'stopped' });
  const [said, heard] = await newestRecording();
  expect(Math.abs(levelOf(said, alice.tone.frequencyHz) - alice.tone.levelDb)).toBeLessThan(3);
  expect(Math.abs(levelOf(heard, bob.tone.frequencyHz) - bob.tone.levelDb)).toBeLessThan(3);
  expect(levelOf(said, bob.tone.frequencyHz)).toBeLessThan(bob.tone.levelDb - 25);
  expect(levelOf(heard, alice.tone.frequencyHz)).toBeLessThan(alice.tone.levelDb - 25);

  const ears = [hear(alice.page, 3000), hear(bob.page, 3000)] as const;
  const twiml = '<Response><Dial><Conference beep="false">taken</Conference></Dial></Response>';
  await client.calls(queued).update({ twiml });
  const [atAlice, atBob] = await Promise.all(ears);
  const gaps = [longestGapMs(atAlice, bob.tone.frequencyHz), longestGapMs(atBob, alice.tone.frequencyHz)];
  expect(Math.max(...gaps), `gaps of ${gaps.join(' and ')} ms`).toBeLessThan(MAX_GAP_MS);
  await bob.hangUp();
  await alice.happens('disconnect');
  await Promise.all([alice.expectReady(), bob.expectReady()]);
});

it('Dial records both parties, and Record takes a message until a key is pressed', async () => {
  await Promise.all([alice.clearDiary(), bob.clearDiary()]);
  let dialled: string | undefined;
  network.application.onDialDone = (form, response) => {
    dialled = form['RecordingUrl'];
    response.record({ action: '/number', finishOnKey: '#', playBeep: true });
  };
  let taken: Record<string, string> = {};
  network.application.onNumber = (form, response) => {
    taken = form;
    response.hangup();
  };
  network.application.onVoice = (_form, response) => {
    response.dial({ record: 'record-from-answer-dual', action: '/dial-done' }).client('bob');
  };
  await alice.connect({});
  await bob.happens('incoming');
  await bob.accept();
  await Promise.all([expectHears(alice.page, bob.tone), expectHears(bob.page, alice.tone)]);
  await bob.hangUp();
  await eventually(() => expect(dialled).toMatch(/\/Recordings\/RE[0-9a-f]{32}$/));
  const [said, heard] = await newestRecording();
  expect(Math.abs(levelOf(said, alice.tone.frequencyHz) - alice.tone.levelDb)).toBeLessThan(3);
  expect(Math.abs(levelOf(heard, bob.tone.frequencyHz) - bob.tone.levelDb)).toBeLessThan(3);

  await eventually(async () => {
    expect((await client.recordings.list({})).some(({ source }) => source === 'RecordVerb')).toBe(true);
  });
  await hear(alice.page, 1200);
  await alice.page.evaluate(() => window.call?.sendDigits('#'));
  await alice.happens('disconnect');
  expect(taken).toMatchObject({ Digits: '#' });
  const [message] = await newestRecording();
  expect(Math.abs(levelOf(message, alice.tone.frequencyHz) - alice.tone.levelDb)).toBeLessThan(3);
});
