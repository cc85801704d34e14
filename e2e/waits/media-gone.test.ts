/** F17 with a media path that never comes back. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { startSdkNetwork, type SdkNetwork } from '../support/sdk-network.js';
import { talkingPair } from '../support/talking-pair.js';
import { ENGINE_ADDRESS, LINK_ADDRESS, UdpLink } from '../support/udp-link.js';

const PORTS = { begin: 46_200, end: 46_207 };
let network: SdkNetwork;
let link: UdpLink;

beforeAll(async () => {
  link = await UdpLink.open(PORTS);
  network = await startSdkNetwork({
    media: { address: LINK_ADDRESS, bindAddress: ENGINE_ADDRESS, ports: PORTS },
  });
});
afterAll(async () => {
  await network.close();
  await link.close();
});

it('ends the call on both sides, with the reason', async () => {
  const [alice, bob] = await talkingPair(network);
  const callSid = await alice.callSid();
  link.swallow(true);
  await Promise.all([alice.happens('disconnect', 60_000), bob.happens('disconnect', 60_000)]);
  link.swallow(false);
  await Promise.all([alice.expectReady(), bob.expectReady()]);
  await eventually(() => {
    // Whose side gives up first is a matter of milliseconds; its call is the one that failed.
    const forms = network.application.statusForms.filter((form) =>
      [form['CallSid'], form['ParentCallSid']].includes(callSid),
    );
    expect(forms).toContainEqual(expect.objectContaining({ CallStatus: 'failed', ErrorCode: '53405' }));
    expect(forms.find((form) => form['CallSid'] === callSid)).toBeDefined();
  });
  expect(network.engine.stats()).toMatchObject({ calls: 0, sdkLegs: 0 });
});
