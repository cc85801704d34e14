/** Each flow is visible at the event gateway, in the SDK's order. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { expectHears } from '../support/expect-audio.js';
import { startSdkNetwork, type SdkNetwork } from '../support/sdk-network.js';
import type { SdkPhone } from '../support/sdk-phone.js';

let network: SdkNetwork;
let alice: SdkPhone;
let bob: SdkPhone;

beforeAll(async () => {
  network = await startSdkNetwork();
});
afterAll(() => network.close());
beforeEach(async () => {
  [alice, bob] = await Promise.all([network.phone('alice'), network.phone('bob')]);
  await Promise.all([alice.register(), bob.register()]);
});
afterEach(() => Promise.all([alice.close(), bob.close()]));

/** Waits until these events of a call have arrived, in this order, others in between. */
async function expectEvents(callSid: string, expected: readonly string[]): Promise<void> {
  await eventually(() => {
    const names = network.engine.insights.eventsOf(callSid).map((event) => `${event.group}/${event.name}`);
    let at = -1;
    for (const name of expected) {
      at = names.indexOf(name, at + 1);
      expect(at, `${name} in its place among\n${names.join('\n')}`).toBeGreaterThanOrEqual(0);
    }
  });
}

describe('the event gateway', () => {
  it('keeps both sides of a call that is answered, with its metrics', async () => {
    await alice.connect({ To: 'client:bob' });
    await bob.happens('incoming');
    await bob.accept();
    await expectHears(bob.page, alice.tone);
    const [outgoingSid, incomingSid] = [await alice.callSid(), await bob.callSid()];
    await expectEvents(outgoingSid, [
      'connection/outgoing',
      'get-user-media/succeeded',
      'connection/outgoing-ringing',
      'connection/accepted-by-remote',
      'pc-connection-state/connected',
    ]);
    // ICE may be through before or after the answer has been applied.
    await expectEvents(outgoingSid, ['ice-connection-state/checking', 'ice-connection-state/connected']);
    const metrics = await eventually(() => {
      const batches = network.engine.insights
        .eventsOf(outgoingSid)
        .filter((event) => event.group === 'quality-metrics-samples');
      const samples = batches.flatMap(
        (batch) => batch.payload as { mos: number | null; rtt: number | null }[],
      );
      expect(samples.some((sample) => (sample.mos ?? 0) > 4)).toBe(true);
      return samples;
    });
    expect(metrics.some((sample) => typeof sample.rtt === 'number')).toBe(true);
    await alice.hangUp();
    await expectEvents(outgoingSid, ['connection/accepted-by-remote', 'connection/disconnected-by-local']);
    await expectEvents(incomingSid, [
      'connection/incoming',
      'connection/accepted-by-local',
      'pc-connection-state/connected',
      'connection/disconnected-by-remote',
    ]);
  });

  it('keeps a decline on both sides', async () => {
    await alice.connect({ To: 'client:bob' });
    await bob.happens('incoming');
    const sids = [await alice.callSid(), await bob.callSid()] as const;
    await bob.reject();
    await expectEvents(sids[1], ['connection/incoming', 'connection/rejected-by-local']);
    await expectEvents(sids[0], [
      'connection/outgoing',
      'connection/outgoing-ringing',
      'connection/disconnected-by-remote',
    ]);
  });

  it('keeps a caller who gives up on both sides', async () => {
    await alice.connect({ To: 'client:bob' });
    await bob.happens('incoming');
    const sids = [await alice.callSid(), await bob.callSid()] as const;
    await alice.hangUp();
    await expectEvents(sids[0], [
      'connection/outgoing',
      'connection/outgoing-ringing',
      'connection/disconnected-by-local',
    ]);
    await expectEvents(sids[1], ['connection/incoming', 'connection/cancel']);
  });

  it('keeps an invalid number with its error', async () => {
    await alice.connect({ To: '+15005550106' });
    await alice.happens('disconnect');
    const temporarySid = await alice.page.evaluate(() => window.call?.outboundConnectionId ?? '');
    await expectEvents(temporarySid, ['connection/outgoing', 'connection/error']);
  });

  it('shows mute, and a reconnection', async () => {
    await alice.connect({ To: 'client:bob' });
    await bob.happens('incoming');
    await bob.accept();
    await expectHears(bob.page, alice.tone);
    const callSid = await alice.callSid();
    await alice.page.evaluate(() => window.call?.mute(true));
    await alice.page.evaluate(() => window.call?.mute(false));
    network.signalingLink.cut();
    await alice.happens('reconnected');
    await alice.hangUp();
    await expectEvents(callSid, [
      'connection/accepted-by-remote',
      'connection/muted',
      'connection/unmuted',
      'connection/reconnecting',
      'connection/reconnected',
      'connection/disconnected-by-local',
    ]);
  });

  it('takes nothing without a token of the account', async () => {
    const origin = `https://127.0.0.1:${network.enginePort}`;
    const page = await network.browser.newPage();
    await page.goto(`${origin}/`).catch(() => undefined);
    const statuses = await page.evaluate(async () => {
      const post = async (headers: Record<string, string>): Promise<number> =>
        (await fetch('/v4/EndpointEvents', { method: 'POST', headers, body: '{"group":"connection"}' }))
          .status;
      return [await post({}), await post({ 'x-twilio-token': 'x.y.z' })];
    });
    expect(statuses).toEqual([401, 401]);
    await page.close();
  });
});
