import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeToken, startSdkNetwork, type SdkNetwork } from '../support/sdk-network.js';
import { eventually } from '../support/eventually.js';

let network: SdkNetwork;

beforeAll(async () => {
  network = await startSdkNetwork();
});
afterAll(() => network.close());

describe('starting a device', () => {
  it('F1: registers with a good token', async () => {
    const alice = await network.phone('alice');
    await alice.register();
    await alice.happens('registered');
    const state = await alice.page.evaluate(() => ({
      state: window.device.state,
      identity: window.device.identity,
      edge: window.device.edge,
      home: window.device.home,
    }));
    expect(state).toEqual({ state: 'registered', identity: 'alice', edge: 'ashburn', home: 'us1' });
    expect(network.engine.stats().registeredDevices).toBe(1);
    await alice.page.evaluate(() => window.device.unregister());
    await alice.happens('unregistered');
    await eventually(() => expect(network.engine.stats().registeredDevices).toBe(0));
    await alice.close();
  });

  it('F1: takes the edge from the host name that the SDK connects to', async () => {
    const alice = await network.phone('alice', { deviceOptions: { edge: 'dublin' } });
    await alice.register();
    expect(await alice.page.evaluate(() => [window.device.edge, window.device.home])).toEqual([
      'dublin',
      'ie1',
    ]);
    await alice.close();
    await eventually(() => expect(network.engine.stats().registeredDevices).toBe(0));
  });

  it.each([
    ['F2: an unknown account', makeToken('alice', { accountSid: `AC${'9'.repeat(32)}` }), 31203],
    ['F3: a wrong secret', makeToken('alice', { secret: 'this-is-not-the-secret' }), 31202],
    ['an expired token', makeToken('alice', { ttlSeconds: -10 }), 20104],
  ])('never registers with %s and says why', async (_name, token, code) => {
    const alice = await network.phone('alice', {
      token,
      deviceOptions: { enableImprovedSignalingErrorPrecision: true },
    });
    const outcome = await alice.page.evaluate(() =>
      window.device.register().then(
        () => 'registered',
        () => 'rejected',
      ),
    );
    expect(outcome).toBe('rejected');
    expect(await alice.happens('device error')).toMatchObject({ code });
    expect(network.engine.stats().registeredDevices).toBe(0);
    await alice.close();
  });
});
