import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hear } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { expectHears, expectHearsNobody, expectSomewhere, expectToneHz } from '../support/expect-audio.js';
import { OWN_NUMBER, startSdkNetwork, type SdkNetwork } from '../support/sdk-network.js';
import type { SdkPhone } from '../support/sdk-phone.js';
import { wavFile } from '../support/wav-file.js';

let network: SdkNetwork;
let alice: SdkPhone;
let bob: SdkPhone;
let files: Server;
let fileUrl: string;
let fileRequests = 0;

beforeAll(async () => {
  network = await startSdkNetwork();
  files = createServer((_request, response) => {
    fileRequests += 1;
    response.writeHead(200, { 'content-type': 'audio/wav', 'cache-control': 'max-age=60' }).end(wavFile());
  });
  await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
  fileUrl = `http://127.0.0.1:${(files.address() as AddressInfo).port}/tone.wav`;
});
afterAll(async () => {
  files.close();
  await network.close();
});

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

function press(phone: SdkPhone, digits: string): Promise<void> {
  return phone.page.evaluate((keys) => window.call?.sendDigits(keys), digits);
}

describe('TwiML verbs in a call', () => {
  it('Gather is interrupted by a key, and its result plays a file', async () => {
    network.application.onVoice = (form, response) => {
      if (form['Digits'] === undefined) {
        const gather = response.gather({ numDigits: 2, timeout: 20, action: '/voice' });
        gather.play({ loop: 0 }, fileUrl);
      } else {
        response.play({ loop: 2 }, fileUrl);
        response.pause({ length: 1 });
      }
    };
    await alice.connect({});
    await expectToneHz(alice.page, [500]);
    await press(alice, '4');
    await expectHearsNobody(alice.page);
    // The file lasts for two seconds: the ears are open before it begins.
    await Promise.all([expectToneHz(alice.page, [500]), press(alice, '2')]);
    await alice.happens('disconnect');
    expect(network.application.voiceForms.map((form) => form['Digits'])).toEqual([undefined, '42']);
    expect(fileRequests).toBe(1);
  });

  it('a called party is asked whether it takes the call, while the caller hears the ringing', async () => {
    network.application.onVoice = (_form, response) => {
      const url = `${network.application.origin}/number`;
      response.dial({ action: '/dial-done', ringTone: 'de' }).client({ url }, 'bob');
    };
    network.application.onNumber = (form, response) => {
      if (form['Digits'] === '1') return;
      if (form['Digits'] !== undefined) response.hangup();
      else response.gather({ numDigits: 1, timeout: 20 }).play({ loop: 0 }, fileUrl);
    };
    await alice.connect({});
    await bob.happens('incoming');
    await bob.accept();
    await Promise.all([expectToneHz(bob.page, [500]), expectToneHz(alice.page, [425])]);
    await press(bob, '1');
    await Promise.all([expectHears(alice.page, bob.tone), expectHears(bob.page, alice.tone)]);
    await alice.hangUp();
    await Promise.all([alice.expectReady(), bob.expectReady()]);

    let dialStatus: string | undefined;
    network.application.onDialDone = (form, response) => {
      dialStatus = form['DialCallStatus'];
      response.hangup();
    };
    await bob.clearDiary();
    await alice.clearDiary();
    await alice.connect({});
    await bob.happens('incoming');
    await bob.accept();
    await expectToneHz(bob.page, [500]);
    await press(bob, '2');
    await alice.happens('disconnect');
    expect(dialStatus).toBe('no-answer');
  });

  it('Dial rings one after the other, ends on star, and goes on', async () => {
    network.application.onVoice = (_form, response) => {
      const dial = response.dial({ sequential: true, timeout: 1, hangupOnStar: true });
      dial.number('+15005550104');
      dial.number('+15005550103');
      dial.client('bob');
      response.play({ loop: 3 }, fileUrl);
    };
    await alice.connect({});
    await bob.happens('incoming');
    await bob.accept();
    await expectHears(alice.page, bob.tone);
    await press(alice, '*');
    await bob.happens('disconnect');
    await expectToneHz(alice.page, [500]);
    await alice.hangUp();
    await alice.expectReady();
  });

  it('Dial sends keys, and the magic destinations answer and hang up in time', async () => {
    network.application.onVoice = (form, response) => {
      response.dial().number({ sendDigits: '5' }, form['To'] ?? '');
    };
    await eventually(async () => {
      await alice.connect({ To: '+15005550102' });
      await alice.happens('accept');
      const heard = await hear(alice.page, 4000);
      await alice.hangUp();
      await alice.expectReady();
      await alice.clearDiary();
      expectSomewhere(heard, [770, 1336]);
    });
    await alice.connect({ To: '+15005550126' });
    await expectHears(alice.page, alice.tone);
    await alice.happens('disconnect');
    await alice.connect({ To: '+15005550111' });
    await expectHears(alice.page, alice.tone);
    await alice.hangUp();
    await alice.expectReady();
  });

  it('two numbers that dial each other end', async () => {
    network.application.onVoice = (_form, response) => void response.dial().number(OWN_NUMBER);
    network.application.onNumber = (_form, response) => void response.dial().number(OWN_NUMBER);
    await alice.connect({});
    await alice.happens('disconnect');
    expect(network.application.voiceForms.length).toBeLessThan(30);
  });
});
