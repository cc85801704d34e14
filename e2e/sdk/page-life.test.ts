import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { expectHears, expectToneHz } from '../support/expect-audio.js';
import { startSdkNetwork, type SdkNetwork } from '../support/sdk-network.js';
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
  [alice, bob] = await Promise.all([network.phone('alice'), network.phone('bob')]);
  await bob.register();
});
afterEach(async () => {
  await Promise.all([alice.close(), bob.close()]);
  await eventually(() => expect(network.engine.stats().registeredDevices).toBe(0));
});

async function expectNoLegs(): Promise<void> {
  await eventually(() => expect(network.engine.stats().sdkLegs).toBe(0));
}

describe('before the answer', () => {
  it('a named ring tone, and any number, is heard as early media', async () => {
    const answer = network.application.onVoice;
    const carol = await network.phone('carol');
    network.application.onVoice = (form, response) => {
      if (form['From'] === 'client:alice')
        response.dial({ answerOnBridge: true, ringTone: 'uk' }).client('bob');
      else if (form['From'] === 'client:carol')
        response.dial({ answerOnBridge: true }).number('+15005550104');
      else answer(form, response);
    };
    const ringing = async (caller: SdkPhone, tone: readonly number[]): Promise<void> => {
      await caller.connect({});
      expect(await caller.happens('ringing')).toMatchObject({ detail: 'true' });
      await expectToneHz(caller.page, tone);
      expect(await caller.status()).toBe('ringing');
      expect((await caller.diary()).map((entry) => entry.event)).toEqual(['ringing']);
      await caller.hangUp();
      await caller.expectReady();
    };
    await Promise.all([ringing(alice, [400, 450]), ringing(carol, [440, 480])]);
    network.application.onVoice = answer;
    await carol.close();
  });
});

describe('a page', () => {
  it('that is reloaded while it rings declines the call', async () => {
    await alice.connect({ To: 'client:bob' });
    await bob.happens('incoming');
    await bob.page.reload();
    expect(await alice.happens('call error')).toMatchObject({ code: 31005 });
    await alice.expectReady();
    await expectNoLegs();
    await eventually(() => expect(network.engine.stats().registeredDevices).toBe(0));
  });

  it('that is reloaded in a call ends it at once', async () => {
    await talk(alice, bob);
    await bob.page.reload();
    await alice.happens('disconnect');
    await alice.expectReady();
    await expectNoLegs();
  });

  it('whose network goes away and returns keeps its call', async () => {
    await talk(alice, bob);
    await bob.page.context().setOffline(true);
    network.signalingLink.cut();
    await bob.happens('reconnecting');
    await expectHears(alice.page, bob.tone);
    await bob.page.context().setOffline(false);
    await bob.happens('reconnected');
    await Promise.all([expectHears(alice.page, bob.tone), expectHears(bob.page, alice.tone)]);
    await alice.hangUp();
    await Promise.all([alice.expectReady(), bob.expectReady()]);
    await eventually(async () =>
      expect(await bob.page.evaluate(() => window.device.state)).toBe('registered'),
    );
  });
});

describe('a device', () => {
  it('that ignores a call leaves it to the others', async () => {
    const second = await (await network.phone('bob')).register();
    await alice.connect({ To: 'client:bob' });
    await Promise.all([bob.happens('incoming'), second.happens('incoming')]);
    await bob.page.evaluate(() => window.call?.ignore());
    expect(await alice.status()).toBe('ringing');
    await second.accept();
    await Promise.all([expectHears(alice.page, second.tone), expectHears(second.page, alice.tone)]);
    await alice.hangUp();
    await Promise.all([alice.expectReady(), bob.expectReady(), second.expectReady()]);
    await second.close();
  });

  it('that is destroyed in a call, or while it connects, leaves nothing behind', async () => {
    await talk(alice, bob);
    await bob.page.evaluate(() => window.device.destroy());
    await alice.happens('disconnect');
    await alice.expectReady();
    const outcome = await alice.page.evaluate(async () => {
      const connecting = window.device.connect({ params: { To: 'client:bob' } });
      window.device.destroy();
      return connecting.then(
        (call) => call.status(),
        () => 'rejected',
      );
    });
    expect(['closed', 'rejected', 'connecting']).toContain(outcome);
    await expectNoLegs();
    await eventually(() => expect(network.engine.stats().registeredDevices).toBe(0));
  });

  it('that connects twice has one call, and may hang up and connect as fast as it likes', async () => {
    const second = await alice.page.evaluate(async () => {
      const outcomes = await Promise.allSettled([
        window.device.connect({ params: { To: 'client:bob' } }),
        window.device.connect({ params: { To: 'client:bob' } }),
      ]);
      return outcomes.map(({ status }) => status);
    });
    expect(second).toEqual(['fulfilled', 'rejected']);
    await bob.happens('incoming');
    await alice.page.evaluate(() => window.device.disconnectAll());
    await bob.happens('cancel');
    await alice.page.evaluate(async () => {
      for (let count = 0; count < 15; count += 1) {
        const call = await window.device.connect({ params: { To: 'client:bob' } });
        await new Promise((resolve) => setTimeout(resolve, (count % 5) * 20));
        call.disconnect();
      }
    });
    await alice.expectReady();
    await expectNoLegs();
    await Promise.all([alice.clearDiary(), bob.clearDiary()]);
    await talk(alice, bob);
    await alice.hangUp();
    await Promise.all([alice.expectReady(), bob.expectReady()]);
  });
});
