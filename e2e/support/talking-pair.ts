import { expectHears } from './expect-audio.js';
import type { SdkNetwork } from './sdk-network.js';
import type { SdkPhone } from './sdk-phone.js';

/** Alice, who calls, and Bob, who has answered; each hears the other. */
export async function talkingPair(
  network: SdkNetwork,
  deviceOptions: object = {},
): Promise<[alice: SdkPhone, bob: SdkPhone]> {
  const [alice, bob] = await Promise.all([
    network.phone('alice', { deviceOptions }),
    network.phone('bob', { deviceOptions }),
  ]);
  await Promise.all([alice.register(), bob.register()]);
  await alice.connect({ To: 'client:bob' });
  await bob.happens('incoming');
  await bob.accept();
  await Promise.all([expectHears(alice.page, bob.tone), expectHears(bob.page, alice.tone)]);
  return [alice, bob];
}
