import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toCallRecord } from '../stores/call-record-store.js';
import { MemoryCallRecordStore } from '../stores/memory-call-record-store.js';
import { storedCall } from '../testing/call-record-store-suite.js';
import { callSid, CREDENTIALS, TestClock, testConfig } from '../testing/test-server.js';
import { LostCalls } from './lost-calls.js';

const CALL = callSid(1);
const ACCOUNT_PATH = `/2010-04-01/Accounts/${CREDENTIALS.TWILIO_ACCOUNT_SID}`;

/** A call as the platform's REST API tells of it. */
interface PlatformCall {
  sid: string;
  status: string;
  parent_call_sid?: string;
  to?: string;
  duration?: string;
  end_time?: string;
}

let platform: Server;
let origin: string;
let calls: PlatformCall[];
let answerStatus: number;
const seen: { path: string; authorization: string | undefined }[] = [];

beforeEach(async () => {
  [calls, answerStatus] = [[], 200];
  seen.length = 0;
  platform = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://platform');
    seen.push({ path: pathname, authorization: request.headers.authorization });
    const parent = searchParams.get('ParentCallSid');
    const found = calls.find(({ sid }) => pathname === `${ACCOUNT_PATH}/Calls/${sid}.json`);
    const list = { calls: calls.filter((call) => call.parent_call_sid === parent), page: 0, page_size: 50 };
    const isList = pathname === `${ACCOUNT_PATH}/Calls.json` && parent !== null;
    const body = isList ? list : (found ?? { code: 20404, message: 'not found', status: 404 });
    const status = answerStatus === 200 && !isList && !found ? 404 : answerStatus;
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  });
  platform.listen(0, '127.0.0.1');
  await once(platform, 'listening');
  origin = `http://127.0.0.1:${(platform.address() as AddressInfo).port}`;
});
afterEach(async () => {
  platform.close();
  await once(platform, 'close');
});

async function recordAfter(known: PlatformCall[], rounds = 1) {
  calls = known;
  const records = new MemoryCallRecordStore();
  const clock = new TestClock();
  await records.create(storedCall(CALL, { startedAt: clock.now() - 600_000 }));
  const { credentials } = testConfig({ voice: { mode: 'twilio' } });
  const logger = pino({ level: 'silent' });
  const lostCalls = new LostCalls({ records, credentials, origin, clock, logger });
  for (let round = 0; round < rounds; round += 1) await lostCalls.close(clock.now());
  const call = await records.find(CALL);
  return call && toCallRecord(call);
}

const END = 'Wed, 01 Jul 2026 09:55:00 +0000';
const parent = (more: Partial<PlatformCall>): PlatformCall => ({
  sid: CALL,
  status: 'completed',
  duration: '40',
  end_time: END,
  ...more,
});
const party = (index: number, more: Partial<PlatformCall>): PlatformCall => ({
  sid: callSid(10 + index),
  parent_call_sid: CALL,
  to: `client:agent${index}`,
  status: 'no-answer',
  duration: '0',
  end_time: END,
  ...more,
});

describe('a call whose end was never reported', () => {
  it('is closed as the platform saw it end: answered, by whom, and for how long', async () => {
    const answered = party(2, { status: 'completed', duration: '35' });
    expect(await recordAfter([parent({}), party(1, {}), answered])).toMatchObject({
      status: 'completed',
      outcome: 'completed',
      answeredBy: 'client:agent2',
      answeredAt: '2026-07-01T09:54:25.000Z',
      endedAt: '2026-07-01T09:55:00.000Z',
      durationSeconds: 35,
    });
    const key = `${CREDENTIALS.TWILIO_API_KEY}:${CREDENTIALS.TWILIO_API_SECRET}`;
    expect(seen[0]).toEqual({
      path: `${ACCOUNT_PATH}/Calls/${CALL}.json`,
      authorization: `Basic ${Buffer.from(key).toString('base64')}`,
    });
  });

  it.each([
    ['busy', 'completed', ['no-answer', 'busy'], 'busy'],
    ['not answered', 'completed', ['no-answer', 'failed'], 'no-answer'],
    ['not reachable', 'completed', ['failed'], 'failed'],
    ['given up by the caller', 'canceled', ['canceled', 'no-answer'], 'canceled'],
    ['ended before anybody was rung', 'completed', [], 'canceled'],
    ['failed', 'failed', [], 'failed'],
  ])('is closed as %s', async (_, status, parties, outcome) => {
    const rung = parties.map((result, index) => party(index, { status: result }));
    expect(await recordAfter([parent({ status, duration: '0' }), ...rung])).toMatchObject({
      status: outcome,
      endedAt: '2026-07-01T09:55:00.000Z',
    });
  });

  it('is closed once, however often the platform is asked', async () => {
    const known = [parent({}), party(1, { status: 'completed', duration: '35' })];
    expect(await recordAfter(known, 3)).toEqual(await recordAfter(known));
  });

  it('is closed as lost when the platform does not know it', async () => {
    expect(await recordAfter([])).toMatchObject({ status: 'failed', reason: 'status-lost' });
  });

  it('stays open while it goes on, and while the platform cannot be asked', async () => {
    expect(await recordAfter([parent({ status: 'in-progress' })])).not.toHaveProperty('endedAt');
    answerStatus = 500;
    expect(await recordAfter([parent({})])).not.toHaveProperty('endedAt');
  });
});
