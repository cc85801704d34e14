/** The SDK before 2.0, `twilio-client` 1.15.1, beyond what an ordinary app asks of it. */
import { longestGapMs } from '@offhook/testing';
import type { Connection, Device } from 'twilio-client';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hear, openPage, TONES, type Tone } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { expectHears, expectUnbroken } from '../support/expect-audio.js';
import { makeToken, servePage, startSdkNetwork, type SdkNetwork } from '../support/sdk-network.js';

type OldDevice = typeof Device & Device;
interface OldWindow {
  Twilio: { Device: OldDevice & { instance: Device } };
  connection: Connection;
  seen: string[];
  preflight: { status: string; report?: object };
}

let network: SdkNetwork;
let served: Awaited<ReturnType<typeof servePage>>;

beforeAll(async () => {
  [network, served] = await Promise.all([startSdkNetwork(), servePage('twilio-client')]);
});
afterAll(async () => {
  await network.close();
  await served.close();
});

/** A page whose Device is set up; `seen` becomes a diary. */
async function open(identity: string, tone: Tone, options: Device.Options = {}): Promise<Page> {
  const page = await openPage(await network.browser.newContext(), tone);
  await page.goto(served.url);
  await page.evaluate(
    ({ token, deviceOptions }) => {
      const old = window as unknown as OldWindow;
      const { Device: oldDevice } = old.Twilio;
      old.seen = [];
      const follow = (connection: Connection): void => {
        old.connection = connection;
        for (const event of ['ringing', 'reconnecting', 'reconnected', 'reject', 'cancel'])
          connection.on(event, () => old.seen.push(event));
      };
      oldDevice.on('ready', () => old.seen.push('ready'));
      oldDevice.on('offline', () => old.seen.push('offline'));
      oldDevice.on('error', (error: { code: number }) => old.seen.push(`error ${error.code}`));
      oldDevice.on('connect', () => old.seen.push('connect'));
      oldDevice.on('disconnect', () => old.seen.push('disconnect'));
      oldDevice.on('incoming', (connection: Connection) => {
        follow(connection);
        old.seen.push('incoming');
      });
      Object.assign(window, {
        place: (to: string, more: object) => {
          const made = oldDevice.connect({ To: to, ...more });
          if (made) follow(made);
        },
      });
      oldDevice.setup(token, deviceOptions);
    },
    { token: makeToken(identity), deviceOptions: options },
  );
  return page;
}

/** Waits for an entry of the diary, and takes everything up to it away. */
async function sees(page: Page, event: string, timeoutMs?: number): Promise<void> {
  await eventually(async () => {
    const seen = await page.evaluate((wanted) => {
      const { seen: diary } = window as unknown as OldWindow;
      const at = diary.indexOf(wanted);
      if (at >= 0) diary.splice(0, at + 1);
      return at >= 0 ? 'found' : [...diary];
    }, event);
    expect(seen, `"${event}"`).toBe('found');
  }, timeoutMs);
}

function act(page: Page, action: (old: OldWindow) => void): Promise<void> {
  return page.evaluate(`(${action.toString()})(window)`);
}

async function connect(page: Page, to: string, more: object = {}): Promise<void> {
  await page.evaluate(
    ([number, parameters]) => {
      (window as unknown as { place: (to: string, more: object) => void }).place(number, parameters);
    },
    [to, more] as const,
  );
}

it('rings, hands over parameters, takes a new token, and restarts ICE without losing the call', async () => {
  const options = { enableRingingState: true, enableIceRestart: true } as Device.Options;
  const [alice, bob] = await Promise.all([
    open('alice', TONES.alice, { ...options, codecPreferences: ['opus', 'pcmu'] as never }),
    open('bob', TONES.bob),
  ]);
  await Promise.all([sees(alice, 'ready'), sees(bob, 'ready')]);
  await connect(alice, 'client:bob', { customPage: 'a b&c=d é' });
  await sees(alice, 'ringing');
  await sees(bob, 'incoming');
  expect(
    await bob.evaluate(() => (window as unknown as OldWindow).connection.customParameters.get('customPage')),
  ).toBe('a b&c=d é');
  await act(bob, (old) => old.connection.accept());
  await Promise.all([sees(alice, 'connect'), sees(bob, 'connect')]);
  await Promise.all([expectHears(alice, TONES.bob), expectHears(bob, TONES.alice)]);

  await expectUnbroken(60, async () => {
    const heard = hear(bob, 3000);
    const token = makeToken('alice');
    await alice.evaluate((fresh) => void (window as unknown as OldWindow).Twilio.Device.setup(fresh), token);
    await sees(alice, 'ready');
    return longestGapMs(await heard, TONES.alice.frequencyHz);
  });

  await act(alice, (old) =>
    (old.connection as unknown as { mediaStream: { iceRestart(): void } }).mediaStream.iceRestart(),
  );
  await expectHears(bob, TONES.alice);
  await act(alice, (old) => old.Twilio.Device.disconnectAll());
  await Promise.all([sees(alice, 'disconnect'), sees(bob, 'disconnect')]);
  await Promise.all([alice.context().close(), bob.context().close()]);
});

it('keeps a call through the loss of its WebSocket, and ends it from either side', async () => {
  const [alice, bob] = await Promise.all([open('alice', TONES.alice), open('bob', TONES.bob)]);
  await Promise.all([sees(alice, 'ready'), sees(bob, 'ready')]);
  for (const who of [alice, bob]) {
    await connect(alice, 'client:bob');
    await sees(bob, 'incoming');
    await act(bob, (old) => old.connection.accept());
    await Promise.all([sees(alice, 'connect'), sees(bob, 'connect')]);
    await Promise.all([expectHears(alice, TONES.bob), expectHears(bob, TONES.alice)]);
    network.signalingLink.cut();
    await Promise.all([sees(alice, 'offline'), sees(bob, 'offline')]);
    await Promise.all([sees(alice, 'ready'), sees(bob, 'ready')]);
    await Promise.all([expectHears(alice, TONES.bob), expectHears(bob, TONES.alice)]);
    await act(who, (old) => old.connection.disconnect());
    await Promise.all([sees(alice, 'disconnect', 5000), sees(bob, 'disconnect', 5000)]);
  }
  await connect(alice, 'client:bob');
  await sees(bob, 'incoming');
  network.signalingLink.cut();
  await sees(bob, 'ready');
  await act(bob, (old) => old.connection.accept());
  await Promise.all([sees(alice, 'disconnect'), sees(bob, 'disconnect')]);
  await Promise.all([alice.context().close(), bob.context().close()]);
});

it('learns of a bad token, the edge of its host, and a connection that works', async () => {
  const alice = await open('alice', TONES.alice, { edge: 'dublin' });
  await sees(alice, 'ready');
  expect(await alice.evaluate(() => (window as unknown as OldWindow).Twilio.Device.instance.edge)).toBe(
    'dublin',
  );
  network.application.onVoice = (_form, response) => {
    response.play({ digits: '1ww2' });
    response.pause({ length: 2 });
  };
  await alice.evaluate((token) => {
    const old = window as unknown as OldWindow;
    const test = old.Twilio.Device.runPreflight(token);
    test.on('completed', (report: object) => (old.preflight = { status: 'completed', report }));
    test.on('failed', (error: { code: number }) => (old.preflight = { status: `failed ${error.code}` }));
  }, makeToken('alice'));
  await eventually(async () => {
    const found = await alice.evaluate(() => (window as unknown as OldWindow).preflight);
    expect(found).toMatchObject({ status: 'completed' });
  });
  await act(alice, (old) => old.Twilio.Device.destroy());
  await alice.context().close();

  const mallory = await open('mallory', TONES.carol);
  await mallory.evaluate(
    (token) => {
      const { Device: oldDevice } = (window as unknown as OldWindow).Twilio;
      oldDevice.setup(token);
    },
    makeToken('mallory', { secret: 'another secret than the one' }),
  );
  await sees(mallory, 'error 31202');
  await mallory.context().close();
});
