/** The REST API as the official client sees it, over an engine that is whole. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAGIC_NUMBERS } from '../calls/magic-party.js';
import { parseEngineConfig } from '../config.js';
import { restClient } from '../testing/rest-client.js';
import { createVoiceEngine, type VoiceEngine } from '../voice-engine.js';

const ACCOUNT = `AC${'1'.repeat(32)}`;
const TOKEN = 'auth-token-of-the-account';
const APPLICATION = `AP${'2'.repeat(32)}`;
const KEY = { sid: `SK${'3'.repeat(32)}`, secret: 'secret-of-the-api-key' };
const ECHO = MAGIC_NUMBERS.echo;

type Form = Record<string, string>;

let engine: VoiceEngine;
let directory: string;
/** What the application was told, by path. */
const told: { path: string; form: Form }[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    told.push({ path: request.url ?? '', form: Object.fromEntries(new URLSearchParams(body)) });
    response.setHeader('content-type', 'text/xml').end('<Response><Pause length="60"/></Response>');
    server.emit('told');
  });
});
let origin: string;

function start(): Promise<VoiceEngine> {
  return createVoiceEngine({
    config: parseEngineConfig({
      accounts: [
        {
          sid: ACCOUNT,
          authToken: TOKEN,
          apiKeys: [KEY],
          applications: [{ sid: APPLICATION, voiceUrl: `${origin}/configured` }],
        },
      ],
      dataDirectory: directory,
    }),
    clock: { now: () => new Date(), monotonicMs: () => performance.now() },
    logger: pino({ level: 'silent' }),
  });
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'rest-'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  engine = await start();
});
afterAll(async () => {
  await engine.close();
  server.closeAllConnections();
  server.close();
  rmSync(directory, { recursive: true });
});

/** The official client, whose requests reach the engine instead of the network. */
function client(user = ACCOUNT, password = TOKEN): ReturnType<typeof restClient> {
  return restClient((url, init) => engine.http.request(url, init), { accountSid: ACCOUNT, user, password });
}

async function toldAt(path: string, wanted: Form = {}): Promise<Form> {
  for (;;) {
    const found = told.find(
      (one) => one.path === path && Object.entries(wanted).every(([name, value]) => one.form[name] === value),
    );
    if (found) return found.form;
    // oxlint-disable-next-line no-await-in-loop -- each request wakes it
    await new Promise<void>((resolve) => server.once('told', resolve));
  }
}

describe('authentication', () => {
  it('takes the auth token and an API key, and nothing else', async () => {
    expect((await client().api.v2010.accounts(ACCOUNT).fetch()).status).toBe('active');
    expect(await client(KEY.sid, KEY.secret).applications.list()).toHaveLength(1);
    const wrong = client(ACCOUNT, 'wrong').applications.list();
    await expect(wrong).rejects.toMatchObject({ status: 401, code: 20003 });
  });
});

describe('resources', () => {
  it('makes, changes, lists and removes applications, and keeps them through a restart', async () => {
    const made = await client().applications.create({ friendlyName: 'shop', voiceUrl: `${origin}/a` });
    expect(made.sid).toMatch(/^AP[0-9a-f]{32}$/);
    expect(made.dateCreated.getTime()).toBeGreaterThan(Date.now() - 60_000);
    await client()
      .applications(made.sid)
      .update({ voiceFallbackUrl: `${origin}/b`, voiceMethod: 'GET' });
    await engine.close();
    engine = await start();
    const fetched = await client().applications(made.sid).fetch();
    expect(fetched).toMatchObject({
      voiceUrl: `${origin}/a`,
      voiceFallbackUrl: `${origin}/b`,
      voiceMethod: 'GET',
    });
    expect(await client().applications.list({ friendlyName: 'shop' })).toHaveLength(1);
    expect(await client().applications(made.sid).remove()).toBe(true);
    await expect(client().applications(made.sid).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    await expect(client().applications.create({ voiceUrl: 'nonsense' })).rejects.toMatchObject({
      code: 21502,
    });
  });

  it('makes, changes, lists and removes phone numbers', async () => {
    const made = await client().incomingPhoneNumbers.create({
      phoneNumber: '+18005550123',
      voiceApplicationSid: APPLICATION,
    });
    expect(made.capabilities.voice).toBe(true);
    expect(await client().incomingPhoneNumbers.tollFree.list()).toHaveLength(1);
    expect(await client().incomingPhoneNumbers.local.list()).toHaveLength(0);
    expect(await client().incomingPhoneNumbers.mobile.list()).toHaveLength(0);
    expect(await client().incomingPhoneNumbers.list({ phoneNumber: '555' })).toHaveLength(1);
    await client().incomingPhoneNumbers(made.sid).update({ friendlyName: 'sales' });
    expect((await client().incomingPhoneNumbers(made.sid).fetch()).friendlyName).toBe('sales');
    const twice = client().incomingPhoneNumbers.create({ phoneNumber: '+18005550123' });
    await expect(twice).rejects.toMatchObject({ code: 21422 });
    await expect(client().incomingPhoneNumbers.create({ phoneNumber: '1' })).rejects.toMatchObject({
      code: 21421,
    });
    expect(await client().incomingPhoneNumbers(made.sid).remove()).toBe(true);
  });

  it('makes API keys that work until they are removed', async () => {
    const made = await client().newKeys.create({ friendlyName: 'ci' });
    const withKey = client(made.sid, made.secret);
    expect((await withKey.keys(made.sid).fetch()).friendlyName).toBe('ci');
    expect((await client().keys(made.sid).update({ friendlyName: 'cd' })).friendlyName).toBe('cd');
    expect(await client().keys.list()).toHaveLength(2);
    await client().keys(made.sid).remove();
    await expect(withKey.keys.list()).rejects.toMatchObject({ code: 20003 });
  });

  it('has no recordings, and says what it does not emulate', async () => {
    expect(await client().recordings.list()).toEqual([]);
    await expect(
      client()
        .recordings(`RE${'0'.repeat(32)}`)
        .fetch(),
    ).rejects.toMatchObject({ code: 20404 });
    await expect(client().messages.list()).rejects.toMatchObject({
      status: 501,
      message: /Messages is not emulated/,
    });
  });
});

describe('calls', () => {
  it('calls a party, runs its TwiML, redirects and ends it, and reports its progress', async () => {
    const made = await client().calls.create({
      to: ECHO,
      from: '+16175550100',
      url: `${origin}/answered`,
      statusCallback: `${origin}/progress`,
      statusCallbackEvent: ['initiated', 'answered', 'completed'],
    });
    expect(made).toMatchObject({ status: 'queued', direction: 'outbound-api', to: ECHO });
    const form = await toldAt('/answered');
    expect(form).toMatchObject({ CallSid: made.sid, Direction: 'outbound-api', CallStatus: 'in-progress' });
    await client()
      .calls(made.sid)
      .update({ url: `${origin}/elsewhere` });
    await toldAt('/elsewhere', { CallSid: made.sid });
    expect(await client().calls.list({ status: 'in-progress', to: ECHO })).toHaveLength(1);
    await expect(client().calls(made.sid).remove()).rejects.toMatchObject({ code: 20009 });
    const ended = await client().calls(made.sid).update({ status: 'completed' });
    expect(ended).toMatchObject({ status: 'completed', duration: '0' });
    expect(ended.endTime.getTime()).toBeGreaterThanOrEqual(ended.startTime.getTime());
    await toldAt('/progress', { CallStatus: 'completed', CallSid: made.sid });
    const progress = told.filter(({ path }) => path === '/progress').map((one) => one.form['CallStatus']);
    expect(progress).toEqual(['initiated', 'in-progress', 'completed']);
    const late = client().calls(made.sid).update({ twiml: '<Response/>' });
    await expect(late).rejects.toMatchObject({ code: 21220 });
    expect(await client().calls(made.sid).remove()).toBe(true);
    await expect(client().calls(made.sid).fetch()).rejects.toMatchObject({ code: 20404 });
  });

  it('runs TwiML that came with the request, cancels what still rings, and finds nobody where nobody is', async () => {
    const callback = (name: string): { statusCallback: string } => ({ statusCallback: `${origin}/${name}` });
    const from = 'client:shop';
    const twiml = '<Response><Hangup/></Response>';
    const given = await client().calls.create({ to: ECHO, from, twiml, ...callback('given') });
    expect(await toldAt('/given')).toMatchObject({ CallSid: given.sid, CallStatus: 'completed' });
    const to = MAGIC_NUMBERS['no-answer'];
    const rung = await client().calls.create({ to, from, applicationSid: APPLICATION });
    expect(await client().calls(rung.sid).update({ status: 'canceled' })).toMatchObject({
      status: 'canceled',
    });
    const nobody = await client().calls.create({ to: 'client:nobody', from, twiml, ...callback('nobody') });
    expect(await toldAt('/nobody')).toMatchObject({ CallSid: nobody.sid, CallStatus: 'no-answer' });
  });

  it('lists page by page and by time', async () => {
    const all = await client().calls.list();
    const paged = await client().calls.list({ pageSize: 1 });
    expect(paged.map(({ sid }) => sid)).toEqual(all.map(({ sid }) => sid));
    expect(all.length).toBeGreaterThan(1);
    expect(await client().calls.list({ startTimeBefore: new Date(0) })).toEqual([]);
    expect(await client().calls.list({ startTimeAfter: new Date(0) })).toHaveLength(all.length);
  });

  it.each([
    [{ to: '', from: 'client:a' }, 21201],
    [{ to: ECHO, from: '' }, 21213],
    [{ to: ECHO, from: 'me' }, 21212],
    [{ to: 'bob', from: 'client:a', url: 'http://a.test' }, 21211],
    [{ to: ECHO, from: 'client:a' }, 21205],
    [{ to: ECHO, from: 'client:a', applicationSid: `AP${'9'.repeat(32)}` }, 21218],
    [{ to: ECHO, from: 'client:a', url: 'http://a.test', sendDigits: '1' }, 20501],
  ])('refuses %j with %i', async (order, code) => {
    await expect(client().calls.create(order)).rejects.toMatchObject({ code });
  });

  it('has messages only for calls with a device', async () => {
    const made = await client().calls.create({ to: ECHO, from: 'client:a', url: `${origin}/messages` });
    await toldAt('/messages');
    const { userDefinedMessages, userDefinedMessageSubscriptions } = client().calls(made.sid);
    await expect(userDefinedMessages.create({ content: '{}' })).rejects.toMatchObject({ code: 31210 });
    const subscription = await userDefinedMessageSubscriptions.create({ callback: `${origin}/heard` });
    expect(await client().calls(made.sid).userDefinedMessageSubscriptions(subscription.sid).remove()).toBe(
      true,
    );
    await client().calls(made.sid).update({ status: 'completed' });
  });
});
