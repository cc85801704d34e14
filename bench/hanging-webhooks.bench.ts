/** What 200 webhooks that hang cost: the set-up time of other calls, with and without them in turns, and memory. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TEST_ACCOUNT } from '@offhook/testing';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { eventually } from '../e2e/support/eventually.js';
import { residentBytes } from '../e2e/support/process-resources.js';
import { RawDevice } from '../e2e/support/raw-device.js';
import { makeToken, startSdkNetwork, type SdkNetwork } from '../e2e/support/sdk-network.js';
import { median, timeCalls } from './time-calls.js';

const HANGING = 200;
const ROUNDS = 3;
const CALLS = 10;
const ECHO = '+15005550100';
const CALLS_OF_A_DEVICE = 20;
const CALL_IDS = Array.from({ length: CALLS_OF_A_DEVICE }, (_, index) => `TJ${index}`);

it('times calls beside webhooks that hang', { timeout: 120_000 }, async () => {
  const network = await startSdkNetwork();
  let asked = 0;
  const server = createServer(() => void (asked += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const alice = await network.phone('alice');
  await alice.register();
  const time = (): Promise<number[]> =>
    alice.page
      .evaluate(timeCalls, { to: ECHO, calls: CALLS })
      .then((times) => times.map(({ connectedMs }) => connectedMs));
  await time();
  const offer = await makeOffer(alice.page);
  const [alone, beside]: [number[], number[]] = [[], []];
  const grown: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    alone.push(...(await time()));
    const before = await residentBytes(process.pid);
    asked = 0;
    const hangUp = await hang(network, server, offer);
    await eventually(() => expect(asked).toBe(HANGING));
    grown.push((await residentBytes(process.pid)) - before);
    await setVoiceUrl(network, `${network.application.origin}/voice`);
    beside.push(...(await time()));
    await hangUp();
  }
  const [without, withThem] = [median(alone), median(beside)];
  process.stdout.write(
    `call to echo, connect() to media connected: ${without.toFixed(0)} ms alone, ${withThem.toFixed(0)} ms beside ` +
      `${HANGING} webhooks that hang, ratio ${(withThem / without).toFixed(2)} (medians of ${alone.length}); ` +
      `memory ${(median(grown) / 2 ** 20).toFixed(1)} MB\n`,
  );
  await network.close();
  server.closeAllConnections();
  server.close();
});

/** Devices place calls whose webhooks hang; the function that comes back ends them. */
async function hang(network: SdkNetwork, server: Server, offerSdp: string): Promise<() => Promise<void>> {
  await setVoiceUrl(network, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const devices: RawDevice[] = [];
  for (let opened = 0; opened < HANGING / CALLS_OF_A_DEVICE; opened += 1) {
    const device = await RawDevice.open(network.enginePort);
    await device.listen(makeToken(`slow_${opened}`));
    for (const callsid of CALL_IDS) device.send('invite', { callsid, sdp: offerSdp, twilio: {} });
    devices.push(device);
  }
  return async () => {
    for (const device of devices) for (const callsid of CALL_IDS) device.send('hangup', { callsid });
    await eventually(() => expect(network.engine.stats().calls).toBe(0));
    for (const device of devices) device.close();
  };
}

/** Where calls of devices ask for TwiML from now on. */
async function setVoiceUrl(network: SdkNetwork, url: string): Promise<void> {
  const { accountSid, authToken, appSid } = TEST_ACCOUNT;
  const path = `/2010-04-01/Accounts/${accountSid}/Applications/${appSid}.json`;
  const answer = await network.engine.http.request(path, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` },
    body: new URLSearchParams({ VoiceUrl: url }),
  });
  expect(answer.status).toBe(200);
}

/** An offer as a browser makes it; nothing ever connects to it. */
function makeOffer(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const peer = new RTCPeerConnection();
    peer.addTransceiver('audio');
    const { sdp } = await peer.createOffer();
    peer.close();
    return sdp ?? '';
  });
}
