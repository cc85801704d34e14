/** F17 with a media path that never comes back. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { startLinkedNetwork, type LinkedNetwork } from '../support/linked-network.js';
import { talkingPair } from '../support/talking-pair.js';

let linked: LinkedNetwork;

beforeAll(async () => {
  linked = await startLinkedNetwork({ begin: 46_200, end: 46_207 });
});
afterAll(() => linked.close());

it('ends the call on both sides, with the reason', async () => {
  const [alice, bob] = await talkingPair(linked.network);
  const callSid = await alice.callSid();
  linked.link.swallow(true);
  await Promise.all([alice.happens('disconnect', 60_000), bob.happens('disconnect', 60_000)]);
  linked.link.swallow(false);
  await Promise.all([alice.expectReady(), bob.expectReady()]);
  await eventually(() => {
    // Whose side gives up first is a matter of milliseconds; its call is the one that failed.
    const forms = linked.network.application.statusForms.filter((form) =>
      [form['CallSid'], form['ParentCallSid']].includes(callSid),
    );
    expect(forms).toContainEqual(expect.objectContaining({ CallStatus: 'failed', ErrorCode: '53405' }));
    expect(forms.find((form) => form['CallSid'] === callSid)).toBeDefined();
  });
  await eventually(() => expect(linked.network.engine.stats()).toMatchObject({ calls: 0, sdkLegs: 0 }));
});
