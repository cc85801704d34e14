/** `offhook engine`, alone, for apps written for Twilio: the SDK gets no options and Twilio's host names. */
import { fileURLToPath } from 'node:url';
import { TEST_ACCOUNT } from '@offhook/testing';
import { Hono } from 'hono';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, twilioHostsAt } from './support/browser.js';
import { freePort, OffhookProcess } from './support/offhook-process.js';
import { serve } from './support/serve.js';
import { makeToken, servePage, startApplication } from './support/sdk-network.js';
import { SdkPhone } from './support/sdk-phone.js';
import { talk } from './support/talking-pair.js';

const CREDENTIALS = {
  TWILIO_ACCOUNT_SID: TEST_ACCOUNT.accountSid,
  TWILIO_AUTH_TOKEN: TEST_ACCOUNT.authToken,
  TWILIO_API_KEY: TEST_ACCOUNT.apiKey,
  TWILIO_API_SECRET: TEST_ACCOUNT.apiSecret,
  TWILIO_APP_SID: TEST_ACCOUNT.appSid,
};

describe('offhook engine', () => {
  let started: Awaited<ReturnType<typeof startApplication>>;
  let page: Awaited<ReturnType<typeof servePage>>;
  let engine: OffhookProcess;
  let browser: Browser;
  let enginePort: number;

  beforeAll(async () => {
    started = await startApplication();
    page = await servePage();
    enginePort = await freePort();
    const port = String(enginePort);
    const voiceUrl = `${started.application.origin}/voice`;
    engine = await OffhookProcess.start(
      ['engine', '--tls-self-signed', '--port', port, '--voice-url', voiceUrl],
      /listening on https:/,
      CREDENTIALS,
    );
    browser = await launchBrowser(twilioHostsAt(enginePort));
  });
  afterAll(async () => {
    await browser.close();
    expect(await engine.stop()).toBe(0);
    await page.close();
    await started.close();
  });

  function open(identity: string, deviceOptions: object = {}): Promise<SdkPhone> {
    return SdkPhone.open({ browser, url: page.url, identity, token: makeToken(identity), deviceOptions });
  }

  it('registers, calls and talks with the unmodified SDK without options', async () => {
    const [alice, bob] = [await open('alice'), await open('bob')];
    await alice.register();
    await bob.register();
    const failed: string[] = [];
    bob.page.on('requestfailed', (request) => failed.push(request.url()));
    await talk(alice, bob);
    await bob.hangUp();
    await Promise.all([alice.expectReady(), bob.expectReady()]);
    expect(failed).toEqual([]);
    expect(started.application.forged).toBe(0);
    await Promise.all([alice.close(), bob.close()]);
  });

  it("serves the sounds under the SDK's own address, so that nothing is late", async () => {
    const alice = await open('alice');
    const [incoming, key] = await alice.page.evaluate(async () => {
      const load = async (name: string): Promise<number> => {
        const answer = await fetch(
          `https://sdk.twilio.com/js/client/sounds/releases/1.0.0/${name}.mp3?cache=2.18.5`,
        );
        const audio = await new AudioContext().decodeAudioData(await answer.arrayBuffer());
        return audio.duration;
      };
      return [await load('incoming'), await load('dtmf-star')] as const;
    });
    expect(incoming).toBeGreaterThan(2);
    expect(key).toBeGreaterThan(0.1);
    await alice.close();
  });

  it('is told by the REST API to ask an application on this machine, and asks it', async () => {
    const app = new Hono();
    const asked = new Promise<string>((resolve) => {
      app.post('/hello', async (context) => {
        resolve(new URLSearchParams(await context.req.text()).get('To') ?? '');
        return context.body('<Response/>', 200, { 'content-type': 'text/xml' });
      });
    });
    const { port, close } = await serve(app);
    const { TWILIO_ACCOUNT_SID: sid, TWILIO_AUTH_TOKEN: token } = CREDENTIALS;
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const answer = await context.request.post(
      `https://localhost:${enginePort}/2010-04-01/Accounts/${sid}/Calls.json`,
      {
        headers: { authorization: `Basic ${btoa(`${sid}:${token}`)}` },
        form: { To: '+15005550100', From: 'client:app', Url: `http://127.0.0.1:${port}/hello` },
      },
    );
    expect(answer.status()).toBe(201);
    expect(await asked).toBe('+15005550100');
    await context.close();
    await close();
  });

  it('takes the edge from the host name', async () => {
    for (const [edge, home] of [
      ['roaming', 'us1'],
      ['tokyo', 'jp1'],
    ]) {
      const alice = await open('alice', { edge });
      await alice.register();
      expect(await alice.page.evaluate(() => window.device.home)).toBe(home);
      await alice.close();
    }
  });
});

/** A configuration with two mistakes: a short SID and a key that does not exist. */
const MISTAKEN_CONFIG = fileURLToPath(new URL('support/mistaken-engine.yaml', import.meta.url));

describe('offhook engine with wrong options', () => {
  it.concurrent.each([
    [['engine'], {}, /--voice-url: is missing/],
    [['engine', '--voice-url', 'nonsense'], {}, /voiceUrl/],
    [['engine', '--voice-url', 'http://localhost/v', '--port', 'x'], {}, /--port/],
    [['engine', '--voice-url', 'http://localhost/v', '--tls-cert', 'a'], {}, /go together/],
    [
      ['engine', '--voice-url', 'http://localhost/v', '--tls-cert', 'a', '--tls-key', 'b'],
      {},
      /--tls-cert: a cannot be read/,
    ],
    [
      ['engine', '--voice-url', 'http://localhost/v', '--host', '0.0.0.0'],
      {},
      /TWILIO_AUTH_TOKEN.*development values/,
    ],
    [['engine', '--voice-url', 'http://localhost/v'], { TWILIO_ACCOUNT_SID: 'AC1' }, /sid: must be AC/],
    [['engine', '--voice-url', 'http://localhost/v'], { OFFHOOK_MEDIA_PORTS: '9-1' }, /OFFHOOK_MEDIA_PORTS/],
    [['engine', '--config', '/nowhere.yaml'], {}, /--config: \/nowhere.yaml cannot be read/],
    [['engine', '--config', MISTAKEN_CONFIG], {}, /accounts\.0\.sid: must be AC[^]*accounts\.0: .*"ships"/],
    [['engine', '--sing'], {}, /--sing/],
  ])('%j %j says so and ends with 1', async (args, env: Record<string, string>, message) => {
    const command = OffhookProcess.run(args, env);
    expect(await command.exited()).toBe(1);
    expect(command.output).toMatch(message);
    expect(command.output).not.toMatch(/ {4}at /);
  });
});
