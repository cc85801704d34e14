/** What 200 webhooks that hang cost: the set-up time of other calls, with and without them in turns, and memory. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TEST_ACCOUNT } from '@offhook/testing';
import { expect, it } from 'vitest';
import { eventually } from '../e2e/support/eventually.js';
import { residentBytes } from '../e2e/support/process-resources.js';
import { startSdkNetwork, type SdkNetwork } from '../e2e/support/sdk-network.js';
import { median, timeCalls } from './time-calls.js';

const HANGING = 200;
const ROUNDS = 3;
const CALLS = 10;
const ECHO = '+15005550100';
const { accountSid, authToken } = TEST_ACCOUNT;

it('times calls beside webhooks that hang', { timeout: 120_000 }, async () => {
  const network = await startSdkNetwork();
  let asked = 0;
  const server = createServer(() => void (asked += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const alice = await network.phone('alice');
  await alice.register();
  const time = (): Promise<number[]> =>
    alice.page
      .evaluate(timeCalls, { to: ECHO, calls: CALLS })
      .then((times) => times.map(({ connectedMs }) => connectedMs));
  await time();
  const [alone, beside]: [number[], number[]] = [[], []];
  const grown: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    alone.push(...(await time()));
    const before = await residentBytes(process.pid);
    asked = 0;
    const hangUp = await hang(network, server);
    await eventually(() => expect(asked).toBe(HANGING));
    grown.push((await residentBytes(process.pid)) - before);
    beside.push(...(await time()));
    await hangUp();
    await eventually(() => expect(network.engine.stats().calls).toBe(0));
  }
  const [without, withThem] = [median(alone), median(beside)];
  process.stdout.write(
    `call to echo, connect() to media connected: ${without.toFixed(0)} ms alone, ${withThem.toFixed(0)} ms beside ` +
      `${HANGING} webhooks that hang, ratio ${(withThem / without).toFixed(2)} (medians of ${alone.length}); ` +
      `memory ${(median(grown) / 2 ** 20).toFixed(1)} MB\n`,
  );
  await network.close();
  server.closeAllConnections();
  server.close();
});

/** Places the calls whose webhooks hang; the function that comes back ends them. */
async function hang(network: SdkNetwork, server: Server): Promise<() => Promise<void>> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const post = async (path: string, form: Record<string, string>): Promise<string> => {
    const answer = await network.engine.http.request(`/2010-04-01/Accounts/${accountSid}/${path}.json`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` },
      body: new URLSearchParams(form),
    });
    return ((await answer.json()) as { sid: string }).sid;
  };
  const sids = await Promise.all(
    Array.from({ length: HANGING }, () => post('Calls', { To: ECHO, From: 'client:slow', Url: url })),
  );
  return async () => {
    await Promise.all(sids.map((sid) => post(`Calls/${sid}`, { Status: 'completed' })));
  };
}
