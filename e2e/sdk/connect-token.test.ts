import { longestGapMs, toneLevelDb, type Recording } from '@offhook/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hear, TONES } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { expectHears, expectUnbroken } from '../support/expect-audio.js';
import { startSdkNetwork, type SdkNetwork } from '../support/sdk-network.js';
import type { SdkPhone } from '../support/sdk-phone.js';

let network: SdkNetwork;
let alice: SdkPhone;
let bob: SdkPhone;
/** Another device of Bob's, with a voice of its own. */
let other: SdkPhone;

beforeAll(async () => {
  network = await startSdkNetwork();
});
afterAll(() => network.close());

beforeEach(async () => {
  network.application.statusForms.length = 0;
  const deviceOptions = { enableImprovedSignalingErrorPrecision: true };
  [alice, bob, other] = await Promise.all([
    network.phone('alice', { deviceOptions }),
    network.phone('bob', { deviceOptions }),
    network.phone('bob', { deviceOptions }),
  ]);
  await Promise.all([alice.register(), bob.register(), useVoice(other)]);
});
afterEach(async () => {
  await Promise.all([alice.close(), bob.close(), other.close()]);
  await eventually(() => expect(network.engine.stats()).toMatchObject({ calls: 0, sdkLegs: 0 }));
});

async function useVoice(phone: SdkPhone): Promise<void> {
  await phone.page.evaluate((tone) => window.offhookTest.setMicrophone(tone), TONES.visitor);
}

function tokenOf(phone: SdkPhone): Promise<string> {
  return phone.page.evaluate(() => window.call?.connectToken ?? '');
}

async function take(phone: SdkPhone, token: string): Promise<void> {
  await phone.page.evaluate(async (connectToken) => {
    window.keepDiaryOf(await window.device.connect({ connectToken }));
  }, token);
}

async function refused(phone: SdkPhone, token: string, code: number): Promise<void> {
  await phone.clearDiary();
  await take(phone, token);
  expect(await phone.happens('call error')).toMatchObject({ code });
  await phone.expectReady();
}

/** The longest time in ms in which none of the tones is heard. */
function gapBetween({ samples, sampleRateHz }: Recording, frequenciesHz: readonly number[]): number {
  const length = Math.round(sampleRateHz / 50);
  let [longest, current] = [0, 0];
  for (let start = 0; start + length <= samples.length; start += length) {
    const window = { samples: samples.subarray(start, start + length), sampleRateHz };
    const isHeard = frequenciesHz.some((hz) => toneLevelDb(window, hz) > -35);
    current = isHeard ? 0 : current + 20;
    longest = Math.max(longest, current);
  }
  return longest;
}

async function end(): Promise<void> {
  await alice.hangUp();
  await Promise.all([alice.expectReady(), bob.expectReady(), other.expectReady()]);
}

/** What the application was told of the child call, and of how many. */
async function childStatuses(): Promise<(string | undefined)[]> {
  const children = await eventually(() => {
    const forms = network.application.statusForms.filter((form) => form['ParentCallSid']);
    expect(forms.at(-1)?.['CallStatus']).toBe('completed');
    return forms;
  });
  expect(new Set(children.map((form) => form['CallSid'])).size).toBe(1);
  return children.map((form) => form['CallStatus']);
}

describe('a connect token', () => {
  it('answers a ringing call on a device that was not rung', async () => {
    const third = await (await network.phone('bob')).register();
    await alice.connect({ To: 'client:bob' });
    await Promise.all([bob.happens('incoming'), third.happens('incoming')]);
    await take(other, await tokenOf(bob));
    await Promise.all([bob.happens('cancel'), third.happens('cancel'), alice.happens('accept')]);
    await Promise.all([expectHears(alice.page, TONES.visitor), expectHears(other.page, alice.tone)]);
    expect(await other.callSid()).toBe(await bob.callSid());
    await end();
    expect(await childStatuses()).toEqual(['initiated', 'ringing', 'in-progress', 'completed']);
    await third.close();
  });

  it('moves an answered call of either side, once; the far end stays, and the record is one', async () => {
    await alice.connect({ To: 'client:bob' });
    await bob.happens('incoming');
    // The device that is rung may use its own token too.
    await take(bob, await tokenOf(bob));
    await Promise.all([expectHears(alice.page, bob.tone), expectHears(bob.page, alice.tone)]);
    const token = await tokenOf(bob);

    const heard = hear(alice.page, 3000);
    await take(other, token);
    await Promise.all([other.happens('accept'), bob.happens('disconnect')]);
    const gapMs = gapBetween(await heard, [bob.tone.frequencyHz, TONES.visitor.frequencyHz]);
    expect(gapMs).toBeLessThan(1000);
    await Promise.all([expectHears(alice.page, TONES.visitor), expectHears(other.page, alice.tone)]);
    await bob.expectReady();
    expect((await bob.diary()).some((entry) => entry.event.endsWith('error'))).toBe(false);
    await refused(bob, token, 31209);

    // The new device has what the old one had: a way back when its WebSocket is lost.
    await expectUnbroken(200, async () => {
      const unbroken = hear(alice.page, 2500);
      await Promise.all([other.clearDiary(), alice.clearDiary()]);
      network.signalingLink.cut();
      await Promise.all([other.happens('reconnected'), alice.happens('reconnected')]);
      return longestGapMs(await unbroken, TONES.visitor.frequencyHz);
    });

    const desk = await network.phone('alice');
    await take(desk, await tokenOf(alice));
    await Promise.all([desk.happens('accept'), alice.happens('disconnect')]);
    await Promise.all([expectHears(other.page, alice.tone), expectHears(desk.page, TONES.visitor)]);
    await desk.hangUp();
    await other.happens('disconnect');
    await Promise.all([desk, alice, bob, other].map((phone) => phone.expectReady()));
    await desk.close();
    expect(await childStatuses()).toEqual(['initiated', 'ringing', 'in-progress', 'completed']);
    await refused(bob, token, 31404);
  });

  it('is refused to another identity and when it is guessed, and the call notices nothing', async () => {
    await alice.connect({ To: 'client:bob' });
    await bob.happens('incoming');
    await bob.accept();
    const token = await tokenOf(bob);
    const carol = await network.phone('carol');
    await refused(carol, token, 31209);
    const parts = JSON.parse(decodeURIComponent(atob(token))) as Record<string, unknown>;
    const guess = { ...parts, signalingReconnectToken: 'A'.repeat(22) };
    await refused(other, btoa(encodeURIComponent(JSON.stringify(guess))), 31209);
    await Promise.all([expectHears(alice.page, bob.tone), expectHears(bob.page, alice.tone)]);
    await end();
    await carol.close();
  });
});
