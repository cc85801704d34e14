import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ACCOUNT, accessToken, startSignalingNetwork } from '../testing/signaling-network.js';
import type { HandDevice, SignalingNetwork } from '../testing/signaling-network.js';

/** An invite of 16 KB, the largest SDP that there is. */
const LONG_OFFER = `v=0\r\n${'a='.padEnd(16_000, 'x')}`;
/** More than the sockets of both sides hold, and 1 MB. */
const MAX_CALLS = 4000;

let network: SignalingNetwork;
beforeEach(async () => {
  network = await startSignalingNetwork();
  network.media.createOffer = () => Promise.resolve({ offerSdp: LONG_OFFER });
});
afterEach(() => network.close());

async function registered(identity: string): Promise<HandDevice> {
  const device = await network.device();
  expect(await device.listen(accessToken({ identity }))).toBe('connected');
  device.send('register', { media: { audio: true } });
  await device.next('ready');
  return device;
}

function ring(identity: string, count: number): boolean {
  const party = network.server.callClient(identity, {
    accountSid: ACCOUNT,
    callSid: `CA${count}`,
    from: '+16175550123',
    to: `client:${identity}`,
    codec: 'pcmu',
    parameters: [],
  });
  party?.start();
  return party !== undefined;
}

it('ends a device that never reads once more than a megabyte waits for it, and serves the others', async () => {
  const slow = await registered('slow');
  slow.socket.pause();
  const closed = once(slow.socket, 'close');
  let calls = 0;
  while (calls < MAX_CALLS && ring('slow', calls)) {
    calls += 1;
    await turn();
    if (calls === 100) await registered('honest');
  }
  expect(calls).toBeGreaterThan(100);
  expect(calls).toBeLessThan(MAX_CALLS);
  expect(network.server.liveLegs).toBe(0);
  expect(network.server.openSockets).toBe(1);
  slow.socket.resume();
  await closed;
});

it('lets a device that reads have as much', async () => {
  const reader = await registered('reader');
  for (let count = 0; count < 500; count += 1) {
    expect(ring('reader', count)).toBe(true);
    await reader.next('invite');
  }
});
