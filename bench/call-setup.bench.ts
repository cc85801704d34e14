/** How long a call takes to be accepted and to carry media, with the unmodified SDK in Chromium. */
import { expect, it } from 'vitest';
import { startSdkNetwork } from '../e2e/support/sdk-network.js';
import { eventually } from '../e2e/support/eventually.js';
import { median, timeCalls } from './time-calls.js';

const WARM_UP = 5;
const CALLS = 20;

it('times calls from connect() on', { timeout: 90_000 }, async () => {
  const network = await startSdkNetwork();
  const [alice, bob] = [await network.phone('alice'), await network.phone('bob')];
  await Promise.all([alice.register(), bob.register()]);
  await bob.page.evaluate(() => {
    window.device.on('incoming', (call) => call.accept());
  });
  const scenarios = { 'a browser that answers at once': 'client:bob', echo: '+15005550100' };
  for (const [name, to] of Object.entries(scenarios)) {
    const times = await alice.page.evaluate(timeCalls, { to, calls: WARM_UP + CALLS });
    const warm = times.slice(WARM_UP);
    expect(warm).toHaveLength(CALLS);
    const accepted = median(warm.map((time) => time.acceptMs));
    const connected = median(warm.map((time) => time.connectedMs));
    process.stdout.write(
      `call to ${name}: connect() to accept ${accepted.toFixed(0)} ms, to media connected ${connected.toFixed(0)} ms (median of ${CALLS})\n`,
    );
    await eventually(() => expect(network.engine.stats().calls).toBe(0));
  }
  await network.close();
});
