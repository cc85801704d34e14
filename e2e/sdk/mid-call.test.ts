import { levelDb, longestGapMs } from '@offhook/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hear, TONES } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { expectHears, expectHearsNobody, expectSomewhere, expectUnbroken } from '../support/expect-audio.js';
import { makeToken, startSdkNetwork, type SdkNetwork } from '../support/sdk-network.js';
import type { SdkPhone } from '../support/sdk-phone.js';
import { talk } from '../support/talking-pair.js';

let network: SdkNetwork;
let alice: SdkPhone;
let bob: SdkPhone;

beforeAll(async () => {
  network = await startSdkNetwork();
});
afterAll(() => network.close());

beforeEach(async () => {
  network.resetApplication();
  network.application.statusForms.length = 0;
  const deviceOptions = { maxCallSignalingTimeoutMs: 30_000, enableImprovedSignalingErrorPrecision: true };
  [alice, bob] = await Promise.all([
    network.phone('alice', { deviceOptions }),
    network.phone('bob', { deviceOptions: { ...deviceOptions, codecPreferences: ['opus', 'pcmu'] } }),
  ]);
  await Promise.all([alice.register(), bob.register()]);
});
afterEach(async () => {
  await Promise.all([alice.close(), bob.close()]);
  await eventually(() => expect(network.engine.stats()).toMatchObject({ calls: 0, sdkLegs: 0 }));
});

async function end(): Promise<void> {
  await alice.hangUp();
  await Promise.all([alice.expectReady(), bob.expectReady()]);
}

function codecOf(phone: SdkPhone): Promise<string | undefined> {
  return phone.page.evaluate(() => window.call?.codec);
}

describe('F15: in mid-call', () => {
  it('mute silences one direction only, and unmute brings it back', async () => {
    await talk(alice, bob);
    await alice.page.evaluate(() => window.call?.mute(true));
    await expectHearsNobody(bob.page);
    await expectHears(alice.page, bob.tone);
    await alice.page.evaluate(() => window.call?.mute(false));
    await expectHears(bob.page, alice.tone);
    await end();
  });

  it('hands custom parameters to the webhook and to the callee, whatever is in them', async () => {
    const value = 'a b&c=d+e%20 é日本 😀';
    await talk(alice, bob, { customPage: value, 'custom-x': '1' });
    expect(network.application.voiceForms.at(-1)).toMatchObject({ customPage: value, 'custom-x': '1' });
    expect(await bob.page.evaluate(() => [...(window.call?.customParameters ?? [])])).toEqual([
      ['customPage', value],
      ['custom-x', '1'],
    ]);
    await end();
  });

  it('lets no parameter replace what the engine vouches for', async () => {
    await talk(alice, bob, { From: 'client:mallory', CallSid: 'CA0', AccountSid: 'AC0' });
    const form = network.application.voiceForms.at(-1);
    expect(form).toMatchObject({ From: 'client:alice', CallSid: await alice.callSid() });
    await end();
  });

  it('talks PCMU by default and Opus when the caller prefers it', async () => {
    await talk(alice, bob);
    await eventually(async () =>
      expect([await codecOf(alice), await codecOf(bob)]).toEqual(['PCMU', 'PCMU']),
    );
    await end();
    await Promise.all([alice.clearDiary(), bob.clearDiary()]);
    await talk(bob, alice);
    await eventually(async () =>
      expect([await codecOf(alice), await codecOf(bob)]).toEqual(['opus', 'opus']),
    );
    await end();
  });

  it.each([
    ['PCMU', '8'],
    ['Opus', '3'],
  ])('carries keys through a bridge in a %s call', async (codec, key) => {
    const [caller, callee] = codec === 'Opus' ? [bob, alice] : [alice, bob];
    await talk(caller, callee);
    // A silent microphone leaves only what the key makes; Chromium plays telephone events as tones.
    await caller.page.evaluate(() => window.offhookTest.setMicrophone({ frequencyHz: 600, levelDb: -100 }));
    await expectHearsNobody(callee.page);
    await eventually(async () => {
      const heard = hear(callee.page, 2000);
      await caller.page.evaluate((digit) => window.call?.sendDigits(digit), key);
      expectSomewhere(await heard, key === '8' ? [852, 1336] : [697, 1477]);
    });
    await end();
  });

  it('takes a new token without a gap in the audio', async () => {
    await talk(alice, bob);
    await expectUnbroken(60, async () => {
      const heard = hear(bob.page, 3000);
      await alice.page.evaluate((newToken) => window.device.updateToken(newToken), makeToken('alice'));
      return longestGapMs(await heard, alice.tone.frequencyHz);
    });
    expect((await alice.diary()).some((entry) => entry.event === 'device error')).toBe(false);
    await end();
  });
});

describe('F16: the WebSocket is lost in mid-call', () => {
  it('comes back with the audio unbroken', async () => {
    await talk(alice, bob);
    await expectUnbroken(200, async () => {
      const heard = Promise.all([hear(alice.page, 5000), hear(bob.page, 5000)]);
      await Promise.all([alice.clearDiary(), bob.clearDiary()]);
      network.signalingLink.cut();
      await Promise.all([alice.happens('reconnecting'), bob.happens('reconnecting')]);
      await Promise.all([alice.happens('reconnected'), bob.happens('reconnected')]);
      const [byAlice, byBob] = await heard;
      return Math.max(
        longestGapMs(byAlice, bob.tone.frequencyHz),
        longestGapMs(byBob, alice.tone.frequencyHz),
      );
    });
    await end();
    expect((await bob.diary()).filter((entry) => entry.event === 'disconnect')).toHaveLength(1);
  });

  it('comes back after the token has expired, and may then only end the call', async () => {
    const carol = await network.phone('carol', {
      ttlSeconds: 8,
      deviceOptions: { maxCallSignalingTimeoutMs: 30_000, tokenRefreshMs: 1 },
    });
    await carol.connect({ To: 'client:bob' });
    await bob.happens('incoming');
    await bob.accept();
    await carol.happens('tokenWillExpire');
    await expectHears(bob.page, carol.tone);
    network.signalingLink.cut();
    await Promise.all([carol.happens('reconnected'), bob.happens('reconnected')]);
    await expectHears(bob.page, carol.tone);
    await carol.hangUp();
    await Promise.all([carol.expectReady(), bob.expectReady()]);
    await carol.close();
  });
});

it('leaves silence on the line of a callee who says nothing', async () => {
  await alice.page.evaluate(() => window.offhookTest.setMicrophone({ frequencyHz: 600, levelDb: -100 }));
  await alice.connect({ To: 'client:bob' });
  await bob.happens('incoming');
  await bob.accept();
  await expectHears(alice.page, TONES.bob);
  expect(levelDb(await hear(bob.page, 500))).toBeLessThan(-50);
  await end();
});
