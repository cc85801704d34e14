/** What a hundred calls leave behind, after fifty to warm up. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, twilioHostsAt } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { childrenOf, resourcesOf } from '../support/process-resources.js';
import { makeToken, servePage, startApplication } from '../support/sdk-network.js';
import { SdkPhone } from '../support/sdk-phone.js';

const ENGINE = fileURLToPath(new URL('../support/engine-child.js', import.meta.url));
const MAX_HEAP_PER_CALL = 10_000;

interface Measurement {
  heapBytes: number;
  resources: string[];
  calls: number;
  sdkLegs: number;
  mediaHostPid: number;
}

let started: Awaited<ReturnType<typeof startApplication>>;
let page: Awaited<ReturnType<typeof servePage>>;
let engine: ChildProcess;
let browser: Browser;

beforeAll(async () => {
  [started, page] = await Promise.all([startApplication(), servePage()]);
  const certificate = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec' });
  const voiceUrl = `${started.application.origin}/voice`;
  engine = fork(ENGINE, [voiceUrl, certificate.cert, certificate.private], { execArgv: ['--expose-gc'] });
  const { port } = await answer<{ port: number }>();
  browser = await launchBrowser(twilioHostsAt(port));
});
afterAll(async () => {
  await browser.close();
  const exited = new Promise((resolve) => engine.once('exit', resolve));
  engine.send('close');
  expect(await exited).toBe(0);
  await Promise.all([page.close(), started.close()]);
});

function answer<T>(): Promise<T> {
  return new Promise((resolve) => engine.once('message', (message) => resolve(message as T)));
}

function measure(): Promise<Measurement> {
  engine.send('measure');
  return answer<Measurement>();
}

async function open(identity: string): Promise<SdkPhone> {
  return (
    await SdkPhone.open({ browser, url: page.url, identity, token: makeToken(identity), deviceOptions: {} })
  ).register();
}

/** Calls from Alice to Bob, each answered, connected and ended before the next. */
async function makeCalls(alice: SdkPhone, count: number): Promise<void> {
  await alice.page.evaluate(async (calls) => {
    for (let made = 0; made < calls; made += 1) {
      const call = await window.device.connect({ params: { To: 'client:bob' } });
      await new Promise<void>((resolve, reject) => {
        call.on('error', reject);
        call.on('accept', () => call.disconnect());
        call.on('disconnect', () => resolve());
      });
    }
  }, count);
}

async function quiet(): Promise<Measurement> {
  return eventually(async () => {
    const measurement = await measure();
    expect(measurement).toMatchObject({ calls: 0, sdkLegs: 0 });
    expect((await resourcesOf(measurement.mediaHostPid)).udpPorts).toEqual([]);
    return measurement;
  });
}

it('leaves no socket, timer, process, port or memory behind', { timeout: 600_000 }, async () => {
  const [alice, bob] = [await open('alice'), await open('bob')];
  await bob.page.evaluate(() => {
    window.device.on('incoming', (call) => call.accept());
  });
  const enginePid = engine.pid ?? 0;
  await makeCalls(alice, 50);
  const before = await quiet();
  const [engineBefore, hostBefore] = [await resourcesOf(enginePid), await resourcesOf(before.mediaHostPid)];

  await makeCalls(alice, 100);
  // Connections of webhooks are kept for a while; what counts is what stays.
  await eventually(async () => {
    const after = await quiet();
    for (const name of new Set(after.resources)) {
      const count = (names: string[]): number => names.filter((candidate) => candidate === name).length;
      expect([name, count(after.resources) <= count(before.resources)]).toEqual([name, true]);
    }
    expect(after.mediaHostPid).toBe(before.mediaHostPid);
    expect(await childrenOf(enginePid)).toEqual([before.mediaHostPid]);
    expect((await resourcesOf(enginePid)).descriptors).toBeLessThanOrEqual(engineBefore.descriptors);
    expect((await resourcesOf(after.mediaHostPid)).descriptors).toBeLessThanOrEqual(hostBefore.descriptors);
    expect((after.heapBytes - before.heapBytes) / 100).toBeLessThan(MAX_HEAP_PER_CALL);
    process.stdout.write(
      `heap growth per call: ${Math.round((after.heapBytes - before.heapBytes) / 100)} bytes\n`,
    );
  }, 20_000);
  await Promise.all([alice.close(), bob.close()]);
});
