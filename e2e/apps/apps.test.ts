/**
 * Four apps as others write them for Twilio, on `offhook engine` alone: official SDKs without options of ours,
 * official libraries on the server, Twilio's host names. One engine serves all four, from one configuration.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { levelDb } from '@offhook/testing';
import { Hono } from 'hono';
import type { Browser, Page } from 'playwright-core';
import twilio from 'twilio';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { hear, launchBrowser, openPage, TONES, twilioHostsAt, type Tone } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { expectHears, expectSomewhere, expectToneHz } from '../support/expect-audio.js';
import { freePort, OffhookProcess } from '../support/offhook-process.js';
import { serve } from '../support/serve.js';
import { wavFile } from '../support/wav-file.js';
import { autoDialer } from './auto-dialer/routes.js';
import { colleagues } from './colleagues/routes.js';
import { numberDialer } from './number-dialer/routes.js';
import { startApp, type AppCredentials, type RunningApp } from './start-app.js';
import { supportDesk } from './support-desk/routes.js';

const ACCOUNT = `AC${'4'.repeat(32)}`;
const AUTH_TOKEN = 'the-auth-token-of-the-account';
/** Somebody else's number, whose TwiML plays 500 Hz. */
const FAR_NUMBER = '+16175550199';
const KEYPAD_NUMBER = '+15005550102';

function credentialsOf(app: number): AppCredentials {
  return {
    accountSid: ACCOUNT,
    authToken: AUTH_TOKEN,
    apiKey: `SK${String(app).repeat(32)}`,
    apiSecret: `secret-of-api-key-number-${app}`,
    appSid: `AP${String(app).repeat(32)}`,
    number: `+1617555010${app}`,
  };
}

let engine: OffhookProcess;
let browser: Browser;
let directory: string;
let far: Awaited<ReturnType<typeof startFarEnd>>;
let dialer: RunningApp;
let auto: RunningApp;
let desk: RunningApp;
let office: RunningApp;

/** Whoever answers `FAR_NUMBER`. */
async function startFarEnd(): Promise<{ origin: string; callers: string[]; close(): Promise<void> }> {
  const app = new Hono();
  const callers: string[] = [];
  app.get('/tone.wav', (context) =>
    context.body(new Uint8Array(wavFile()), 200, { 'content-type': 'audio/wav' }),
  );
  app.post('/voice', async (context) => {
    callers.push(new URLSearchParams(await context.req.text()).get('From') ?? '');
    const response = new twilio.twiml.VoiceResponse();
    response.play({ loop: 0 }, '/tone.wav');
    return context.body(response.toString(), 200, { 'content-type': 'text/xml' });
  });
  const { port, close } = await serve(app);
  return { origin: `http://localhost:${port}`, callers, close };
}

beforeAll(async () => {
  far = await startFarEnd();
  const [one, two, three, four] = [1, 2, 3, 4].map(credentialsOf) as [
    AppCredentials,
    AppCredentials,
    AppCredentials,
    AppCredentials,
  ];
  const sdk = '@twilio/voice-sdk';
  dialer = await startApp({ folder: 'number-dialer', sdk, credentials: one, routes: numberDialer });
  auto = await startApp({ folder: 'auto-dialer', sdk, credentials: two, routes: autoDialer });
  desk = await startApp({
    folder: 'support-desk',
    sdk: 'twilio-client',
    credentials: three,
    routes: supportDesk,
  });
  office = await startApp({ folder: 'colleagues', sdk, credentials: four, routes: colleagues });
  const config = {
    accounts: [
      {
        sid: ACCOUNT,
        authToken: AUTH_TOKEN,
        apiKeys: [one, three, four].map(({ apiKey, apiSecret }) => ({ sid: apiKey, secret: apiSecret })),
        applications: [
          { sid: one.appSid, voiceUrl: `${dialer.origin}/voice` },
          { sid: two.appSid, voiceUrl: `${auto.origin}/voice` },
          { sid: three.appSid, voiceUrl: `${desk.origin}/hooks/call/connect` },
          { sid: four.appSid, voiceUrl: `${office.origin}/call` },
        ],
        phoneNumbers: [
          { phoneNumber: three.number, voiceUrl: `${desk.origin}/hooks/voice` },
          { phoneNumber: FAR_NUMBER, voiceUrl: `${far.origin}/voice` },
        ],
      },
    ],
  };
  directory = await mkdtemp(join(tmpdir(), 'offhook-apps-'));
  const file = join(directory, 'engine.yaml');
  await writeFile(file, stringify(config));
  const port = await freePort();
  engine = await OffhookProcess.start(
    ['engine', '--config', file, '--tls-self-signed', '--port', String(port)],
    /listening on https:/,
  );
  browser = await launchBrowser(twilioHostsAt(port));
});
afterAll(async () => {
  await browser.close();
  expect(await engine.stop()).toBe(0);
  for (const app of [dialer, auto, desk, office]) {
    expect(app.webhooks.length).toBeGreaterThan(0);
    expect(app.webhooks.filter(({ genuine }) => !genuine)).toEqual([]);
  }
  await Promise.all([dialer, auto, desk, office, far].map((app) => app.close()));
  await rm(directory, { recursive: true });
});

/** A person in front of an app's page. */
async function open(url: string, tone: Tone): Promise<Page> {
  const context = await browser.newContext();
  const page = await openPage(context, tone);
  await page.goto(url);
  return page;
}

async function shows(page: Page, status: string): Promise<void> {
  await eventually(async () => expect(await page.textContent('#status')).toBe(status));
}

it('a dialer calls numbers with Opus first', async () => {
  const page = await open(dialer.origin, TONES.alice);
  await page.fill('#number', FAR_NUMBER);
  await page.click('#call');
  await shows(page, 'In call');
  await expectToneHz(page, [500]);
  await eventually(async () => expect(await page.textContent('#codec')).toBe('opus'));
  expect(far.callers).toEqual([credentialsOf(1).number]);
  await page.click('#hang-up');
  await shows(page, 'Ready');

  await page.fill('#number', '+15005550100');
  await page.click('#call');
  await expectHears(page, TONES.alice);
  await page.click('#hang-up');
  await shows(page, 'Ready');
  await page.context().close();
});

it('a page with a capability token calls the number in its address, after a sentence', async () => {
  const number = encodeURIComponent('+15005550101');
  const page = await open(`${auto.origin}/?number=${number}`, TONES.alice);
  await shows(page, 'In call');
  await eventually(async () => expect(levelDb(await hear(page, 300))).toBeGreaterThan(-45));
  await expectToneHz(page, [440]);
  expect(auto.webhooks[0]?.form).toMatchObject({
    phoneNumber: '+15005550101',
    callerId: credentialsOf(2).number,
  });
  await page.click('#hang-up');
  await shows(page, 'Ended');
  await page.context().close();
});

it('a support desk on twilio-client 1.15.1 is called, declines, accepts, talks and presses keys', async () => {
  const [agent, customer] = await Promise.all([
    open(`${desk.origin}/?page=desk`, TONES.bob),
    open(desk.origin, TONES.carol),
  ]);
  await Promise.all([shows(agent, 'Ready'), shows(customer, 'Ready')]);
  const { number } = credentialsOf(3);

  await customer.fill('#number', number);
  await customer.click('#call');
  await shows(agent, `Call from ${number}`);
  await agent.click('#accept');
  await Promise.all([expectHears(agent, TONES.carol), expectHears(customer, TONES.bob)]);
  await agent.click('#hang-up');
  await Promise.all([shows(agent, 'Ready'), shows(customer, 'Ready')]);
  expect(desk.webhooks.map(({ path }) => path)).toEqual(['/hooks/call/connect', '/hooks/voice']);

  await customer.click('#call');
  await shows(agent, `Call from ${number}`);
  await agent.click('#reject');
  await shows(agent, 'Rejected');
  await shows(customer, 'Ready');

  await customer.click('#call');
  await shows(agent, `Call from ${number}`);
  await customer.click('#hang-up');
  await shows(agent, 'Missed');

  await customer.fill('#number', KEYPAD_NUMBER);
  await customer.click('#call');
  await shows(customer, 'In call');
  await eventually(async () => {
    const heard = hear(customer, 4000);
    await customer.click('#five');
    expectSomewhere(await heard, [770, 1336]);
  });
  await customer.click('#hang-up');
  await shows(customer, 'Ready');
  // The old SDK tells the caller of the decline, and of nothing else.
  expect(await customer.textContent('#errors')).toBe('31603 Decline; ');
  expect(await agent.textContent('#errors')).toBe('');
  await Promise.all([agent.context().close(), customer.context().close()]);
});

it('colleagues call each other by name', async () => {
  const [alice, bob] = await Promise.all([
    open(`${office.origin}/?identity=alice`, TONES.alice),
    open(`${office.origin}/?identity=bob`, TONES.bob),
  ]);
  await Promise.all([shows(alice, 'Ready'), shows(bob, 'Ready')]);
  await alice.fill('#to', 'bob');
  await alice.click('#call');
  await shows(bob, 'Call from client:alice');
  await bob.click('#accept');
  await Promise.all([expectHears(alice, TONES.bob), expectHears(bob, TONES.alice)]);
  await alice.click('#hang-up');
  await Promise.all([shows(alice, 'Ready'), shows(bob, 'Ready')]);
  await Promise.all([alice.context().close(), bob.context().close()]);
});
