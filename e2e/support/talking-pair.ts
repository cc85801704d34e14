import { expectHears } from './expect-audio.js';
import type { SdkNetwork } from './sdk-network.js';
import type { SdkPhone } from './sdk-phone.js';

/** Calls; the callee, who is registered, accepts; and each hears the other. */
export async function talk(
  caller: SdkPhone,
  callee: SdkPhone,
  params: Record<string, string> = {},
): Promise<void> {
  await caller.connect({ To: `client:${callee.identity}`, ...params });
  await callee.happens('incoming');
  await callee.accept();
  await Promise.all([expectHears(caller.page, callee.tone), expectHears(callee.page, caller.tone)]);
}

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
  await talk(alice, bob);
  return [alice, bob];
}
