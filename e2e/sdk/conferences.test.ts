import { longestGapMs, toneLevelDb } from '@offhook/testing';
import { TEST_ACCOUNT } from '@offhook/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { restClient } from '../../packages/engine/src/testing/rest-client.js';
import { hear, TONES, type Tone } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { expectHears } from '../support/expect-audio.js';
import { startSdkNetwork, type SdkNetwork } from '../support/sdk-network.js';
import type { SdkPhone } from '../support/sdk-phone.js';

const ROOM = 'the room';
/** Longest silence at a change from a bridge to a conference. */
const MAX_GAP_MS = 300;

let network: SdkNetwork;
let phones: Record<'alice' | 'bob' | 'visitor', SdkPhone>;
let client: ReturnType<typeof restClient>;

beforeAll(async () => {
  network = await startSdkNetwork();
  const { accountSid, authToken } = TEST_ACCOUNT;
  client = restClient((url, init) => network.engine.http.request(url, init), {
    accountSid,
    user: accountSid,
    password: authToken,
  });
  const [alice, bob, visitor] = await Promise.all([
    network.phone('alice'),
    network.phone('bob'),
    network.phone('visitor'),
  ]);
  await Promise.all([alice.register(), bob.register(), visitor.register()]);
  phones = { alice, bob, visitor };
});
afterAll(() => network.close());

/** Waits until the phone hears exactly these people, each at about its level. */
async function expectHearsAll(phone: SdkPhone, tones: readonly Tone[]): Promise<void> {
  await eventually(async () => {
    const recording = await hear(phone.page, 500);
    for (const tone of Object.values(TONES)) {
      const level = toneLevelDb(recording, tone.frequencyHz) - tone.levelDb;
      const isHeard = tones.some(({ frequencyHz }) => frequencyHz === tone.frequencyHz);
      const offBy = isHeard ? Math.max(0, Math.abs(level) - 4) : Math.max(0, level + 25);
      expect(offBy, `${tone.frequencyHz} Hz at ${phone.identity}`).toBe(0);
    }
  });
}

it('a bridged call becomes a conference of three, with hold and mute, and ends with its owner', async () => {
  const { alice, bob, visitor } = phones;
  network.application.onDialDone = (_form, response) => {
    response.dial().conference({ beep: 'false', endConferenceOnExit: true }, ROOM);
  };
  await alice.connect({ To: 'client:bob' });
  await bob.happens('incoming');
  await bob.accept();
  await Promise.all([expectHears(alice.page, bob.tone), expectHears(bob.page, alice.tone)]);

  const ears = [hear(alice.page, 4000), hear(bob.page, 4000)] as const;
  const child = (await client.calls.list({ status: 'in-progress', to: 'client:bob' }))[0]?.sid ?? '';
  const twiml = `<Response><Dial><Conference beep="false">${ROOM}</Conference></Dial></Response>`;
  await client.calls(child).update({ twiml });
  const [atAlice, atBob] = await Promise.all(ears);
  const gaps = [longestGapMs(atAlice, bob.tone.frequencyHz), longestGapMs(atBob, alice.tone.frequencyHz)];
  expect(Math.max(...gaps), `gaps of ${gaps.join(' and ')} ms`).toBeLessThan(MAX_GAP_MS);
  await Promise.all([expectHears(alice.page, bob.tone), expectHears(bob.page, alice.tone)]);

  const [conference] = await client.conferences.list({ friendlyName: ROOM, status: 'in-progress' });
  const room = client.conferences(conference?.sid ?? '');
  await room.participants.create({ from: 'client:alice', to: 'client:visitor', beep: 'false' });
  await visitor.happens('incoming');
  await visitor.accept();
  await Promise.all([
    expectHearsAll(alice, [bob.tone, visitor.tone]),
    expectHearsAll(bob, [alice.tone, visitor.tone]),
    expectHearsAll(visitor, [alice.tone, bob.tone]),
  ]);

  await room.participants(child).update({ hold: true });
  await Promise.all([
    expectHearsAll(alice, [visitor.tone]),
    eventually(async () => {
      const music = await hear(bob.page, 1500);
      expect(Math.max(...music.samples)).toBeGreaterThan(0.03);
      for (const { frequencyHz, levelDb } of [alice.tone, visitor.tone]) {
        expect(toneLevelDb(music, frequencyHz)).toBeLessThan(levelDb - 20);
      }
    }),
  ]);
  await room.participants(child).update({ hold: false, muted: true });
  await Promise.all([expectHearsAll(alice, [visitor.tone]), expectHearsAll(bob, [alice.tone, visitor.tone])]);

  await alice.hangUp();
  await Promise.all([bob.happens('disconnect'), visitor.happens('disconnect')]);
  await eventually(() => expect(network.engine.stats()).toMatchObject({ calls: 0, sdkLegs: 0 }));
});
