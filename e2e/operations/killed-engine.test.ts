/**
 * The engine is killed in the middle of calls, and started again on the same data: what was recorded is there up to
 * the last second, marked as cut and told of, and nothing goes on for ever.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TEST_ACCOUNT } from '@offhook/testing';
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAGIC_NUMBERS } from '../../packages/engine/src/calls/magic-party.js';
import { toneLevelDbov } from '../../packages/engine/src/testing/goertzel.js';
import { eventually } from '../support/eventually.js';
import { freePort, OffhookProcess } from '../support/offhook-process.js';

const { accountSid: account, authToken } = TEST_ACCOUNT;
const FROM = '+16175550100';
/** What the magic destination says. */
const TONE_HZ = 440;
const TONE_DBOV = -16;
const TALK_MS = 3000;

type Form = Record<string, string>;

let directory: string;
let application: Server;
let told: { path: string; form: Form }[];
let origin: string;
let port: number;
let engine: OffhookProcess;
let client: ReturnType<typeof twilio>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'offhook-killed-'));
  told = [];
  application = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      told.push({ path: request.url ?? '', form: Object.fromEntries(new URLSearchParams(body)) });
      response.setHeader('content-type', 'text/xml').end('<Response><Pause length="60"/></Response>');
    });
  });
  await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(application.address() as AddressInfo).port}`;
  port = await freePort();
  client = twilio(account, authToken);
  const { httpClient } = client;
  const send = httpClient.request.bind(httpClient);
  httpClient.request = (options) =>
    send({ ...options, uri: options.uri.replace('https://api.twilio.com', `http://127.0.0.1:${port}`) });
  engine = await startEngine();
});
afterAll(async () => {
  await engine.stop();
  application.closeAllConnections();
  application.close();
  await rm(directory, { recursive: true, force: true });
});

function startEngine(): Promise<OffhookProcess> {
  return OffhookProcess.start(
    ['engine', '--port', String(port), '--voice-url', `${origin}/voice`, '--data', join(directory, 'data')],
    /listening on http:/,
    {
      TWILIO_ACCOUNT_SID: account,
      TWILIO_AUTH_TOKEN: authToken,
      TWILIO_API_KEY: TEST_ACCOUNT.apiKey,
      TWILIO_API_SECRET: TEST_ACCOUNT.apiSecret,
      TWILIO_APP_SID: TEST_ACCOUNT.appSid,
    },
  );
}

/** A call to somebody who says a tone. */
async function call(twiml: string): Promise<string> {
  const statusCallback = `${origin}/ended`;
  const { sid } = await client.calls.create({ from: FROM, to: MAGIC_NUMBERS.tone, twiml, statusCallback });
  return sid;
}

/** What was told of the end of the recording of this call. */
function reportOf(callSid: string): Form | undefined {
  return told.find(
    ({ path, form }) =>
      path === '/recorded' && form['CallSid'] === callSid && form['RecordingStatus'] === 'completed',
  )?.form;
}

/** What was told of the end of this call. */
function endsOf(callSid: string): Form[] {
  return told
    .filter(({ path, form }) => path === '/ended' && form['CallSid'] === callSid)
    .map(({ form }) => form);
}

async function download(recording: string): Promise<{ seconds: number; said: Int16Array }> {
  const answer = await fetch(
    `http://127.0.0.1:${port}/2010-04-01/Accounts/${account}/Recordings/${recording}.wav`,
    { headers: { authorization: `Basic ${btoa(`${account}:${authToken}`)}` } },
  );
  expect(answer.status).toBe(200);
  const file = Buffer.from(await answer.arrayBuffer());
  expect([file.readUInt32LE(4), file.readUInt32LE(40)]).toEqual([file.length - 8, file.length - 44]);
  const channels = file.readUInt16LE(22);
  const count = (file.length - 44) / (2 * channels);
  const said = Int16Array.from({ length: count }, (_, i) => file.readInt16LE(44 + 2 * i * channels));
  return { seconds: count / 8000, said };
}

describe('an engine that is killed while it records', () => {
  it('has it all up to the last second when it is started again, and says that it is cut', async () => {
    const callback = `recordingStatusCallback="${origin}/recorded" recordingStatusCallbackEvent="in-progress completed"`;
    const conference = `<Response><Dial><Conference record="record-from-start" beep="false" ${callback}>all</Conference></Dial></Response>`;
    await call(
      `<Response><Record maxLength="60" timeout="60" recordingStatusCallback="${origin}/recorded"/></Response>`,
    );
    for (const _ of ['first', 'second']) await call(conference);
    const dual = await call('<Response><Pause length="60"/></Response>');
    await eventually(async () => {
      expect((await client.calls(dual).fetch()).status).toBe('in-progress');
    });
    await client.calls(dual).recordings.create({
      recordingChannels: 'dual',
      recordingStatusCallback: `${origin}/recorded`,
    });
    const queue = await client.queues.create({ friendlyName: 'support', maxSize: 7 });
    const waiting = await call('<Response><Enqueue>support</Enqueue></Response>');
    await eventually(async () => {
      expect(await client.queues(queue.sid).members.list()).toMatchObject([{ callSid: waiting }]);
      const statuses = (await client.recordings.list()).map(({ status }) => status);
      expect(statuses).toEqual(['in-progress', 'in-progress', 'in-progress']);
    });
    const over = await call('<Response><Hangup/></Response>');
    await eventually(() => expect(endsOf(over)).toHaveLength(1));
    const live = (await client.calls.list({ status: 'in-progress' })).map(({ sid }) => sid);
    expect(live).toHaveLength(5);
    const beganAt = performance.now();
    await sleep(TALK_MS);
    const lasted = (performance.now() - beganAt) / 1000;
    engine.child.kill('SIGKILL');
    await engine.exited();
    engine = await startEngine();

    const recordings = await client.recordings.list();
    expect(recordings).toHaveLength(3);
    for (const { sid, callSid, status, errorCode, duration } of recordings) {
      expect([status, errorCode]).toEqual(['completed', 53405]);
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { seconds, said } = await download(sid);
      expect(seconds).toBeGreaterThan(lasted - 1);
      expect(Number(duration)).toBe(Math.round(seconds));
      const level = toneLevelDbov(said.subarray(said.length - 4000), 8000, TONE_HZ);
      expect(level).toBeGreaterThan(TONE_DBOV - 10);
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await eventually(() => {
        expect(reportOf(callSid)).toMatchObject({ RecordingSid: sid, ErrorCode: '53405' });
      });
    }
    expect(recordings.map(({ source }) => source).toSorted()).toEqual([
      'Conference',
      'RecordVerb',
      'StartCallRecordingAPI',
    ]);
    for (const sid of live) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await eventually(() => expect(endsOf(sid)).toHaveLength(1));
      expect(endsOf(sid)).toMatchObject([{ CallStatus: 'failed', ErrorCode: '31005', SequenceNumber: '2' }]);
    }
    expect(endsOf(over)).toMatchObject([{ CallStatus: 'completed' }]);
    expect(await client.conferences.list()).toEqual([]);
    expect(await client.calls.list()).toEqual([]);
    expect(await client.queues.list()).toMatchObject([
      { sid: queue.sid, friendlyName: 'support', maxSize: 7, currentSize: 0 },
    ]);
  });
});
