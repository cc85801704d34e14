import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { accessToken, startSignalingNetwork } from '../testing/signaling-network.js';
import type { HandDevice, SignalingNetwork } from '../testing/signaling-network.js';

let network: SignalingNetwork;
beforeEach(async () => {
  network = await startSignalingNetwork();
});
afterEach(() => network.close());

async function registered(identity: string): Promise<HandDevice> {
  const device = await network.device();
  expect(await device.listen(accessToken({ identity }))).toBe('connected');
  device.send('register', { media: { audio: true } });
  await device.next('ready');
  return device;
}

describe('a signaling server that drains', () => {
  it('sends devices without a call away and keeps those in a call, who may lose and claim it meanwhile', async () => {
    const token = accessToken({ identity: 'busy' });
    const busy = await network.device();
    expect(await busy.listen(token)).toBe('connected');
    const { callSid, reconnect } = await busy.call();
    const idle = await registered('idle');
    network.server.drain();
    await idle.closed;
    expect(network.server.registeredDevices).toBe(0);

    await busy.vanish();
    await vi.waitFor(() => expect(network.server.openSockets).toBe(0));
    const again = await network.device();
    expect(await again.listen(token)).toBe('connected');
    again.send('invite', { callsid: callSid, reconnect, sdp: 'v=0', twilio: {} });
    await again.next('answer');
    again.send('hangup', { callsid: callSid });
    await vi.waitFor(() => expect(network.server.liveLegs).toBe(0));
    // Now it has none either, and goes with the next heartbeat.
    await again.closed;
  });
});
