import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { hear } from '../support/browser.js';
import { expectHears, expectSomewhere, expectToneHz } from '../support/expect-audio.js';
import { startSdkNetwork, OWN_NUMBER, type Form, type SdkNetwork } from '../support/sdk-network.js';
import type { SdkPhone } from '../support/sdk-phone.js';

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
  network.application.voiceForms.length = 0;
  [alice, bob] = await Promise.all([network.phone('alice'), network.phone('bob')]);
  await Promise.all([alice.register(), bob.register()]);
});
afterEach(async () => {
  await Promise.all([alice.close(), bob.close()]);
  await eventually(() => expect(network.engine.stats()).toMatchObject({ calls: 0, sdkLegs: 0 }));
  expect(network.application.forged).toBe(0);
});

/** Status callbacks of the child call, in order. */
function childStatuses(): (string | undefined)[] {
  return network.application.statusForms
    .filter((form) => form['ParentCallSid'])
    .map((form) => form['CallStatus']);
}

async function parentEnd(): Promise<Form> {
  return eventually(() => {
    const form = network.application.statusForms.find((candidate) => !candidate['ParentCallSid']);
    expect(form).toBeDefined();
    return form as Form;
  });
}

async function childEnd(): Promise<Form> {
  return eventually(() => {
    const form = network.application.statusForms.findLast((candidate) => candidate['ParentCallSid']);
    expect(form?.['CallDuration']).toBeDefined();
    return form as Form;
  });
}

async function talk(): Promise<void> {
  await alice.connect({ To: 'client:bob' });
  await bob.happens('incoming');
  await bob.accept();
  await Promise.all([alice.happens('accept'), bob.happens('accept')]);
}

async function bothReady(): Promise<void> {
  await Promise.all([alice.expectReady(), bob.expectReady()]);
}

describe('a call between two browsers', () => {
  it('F4, F6, F14: rings, is answered, carries audio both ways and is recorded', async () => {
    await alice.connect({ To: 'client:bob' });
    expect(await bob.happens('incoming')).toMatchObject({ detail: 'client:alice' });
    expect(await alice.happens('ringing')).toMatchObject({ detail: 'false' });
    expect(await alice.status()).toBe('ringing');
    await bob.accept();
    await Promise.all([alice.happens('accept'), bob.happens('accept')]);
    await Promise.all([expectHears(alice.page, bob.tone), expectHears(bob.page, alice.tone)]);

    const [form] = network.application.voiceForms;
    expect(form).toMatchObject({
      From: 'client:alice',
      To: 'client:bob',
      Direction: 'inbound',
      CallStatus: 'ringing',
      ApiVersion: '2010-04-01',
      CallSid: await alice.callSid(),
    });
    await alice.hangUp();
    await bothReady();
    await childEnd();
    expect(childStatuses()).toEqual(['initiated', 'ringing', 'in-progress', 'completed']);
    expect(await parentEnd()).toMatchObject({ CallStatus: 'completed', CallSid: form?.['CallSid'] });
  });

  it('F7: ends for the caller when the callee hangs up', async () => {
    await talk();
    await bob.hangUp();
    await alice.happens('disconnect');
    await bothReady();
    expect((await alice.diary()).some((entry) => entry.event.endsWith('error'))).toBe(false);
  });

  it('F5: stops ringing when the caller gives up', async () => {
    await alice.connect({ To: 'client:bob' });
    await bob.happens('incoming');
    await alice.hangUp();
    await bob.happens('cancel');
    await bothReady();
    expect(await childEnd()).toMatchObject({ CallStatus: 'canceled' });
    expect(await parentEnd()).toMatchObject({ CallStatus: 'canceled' });
  });

  it('F5: stops ringing when the caller gives up before the application has answered', async () => {
    await alice.page.evaluate(async () => {
      const call = await window.device.connect({ params: { To: 'client:bob' } });
      window.keepDiaryOf(call);
      call.disconnect();
    });
    await bothReady();
    expect(await bob.status()).not.toBe('open');
  });

  it('F8, F11: tells the caller that the callee declined', async () => {
    await alice.connect({ To: 'client:bob' });
    await bob.happens('incoming');
    await bob.reject();
    expect(await alice.happens('call error')).toMatchObject({ code: 31005 });
    await alice.happens('disconnect');
    await bothReady();
    expect(await childEnd()).toMatchObject({ CallStatus: 'busy', SipResponseCode: '603' });
  });

  it('F13: ends for the caller when a callee who had accepted hangs up, and both can call again', async () => {
    await talk();
    await expectHears(bob.page, alice.tone);
    await bob.hangUp();
    await bothReady();
    await alice.clearDiary();
    await bob.clearDiary();
    await bob.connect({ To: 'client:alice' });
    await alice.happens('incoming');
    await alice.accept();
    await Promise.all([expectHears(alice.page, bob.tone), expectHears(bob.page, alice.tone)]);
    await alice.hangUp();
    await bothReady();
  });

  it('F9: explains a number that cannot be called', async () => {
    const precise = await network.phone('carol', {
      deviceOptions: { enableImprovedSignalingErrorPrecision: true },
    });
    for (const [to, errorCode] of [
      ['+15005550106', '13224'],
      ['+49301234567', '13224'],
      ['not a number', '13223'],
    ] as const) {
      network.application.statusForms.length = 0;
      await precise.clearDiary();
      await precise.connect({ To: to });
      expect(await precise.happens('call error')).toMatchObject({ code: 31404 });
      await precise.expectReady();
      expect(await childEnd()).toMatchObject({
        CallStatus: 'failed',
        ErrorCode: errorCode,
        SipResponseCode: '404',
      });
    }
    await precise.close();
  });

  it('reports busy, no answer and an absent identity with codes of their own', async () => {
    const precise = await network.phone('carol', {
      deviceOptions: { enableImprovedSignalingErrorPrecision: true },
    });
    network.application.onVoice = (form, response) => {
      response.dial({ answerOnBridge: true, timeout: 1 }).number(form['To'] ?? '');
    };
    for (const [to, code] of [
      ['+15005550103', 31486],
      ['+15005550104', 31480],
      ['+15005550105', 31603],
    ] as const) {
      await precise.clearDiary();
      await precise.connect({ To: to });
      expect(await precise.happens('call error')).toMatchObject({ code });
      await precise.expectReady();
    }
    network.application.onVoice = (_form, response) =>
      void response.dial({ answerOnBridge: true }).client('nobody');
    await precise.clearDiary();
    await precise.connect({});
    expect(await precise.happens('call error')).toMatchObject({ code: 31480 });
    await precise.close();
  });

  it('F10: rings a browser for a call to a phone number, with its parameters', async () => {
    network.application.onVoice = (_form, response) => {
      response.dial({ answerOnBridge: true, callerId: '+16175550123' }).number(OWN_NUMBER);
    };
    network.application.onNumber = (_form, response) => {
      const client = response.dial({ answerOnBridge: true }).client('');
      client.identity('bob');
      client.parameter({ name: 'line', value: 'sales & more' });
    };
    await alice.connect({});
    expect(await bob.happens('incoming')).toMatchObject({ detail: '+16175550123' });
    expect(await bob.page.evaluate(() => window.call?.customParameters.get('line'))).toBe('sales & more');
    expect(network.application.voiceForms[1]).toMatchObject({ From: '+16175550123', To: OWN_NUMBER });
    await bob.accept();
    await Promise.all([expectHears(alice.page, bob.tone), expectHears(bob.page, alice.tone)]);
    await bob.hangUp();
    await bothReady();
  });
});

describe('several devices of one identity', () => {
  it('F12: all ring, the first that answers has the call, the others stop', async () => {
    const second = await (await network.phone('bob')).register();
    await alice.connect({ To: 'client:bob' });
    await Promise.all([bob.happens('incoming'), second.happens('incoming')]);
    await second.accept();
    await bob.happens('cancel');
    await Promise.all([expectHears(alice.page, second.tone), expectHears(second.page, alice.tone)]);
    await alice.hangUp();
    await Promise.all([bothReady(), second.expectReady()]);
    await second.close();
  });

  it('F11: one decline stops all', async () => {
    const second = await (await network.phone('bob')).register();
    await alice.connect({ To: 'client:bob' });
    await Promise.all([bob.happens('incoming'), second.happens('incoming')]);
    await bob.reject();
    await second.happens('cancel');
    await alice.happens('disconnect');
    await Promise.all([bothReady(), second.expectReady()]);
    await second.close();
  });

  it('keeps ringing the others when one crashes', async () => {
    const second = await (await network.phone('bob')).register();
    await alice.connect({ To: 'client:bob' });
    await Promise.all([bob.happens('incoming'), second.happens('incoming')]);
    await second.crash();
    await eventually(() => expect(network.engine.stats().registeredDevices).toBe(2));
    await bob.accept();
    await expectHears(bob.page, alice.tone);
    await bob.hangUp();
    await bothReady();
    await second.close();
  });
});

describe('what the engine says and plays itself', () => {
  it('answers and speaks, then hangs up', async () => {
    network.application.onVoice = (_form, response) => {
      response.say('Hello and goodbye.');
      response.pause({ length: 1 });
    };
    await alice.connect({});
    await alice.happens('accept');
    await alice.happens('disconnect');
    await alice.expectReady();
    expect(await parentEnd()).toMatchObject({ CallStatus: 'completed' });
  });

  it('plays ringback as early media while a Dial without answerOnBridge rings', async () => {
    network.application.onVoice = (_form, response) => void response.dial({ timeout: 20 }).client('bob');
    await alice.connect({});
    expect(await alice.happens('ringing')).toMatchObject({ detail: 'true' });
    await expectToneHz(alice.page, [440, 480]);
    await bob.accept();
    await Promise.all([expectHears(alice.page, bob.tone), expectHears(bob.page, alice.tone)]);
    await alice.hangUp();
    await bothReady();
  });

  it('rejects a call without answering it', async () => {
    const precise = await network.phone('carol', {
      deviceOptions: { enableImprovedSignalingErrorPrecision: true },
    });
    network.application.onVoice = (_form, response) => void response.reject({ reason: 'busy' });
    await precise.connect({});
    expect(await precise.happens('call error')).toMatchObject({ code: 31486 });
    expect((await precise.diary()).some((entry) => entry.event === 'accept')).toBe(false);
    expect(await parentEnd()).toMatchObject({ CallStatus: 'busy' });
    await precise.close();
  });

  it('tells the caller politely when the application fails', async () => {
    network.application.onVoice = () => {
      throw new Error('The application is broken.');
    };
    await alice.connect({});
    await alice.happens('accept');
    await alice.happens('disconnect');
    expect(await parentEnd()).toMatchObject({ CallStatus: 'failed', ErrorCode: '11200' });
  });

  it('echoes, plays a tone and reads back keys', async () => {
    await alice.connect({ To: '+15005550100' });
    await expectHears(alice.page, alice.tone);
    await alice.hangUp();
    await alice.expectReady();

    await alice.connect({ To: '+15005550101' });
    await expectToneHz(alice.page, [440]);
    await alice.hangUp();
    await alice.expectReady();

    await alice.connect({ To: '+15005550102' });
    await eventually(async () => expect(await alice.status()).toBe('open'));
    await eventually(() => hear(alice.page, 100));
    await eventually(async () => {
      const heard = hear(alice.page, 4000);
      await alice.page.evaluate(() => window.call?.sendDigits('5'));
      expectSomewhere(await heard, [770, 1336]);
    });
    await alice.hangUp();
    await alice.expectReady();
  });
});
