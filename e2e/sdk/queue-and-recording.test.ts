import { TEST_ACCOUNT, toneLevelDb } from '@offhook/testing';
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

/** Level of a tone in the middle of a channel. */
function levelOf(samples: Float32Array | undefined, frequencyHz: number): number {
  const middle = Math.floor((samples?.length ?? 0) / 2);
  const part = samples?.subarray(middle - 2000, middle + 2000) ?? new Float32Array();
  return toneLevelDb({ samples: part, sampleRateHz: 8000 }, frequencyHz);
}

it('a caller waits with music until an agent takes it, and what they say is recorded on two channels', async () => {
  network.application.onVoice = (form, response) => {
    if (form['To'] === 'wait') response.enqueue({}, 'support');
    else response.dial().queue('support');
  };
  await alice.connect({ To: 'wait' });
  await eventually(async () => {
    const { samples } = await hear(alice.page, 500);
    expect(Math.max(...samples)).toBeGreaterThan(0.03);
  });
  await bob.connect({ To: 'take' });
  await Promise.all([expectHears(alice.page, bob.tone), expectHears(bob.page, alice.tone)]);

  const [queued] = await client.calls.list({ status: 'in-progress', from: 'client:alice' });
  const { sid } = await client.calls(queued?.sid ?? '').recordings.create({ recordingChannels: 'dual' });
  await hear(alice.page, 1500);
  await client
    .calls(queued?.sid ?? '')
    .recordings(sid)
    .update({ status: 'stopped' });
  const [said, heard] = await newestRecording();
  expect(Math.abs(levelOf(said, alice.tone.frequencyHz) - alice.tone.levelDb)).toBeLessThan(3);
  expect(Math.abs(levelOf(heard, bob.tone.frequencyHz) - bob.tone.levelDb)).toBeLessThan(3);
  expect(levelOf(said, bob.tone.frequencyHz)).toBeLessThan(bob.tone.levelDb - 25);
  expect(levelOf(heard, alice.tone.frequencyHz)).toBeLessThan(alice.tone.levelDb - 25);
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
