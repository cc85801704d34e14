import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectHears } from '../support/expect-audio.js';
import { startLinkedNetwork, type LinkedNetwork } from '../support/linked-network.js';
import { talkingPair } from '../support/talking-pair.js';

let linked: LinkedNetwork;

beforeAll(async () => {
  linked = await startLinkedNetwork({ begin: 46_100, end: 46_115 });
});
afterAll(() => linked.close());

describe('F17: the media path is lost in mid-call', () => {
  it('comes back on both sides after ten seconds of silence', async () => {
    const [alice, bob] = await talkingPair(linked.network);

    linked.link.swallow(true);
    // The length of the loss is what is tested.
    await sleep(10_000);
    await Promise.all([alice.happens('reconnecting'), bob.happens('reconnecting')]);
    linked.link.swallow(false);
    await Promise.all([alice.happens('reconnected'), bob.happens('reconnected')]);
    await Promise.all([expectHears(alice.page, bob.tone), expectHears(bob.page, alice.tone)]);
    expect(await alice.status()).toBe('open');

    await bob.hangUp();
    await Promise.all([alice.expectReady(), bob.expectReady()]);
    await Promise.all([alice.close(), bob.close()]);
  });

  it('comes back on a new path when the old one is dead for good', async () => {
    const [alice, bob] = await talkingPair(linked.network);

    linked.link.breakFlows();
    await Promise.all([alice.happens('reconnecting'), bob.happens('reconnecting')]);
    await Promise.all([alice.happens('reconnected'), bob.happens('reconnected')]);
    await Promise.all([expectHears(alice.page, bob.tone), expectHears(bob.page, alice.tone)]);

    await alice.hangUp();
    await Promise.all([alice.expectReady(), bob.expectReady()]);
    await Promise.all([alice.close(), bob.close()]);
  });
});
