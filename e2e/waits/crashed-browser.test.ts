/** F16 with a browser that never comes back. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { startSdkNetwork, type SdkNetwork } from '../support/sdk-network.js';
import { talkingPair } from '../support/talking-pair.js';

let network: SdkNetwork;

beforeAll(async () => {
  network = await startSdkNetwork();
});
afterAll(() => network.close());

it('ends on both sides when one does not come back within 30 s', async () => {
  const [alice, bob] = await talkingPair(network);
  await alice.crash();
  await bob.happens('disconnect', 45_000);
  await bob.expectReady();
  await eventually(() => expect(network.engine.stats()).toMatchObject({ calls: 0, sdkLegs: 0 }));
});
