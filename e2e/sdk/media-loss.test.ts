import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectHears } from '../support/expect-audio.js';
import { startSdkNetwork, type SdkNetwork } from '../support/sdk-network.js';
import { talkingPair } from '../support/talking-pair.js';
import { ENGINE_ADDRESS, LINK_ADDRESS, UdpLink } from '../support/udp-link.js';

const PORTS = { begin: 46_100, end: 46_115 };
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

describe('F17: the media path is lost in mid-call', () => {
  it('comes back on both sides after ten seconds of silence', async () => {
    const [alice, bob] = await talkingPair(network);

    link.swallow(true);
    // The length of the loss is what is tested.
    await sleep(10_000);
    await Promise.all([alice.happens('reconnecting'), bob.happens('reconnecting')]);
    link.swallow(false);
    await Promise.all([alice.happens('reconnected', 30_000), bob.happens('reconnected', 30_000)]);
    await Promise.all([expectHears(alice.page, bob.tone), expectHears(bob.page, alice.tone)]);
    expect(await alice.status()).toBe('open');

    await bob.hangUp();
    await Promise.all([alice.expectReady(), bob.expectReady()]);
    await Promise.all([alice.close(), bob.close()]);
  });

  it('comes back on a new path when the old one is dead for good', async () => {
    const [alice, bob] = await talkingPair(network);

    link.breakFlows();
    await Promise.all([alice.happens('reconnecting', 30_000), bob.happens('reconnecting', 30_000)]);
    await Promise.all([alice.happens('reconnected', 30_000), bob.happens('reconnected', 30_000)]);
    await Promise.all([expectHears(alice.page, bob.tone), expectHears(bob.page, alice.tone)]);

    await alice.hangUp();
    await Promise.all([alice.expectReady(), bob.expectReady()]);
    await Promise.all([alice.close(), bob.close()]);
  });
});
