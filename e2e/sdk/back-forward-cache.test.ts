import { afterAll, beforeAll, expect, it } from 'vitest';
import { findChromium } from '../../scripts/find-chromium.js';
import { eventually } from '../support/eventually.js';
import { startSdkNetwork, type SdkNetwork } from '../support/sdk-network.js';
import type { SdkPhone } from '../support/sdk-phone.js';
import { talk } from '../support/talking-pair.js';

let network: SdkNetwork;

// The headless shell has no such cache.
beforeAll(async () => {
  network = await startSdkNetwork({}, findChromium());
});
afterAll(() => network.close());

/** Leaves the page and returns to it; whether it is the same page still. */
async function goesAndComesBack({ page }: SdkPhone): Promise<boolean> {
  await page.goto(new URL('/twilio.min.js', page.url()).href);
  await eventually(() => expect(network.engine.stats().registeredDevices).toBe(0));
  await page.goBack({ waitUntil: 'commit' });
  return page.evaluate(() => 'device' in window);
}

it('a page that comes back from the back/forward cache is registered again, and can be called', async () => {
  const alice = await network.phone('alice');
  let bob = await (await network.phone('bob')).register();
  // Chromium keeps no page that still waits for the network: it then comes back empty, and goes again.
  for (let tries = 1; !(await goesAndComesBack(bob)); tries += 1) {
    expect(tries).toBeLessThan(4);
    await bob.close();
    bob = await (await network.phone('bob')).register();
  }
  await eventually(() => expect(network.engine.stats().registeredDevices).toBe(1));
  // The page is the one that went, with all that it remembers.
  expect((await bob.diary()).map((entry) => entry.event)).toEqual([
    'registering',
    'registered',
    'unregistered',
    'registering',
    'registered',
  ]);
  await talk(alice, bob);
  await alice.hangUp();
  await Promise.all([alice.expectReady(), bob.expectReady()]);
});
