import { longestGapMs, TEST_ACCOUNT, toneLevelDb } from '@offhook/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { restClient } from '../../packages/engine/src/testing/rest-client.js';
import { hear } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { expectHears, expectHearsAll } from '../support/expect-audio.js';
import { startSdkNetwork, type SdkNetwork } from '../support/sdk-network.js';
import type { SdkPhone } from '../support/sdk-phone.js';
import { talk } from '../support/talking-pair.js';

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

it('a bridged call becomes a conference of three, with hold and mute, and ends with its owner', async () => {
  const { alice, bob, visitor } = phones;
  network.application.onDialDone = (_form, response) => {
    response.dial().conference({ beep: 'false', endConferenceOnExit: true }, ROOM);
  };
  await talk(alice, bob);

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
    expectHearsAll(alice.page, [bob.tone, visitor.tone]),
    expectHearsAll(bob.page, [alice.tone, visitor.tone]),
    expectHearsAll(visitor.page, [alice.tone, bob.tone]),
  ]);

  await room.participants(child).update({ hold: true });
  await Promise.all([
    expectHearsAll(alice.page, [visitor.tone]),
    eventually(async () => {
      const music = await hear(bob.page, 1500);
      expect(Math.max(...music.samples)).toBeGreaterThan(0.03);
      for (const { frequencyHz, levelDb } of [alice.tone, visitor.tone]) {
        expect(toneLevelDb(music, frequencyHz)).toBeLessThan(levelDb - 20);
      }
    }),
  ]);
  await room.participants(child).update({ hold: false, muted: true });
  await Promise.all([
    expectHearsAll(alice.page, [visitor.tone]),
    expectHearsAll(bob.page, [alice.tone, visitor.tone]),
  ]);

  await alice.hangUp();
  await Promise.all([bob.happens('disconnect'), visitor.happens('disconnect')]);
  await eventually(() => expect(network.engine.stats()).toMatchObject({ calls: 0, sdkLegs: 0 }));
});
