/** F16 with a call that is over before the browser is back. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { startSdkNetwork, type SdkNetwork } from '../support/sdk-network.js';
import { talkingPair } from '../support/talking-pair.js';

let network: SdkNetwork;

beforeAll(async () => {
  network = await startSdkNetwork();
});
afterAll(() => network.close());

it('tells a device that was away that its call has ended', async () => {
  const [alice, bob] = await talkingPair(network, {
    maxCallSignalingTimeoutMs: 30_000,
    enableImprovedSignalingErrorPrecision: true,
  });
  network.signalingLink.down();
  await alice.happens('reconnecting');
  await alice.hangUp();
  network.signalingLink.restore();
  await bob.happens('disconnect', 45_000);
  await Promise.all([alice.expectReady(), bob.expectReady()]);
  await eventually(() => expect(network.engine.stats()).toMatchObject({ calls: 0, sdkLegs: 0 }));
});
