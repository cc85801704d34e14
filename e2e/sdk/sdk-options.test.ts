import type { Call as SdkCall } from '@twilio/voice-sdk';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { expectHears, expectToneHz } from '../support/expect-audio.js';
import { makeToken, startSdkNetwork, UNREACHABLE_EDGE, type SdkNetwork } from '../support/sdk-network.js';
import type { SdkPhone } from '../support/sdk-phone.js';
import { talk } from '../support/talking-pair.js';

const TONE_NUMBER = '+15005550101';

let network: SdkNetwork;
/** Its call is to fail, which takes half a minute; it begins first and is looked at last. */
let withoutRelay: SdkPhone;

beforeAll(async () => {
  network = await startSdkNetwork();
  echo();
  withoutRelay = await network.phone('visitor');
  await withoutRelay.page.evaluate(async () => {
    const rtcConfiguration = { iceTransportPolicy: 'relay' } as const;
    window.keepDiaryOf(await window.device.connect({ rtcConfiguration }));
  });
});
afterAll(() => network.close());
afterEach(() => network.resetApplication());

function echo(): void {
  network.application.onVoice = (_form, response) => void response.echo();
}

async function endCall(phone: SdkPhone): Promise<void> {
  await phone.hangUp();
  await phone.expectReady();
  await phone.clearDiary();
}

/** Bits per second that the newest call sent and received, from the SDK's own samples and their times. */
function bitrates(phone: SdkPhone): Promise<{ sent: number; received: number }> {
  return phone.page.evaluate(
    () =>
      new Promise((resolve) => {
        const samples: { bytesSent: number; bytesReceived: number; timestamp: number }[] = [];
        window.call?.on('sample', (sample: (typeof samples)[0]) => {
          samples.push(sample);
          if (samples.length < 4) return;
          // The first second has the beginning in it.
          const [first, ...others] = samples;
          const seconds = ((others.at(-1)?.timestamp ?? 0) - (first?.timestamp ?? 0)) / 1000;
          const average = (name: 'bytesSent' | 'bytesReceived'): number =>
            (others.reduce((sum, each) => sum + each[name], 0) * 8) / seconds;
          resolve({ sent: average('bytesSent'), received: average('bytesReceived') });
        });
      }),
  );
}

describe('options of the media', () => {
  it('codecPreferences decide the codec in every order', async () => {
    echo();
    const call = async (codecPreferences: readonly string[], codec: string): Promise<void> => {
      const alice = await network.phone('alice', {
        deviceOptions: { dscp: false, forceAggressiveIceNomination: true },
      });
      await alice.page.evaluate(async (preferences) => {
        window.device.updateOptions({ codecPreferences: preferences as never });
        const rtcConfiguration = { iceTransportPolicy: 'all' } as const;
        window.keepDiaryOf(await window.device.connect({ rtcConfiguration }));
      }, codecPreferences);
      await alice.happens('accept');
      await expectHears(alice.page, alice.tone);
      await eventually(async () => expect(await alice.page.evaluate(() => window.call?.codec)).toBe(codec));
      await endCall(alice);
      await alice.close();
    };
    await Promise.all([
      call(['opus', 'pcmu'], 'opus'),
      call(['pcmu', 'opus'], 'PCMU'),
      call(['opus'], 'opus'),
      call(['pcmu'], 'PCMU'),
      call([], 'opus'),
    ]);
  });

  it('maxAverageBitrate bounds what the engine sends, and what the browser sends', async () => {
    const measure = async (maxAverageBitrate?: number): Promise<{ sent: number; received: number }> => {
      const deviceOptions = { codecPreferences: ['opus'], ...(maxAverageBitrate && { maxAverageBitrate }) };
      const phone = await network.phone('alice', { deviceOptions });
      await phone.connect({ To: TONE_NUMBER });
      await expectToneHz(phone.page, [440]);
      const measured = await bitrates(phone);
      await endCall(phone);
      await phone.close();
      return measured;
    };
    const [limited, unlimited] = await Promise.all([measure(8000), measure()]);
    expect(limited.sent).toBeLessThan(10_000);
    expect(limited.received).toBeLessThan(10_000);
    expect(unlimited.sent).toBeGreaterThan(16_000);
    expect(unlimited.received).toBeGreaterThan(16_000);
  });
});

describe('options of the signaling', () => {
  it('edge falls back to the next of a list when the first cannot be reached', async () => {
    const alice = await network.phone('alice', { deviceOptions: { edge: [UNREACHABLE_EDGE, 'dublin'] } });
    await alice.register();
    expect(await alice.page.evaluate(() => [window.device.edge, window.device.state])).toEqual([
      'dublin',
      'registered',
    ]);
    expect(await alice.happens('device error')).toMatchObject({ code: 31000 });
    await alice.close();
    await eventually(() => expect(network.engine.stats().registeredDevices).toBe(0));
  });

  it('updateOptions and updateToken move a registered device to another edge and identity, where it is rung', async () => {
    const [alice, bob] = await Promise.all([network.phone('alice'), network.phone('bob')]);
    await bob.register();
    await bob.page.evaluate(() => window.device.updateOptions({ edge: 'tokyo' }));
    await eventually(async () => {
      const now = await bob.page.evaluate(() => [window.device.edge, window.device.state]);
      expect(now).toEqual(['tokyo', 'registered']);
    });
    await eventually(() => expect(network.engine.stats().registeredDevices).toBe(1));
    await talk(alice, bob);
    await endCall(alice);

    await bob.page.evaluate((token) => window.device.updateToken(token), makeToken('carol'));
    await eventually(async () => expect(await bob.page.evaluate(() => window.device.identity)).toBe('carol'));
    await alice.connect({ To: 'client:bob' });
    await alice.happens('call error');
    await alice.expectReady();
    await alice.connect({ To: 'client:carol' });
    await bob.happens('incoming');
    await endCall(alice);
    await Promise.all([alice.close(), bob.close()]);
  });

  it('closeProtection asks before the page of a call is closed, and the call goes on', async () => {
    const alice = await network.phone('alice', { deviceOptions: { closeProtection: true } });
    echo();
    await alice.connect({});
    await expectHears(alice.page, alice.tone);
    // A page that nobody has touched may not ask.
    await alice.page.mouse.click(5, 5);
    const asked = new Promise<string>((resolve) =>
      alice.page.once('dialog', (dialog) => void dialog.dismiss().then(() => resolve(dialog.type()))),
    );
    await alice.page.close({ runBeforeUnload: true });
    expect(await asked).toBe('beforeunload');
    await expectHears(alice.page, alice.tone);
    await endCall(alice);
    await alice.close();
  });
});

describe('a device that is busy', () => {
  it('is left alone, unless it allows incoming calls; those it may take besides, or in place of, its own', async () => {
    const [alice, bob, carol] = await Promise.all([
      network.phone('alice'),
      network.phone('bob'),
      network.phone('carol'),
    ]);
    await bob.register();
    await talk(alice, bob);
    network.application.onVoice = (_form, response) =>
      void response.dial({ answerOnBridge: true, timeout: 1 }).client('bob');
    await carol.connect({});
    expect(await carol.happens('call error')).toMatchObject({ code: 31005 });
    expect((await bob.diary()).filter((entry) => entry.event === 'incoming')).toHaveLength(1);
    await carol.expectReady();

    network.resetApplication();
    await bob.page.evaluate(() => window.device.updateOptions({ allowIncomingWhileBusy: true }));
    await carol.connect({ To: 'client:bob' });
    await happensAgain(bob);
    await bob.page.evaluate(async (token) => {
      const connectToken = window.call?.connectToken ?? '';
      window.second = await new window.Twilio.Device(token).connect({ connectToken });
    }, makeToken('bob'));
    await Promise.all([expectHears(alice.page, bob.tone), expectHears(carol.page, bob.tone)]);
    await expectToneHz(bob.page, [alice.tone.frequencyHz, carol.tone.frequencyHz]);
    await bob.page.evaluate(() => window.second?.disconnect());
    await carol.happens('disconnect');
    await Promise.all([expectHears(alice.page, bob.tone), expectHears(bob.page, alice.tone)]);

    await carol.expectReady();
    await carol.connect({ To: 'client:bob' });
    await happensAgain(bob);
    await bob.accept();
    await alice.happens('disconnect');
    await Promise.all([expectHears(carol.page, bob.tone), expectHears(bob.page, carol.tone)]);
    await carol.hangUp();
    await Promise.all([alice, bob, carol].map((phone) => phone.expectReady()));
    await Promise.all([alice, bob, carol].map((phone) => phone.close()));
  });
});

it('iceTransportPolicy "relay" without a TURN server fails with the error of the media connection', async () => {
  expect(await withoutRelay.happens('reconnecting')).toMatchObject({ code: 53405 });
  expect(await withoutRelay.happens('call error', 60_000)).toMatchObject({ code: 53405 });
  await withoutRelay.expectReady();
  await withoutRelay.close();
  await eventually(() => expect(network.engine.stats()).toMatchObject({ calls: 0, sdkLegs: 0 }));
});

declare global {
  interface Window {
    second: SdkCall | undefined;
  }
}

/** Another call comes in. */
async function happensAgain(phone: SdkPhone): Promise<void> {
  await eventually(async () => expect(await phone.status()).toBe('pending'));
}
