import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, it } from 'vitest';
import { expectHears } from '../support/expect-audio.js';
import { startSdkNetwork, type SdkNetwork } from '../support/sdk-network.js';

let network: SdkNetwork;

beforeAll(async () => {
  network = await startSdkNetwork();
});
afterAll(() => network.close());

it('connects a call that has rung for longer than a media connection may take', async () => {
  network.application.onVoice = (_form, response) => {
    response.dial({ answerOnBridge: true, timeout: 60 }).client('bob');
  };
  const [alice, bob] = await Promise.all([network.phone('alice'), network.phone('bob')]);
  await bob.register();
  await alice.connect({});
  await bob.happens('incoming');
  // Nothing announces that 30 s have passed; the time itself is what is tested.
  await sleep(33_000);
  await bob.accept();
  await Promise.all([expectHears(alice.page, bob.tone), expectHears(bob.page, alice.tone)]);
  await alice.hangUp();
  await Promise.all([alice.expectReady(), bob.expectReady()]);
});
