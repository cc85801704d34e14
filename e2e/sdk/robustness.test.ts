/** Nonsense, hostility and a lost media host, with an honest call at the side that must not notice. */
import { createSocket } from 'node:dgram';
import { longestGapMs } from '@offhook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hear } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { expectUnbroken } from '../support/expect-audio.js';
import { resourcesOf } from '../support/process-resources.js';
import { RawDevice } from '../support/raw-device.js';
import { seededRandom } from '../support/seeded-random.js';
import { makeToken, startSdkNetwork, type SdkNetwork } from '../support/sdk-network.js';
import type { SdkPhone } from '../support/sdk-phone.js';
import { talk, talkingPair } from '../support/talking-pair.js';

let network: SdkNetwork;
let alice: SdkPhone;
let bob: SdkPhone;

beforeAll(async () => {
  network = await startSdkNetwork();
  [alice, bob] = await talkingPair(network);
});
afterAll(() => network.close());

/** Something hostile that is done while the honest call is recorded; the call must keep its sound. */
async function unnoticed(action: (hostile: RawDevice) => Promise<void>): Promise<void> {
  await expectUnbroken(200, async () => {
    const hostile = await RawDevice.open(network.enginePort);
    const heard = Promise.all([hear(alice.page, 2500), hear(bob.page, 2500)]);
    await action(hostile);
    const [byAlice, byBob] = await heard;
    hostile.close();
    return Math.max(longestGapMs(byAlice, bob.tone.frequencyHz), longestGapMs(byBob, alice.tone.frequencyHz));
  });
  expect([await alice.status(), await bob.status()]).toEqual(['open', 'open']);
  await eventually(() => expect(network.engine.stats().calls).toBe(2));
}

const INVITE = { callsid: 'TJSx', sdp: 'v=0', twilio: {} };

describe('malformed and out-of-turn messages', () => {
  it('are answered with an error, or ignored, and harm nobody', async () => {
    await unnoticed(async (hostile) => {
      for (const frame of [
        '{',
        'null',
        '[]',
        '{"type":"sing"}',
        '{"type":"listen"}',
        '{"__proto__":1}',
        '\u0000',
      ]) {
        hostile.socket.send(frame);
        expect((await hostile.next('error')).payload.error?.code).toBe(31100);
      }
      hostile.send('invite', INVITE);
      expect((await hostile.next('error')).payload.error?.code).toBe(31201);
      await hostile.next('close');
      await hostile.closed;
    });
  });

  it('cannot touch the call of somebody else', async () => {
    const [callerSid, calleeSid] = [await alice.callSid(), await bob.callSid()];
    await unnoticed(async (hostile) => {
      await hostile.listen(makeToken('mallory'));
      for (const callsid of [callerSid, calleeSid]) {
        hostile.send('hangup', { callsid });
        hostile.send('reject', { callsid });
        hostile.send('answer', { callsid, sdp: 'v=0' });
        // What it hears of a call that never was, too.
        expect((await hostile.next('hangup')).payload).toEqual({ callsid });
        hostile.send('reinvite', { callsid, sdp: 'v=0' });
        hostile.send('dtmf', { callsid, dtmf: '123' });
        hostile.send('invite', { callsid, reconnect: 'guess', sdp: 'v=0', twilio: {} });
        expect((await hostile.next('hangup')).payload).toMatchObject({ callsid, error: { code: 31209 } });
      }
    });
  });

  it('cannot take over a call with a token for the same identity and a guessed reconnect token', async () => {
    const callsid = await alice.callSid();
    await unnoticed(async (hostile) => {
      await hostile.listen(makeToken('alice'));
      hostile.send('hangup', { callsid });
      hostile.send('invite', { callsid, reconnect: 'A'.repeat(22), sdp: 'v=0', twilio: {} });
      expect((await hostile.next('hangup')).payload.error?.code).toBe(31209);
    });
  });

  it('of a megabyte close the socket', async () => {
    await unnoticed(async (hostile) => {
      await hostile.listen(makeToken('mallory'));
      hostile.socket.send(
        JSON.stringify({ type: 'invite', payload: { ...INVITE, sdp: 'x'.repeat(1024 * 1024) } }),
      );
      expect(await hostile.closed).toBe(1009);
    });
  });

  it('in a flood close the socket', async () => {
    await unnoticed(async (hostile) => {
      for (let count = 0; count < 5000; count += 1) hostile.socket.send('{}');
      await hostile.closed;
    });
  });

  it('with garbage for an SDP end that call with a clear error', async () => {
    await unnoticed(async (hostile) => {
      await hostile.listen(makeToken('mallory'));
      for (const sdp of [
        'v=0',
        'garbage',
        'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n',
        'm=audio '.repeat(1500),
        '\u0000\uFFFF',
      ]) {
        hostile.send('invite', { ...INVITE, callsid: `TJS${sdp.length}`, sdp });
        const { payload } = await hostile.next('hangup');
        expect(payload).toMatchObject({ callsid: `TJS${sdp.length}`, error: { code: expect.any(Number) } });
        expect(payload.error?.message).toMatch(/\w/);
      }
    });
  });

  it('made at random from a seed never stop the engine', async () => {
    const random = seededRandom(20_261);
    const types = [
      'listen',
      'register',
      'invite',
      'answer',
      'hangup',
      'reject',
      'reinvite',
      'dtmf',
      'message',
    ];
    const values: unknown[] = [
      '',
      'CA0',
      null,
      -1,
      {},
      [],
      true,
      'x'.repeat(9000),
      '\u2028',
      { audio: 1 },
      1e308,
    ];
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    await unnoticed(async () => {
      for (let socket = 0; socket < 20; socket += 1) {
        const device = await RawDevice.open(network.enginePort);
        if (socket % 2 === 0) await device.listen(makeToken('mallory'));
        for (let count = 0; count < 60; count += 1) {
          const keys = ['callsid', 'sdp', 'token', 'media', 'dtmf', 'reconnect', 'twilio', 'voiceeventsid'];
          device.send(pick(types), Object.fromEntries(keys.map((key) => [key, pick(values)])));
        }
        device.close();
      }
    });
  });
});

describe('the media host', () => {
  it('is not disturbed by datagrams of strangers', async () => {
    const random = seededRandom(7);
    const { udpPorts: ports } = await resourcesOf(network.engine.stats().mediaHostPid ?? 0);
    expect(ports.length).toBeGreaterThan(0);
    await unnoticed(async () => {
      const stranger = createSocket('udp4');
      for (let count = 0; count < 5000; count += 1) {
        const datagram = Buffer.from(
          Array.from({ length: 1 + Math.floor(random() * 200) }, () => Math.floor(random() * 256)),
        );
        const port = ports[count % ports.length] ?? 0;
        await new Promise((resolve) => stranger.send(datagram, port, '127.0.0.1', resolve));
      }
      await new Promise<void>((resolve) => stranger.close(() => resolve()));
    });
  });

  it('ends its calls clearly when it is killed, and the next call works', async () => {
    const pid = network.engine.stats().mediaHostPid ?? 0;
    process.kill(pid, 'SIGKILL');
    await Promise.all([alice.happens('call error'), bob.happens('call error')]);
    await Promise.all([alice.happens('disconnect'), bob.happens('disconnect')]);
    await Promise.all([alice.expectReady(), bob.expectReady()]);
    const parent = await eventually(() => {
      const form = network.application.statusForms.findLast((candidate) => !candidate['ParentCallSid']);
      expect(form?.['CallStatus']).toBe('failed');
      return form;
    });
    expect(parent).toMatchObject({ ErrorCode: '53405' });
    await Promise.all([alice.clearDiary(), bob.clearDiary()]);
    await talk(alice, bob);
    await alice.hangUp();
    await Promise.all([alice.expectReady(), bob.expectReady()]);
    await eventually(() => expect(network.engine.stats()).toMatchObject({ calls: 0, sdkLegs: 0 }));
  });
});
