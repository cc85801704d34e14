/** PostgreSQL goes away in the middle of the traffic: calls go on, and their records are all there afterwards. */
import { readFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import twilio from 'twilio';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestPostgres } from '../../packages/server/src/testing/postgres.js';
import { eventually } from '../support/eventually.js';
import { freePort, OffhookProcess } from '../support/offhook-process.js';
import { OWN_ENVIRONMENT } from '../support/own-environment.js';

/** What a minute brings at five calls a second. */
const CALLS = 300;
/** Calls before, so that what every process needs is not counted. */
const WARM_UP = 100;
const MAX_GROWTH_BYTES = 50 * 1024 * 1024;
const { TWILIO_ACCOUNT_SID: ACCOUNT, TWILIO_AUTH_TOKEN: AUTH_TOKEN } = OWN_ENVIRONMENT;

let directory: string;
let postgres: TestPostgres;
let env: Record<string, string>;
let url: string;
let server: OffhookProcess;

beforeAll(async () => {
  postgres = await TestPostgres.start();
  directory = await mkdtemp(path.join(tmpdir(), 'offhook-away-'));
  await writeFile(
    path.join(directory, 'offhook.yaml'),
    `agents: { alice: { name: Alice, supervisor: true } }
destinations: { support: { ring: [agent:alice] } }
numbers: { "+16175550100": { destination: support } }
limits: { callsPerSecond: 100000, concurrentPerDestination: 100000 }`,
  );
  const port = await freePort();
  url = `http://localhost:${port}`;
  env = {
    ...OWN_ENVIRONMENT,
    PORT: String(port),
    DATABASE_URL: postgres.url,
    OFFHOOK_CONFIG: path.join(directory, 'offhook.yaml'),
    OFFHOOK_DATA: path.join(directory, 'data'),
  };
});
afterAll(async () => {
  await server.stop();
  await postgres.stop();
  await rm(directory, { recursive: true, force: true });
});

async function webhook(route: string, form: Record<string, string>): Promise<number> {
  const signed = { AccountSid: ACCOUNT, ...form };
  const answer = await fetch(url + route, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'X-Twilio-Signature': twilio.getExpectedTwilioSignature(AUTH_TOKEN, url + route, signed),
    },
    body: new URLSearchParams(signed),
  });
  await answer.text();
  return answer.status;
}

const sidOf = (index: number): string => `CA${index.toString(16).padStart(32, '0')}`;

/** Calls with these indices, each begun and ended. */
async function placeCalls(first: number, end: number): Promise<void> {
  for (let index = first; index < end; index += 1) {
    const CallSid = sidOf(index);
    const call = { CallSid, From: '+16175550123', To: '+16175550100' };
    expect(await webhook('/voice/incoming', call)).toBe(200);
    expect(await webhook('/voice/status', { CallSid, CallStatus: 'completed', CallDuration: '7' })).toBe(204);
  }
}

async function api(
  route: string,
  session?: string,
  body?: object,
): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(url + route, {
    method: body ? 'POST' : 'GET',
    headers: {
      Origin: url,
      'Content-Type': 'application/json',
      ...(session !== undefined && { Authorization: `Bearer ${session}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: await answer.json() };
}

interface Listed {
  sid: string;
  startedAt: string;
  endedAt?: string;
}

/** Every record, the oldest first. */
async function listAll(session: string): Promise<Listed[]> {
  const all: Listed[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const answer = await api(`/api/calls?limit=200${query}`, session);
    const page = answer.body as { calls: Listed[]; nextCursor?: string };
    all.push(...page.calls);
    cursor = page.nextCursor;
  }
  return all.toReversed();
}

async function residentBytes(): Promise<number> {
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

it('waits for a database that is not there when it starts, and says so', async () => {
  await postgres.halt();
  server = OffhookProcess.run(['start'], env);
  await eventually(() => expect(server.output).toContain('waiting for the database'), 60_000);
  expect(server.output).not.toContain('Offhook is ready');
  expect(server.output).not.toContain(AUTH_TOKEN);
  await postgres.resume();
  await eventually(() => expect(server.output).toContain('Offhook is ready'), 60_000);
});

it(
  'loses no record of a minute without it, serves tokens meanwhile and keeps its size',
  { timeout: 240_000 },
  async () => {
    const opened = await api('/api/session', undefined, {
      identity: 'alice',
    });
    const session = (opened.body as { sessionToken: string }).sessionToken;
    await placeCalls(0, WARM_UP);
    const before = await residentBytes();
    await postgres.signal('SIGSTOP');
    await placeCalls(WARM_UP, WARM_UP + CALLS);
    expect((await api('/api/token', session, {})).status).toBe(200);
    expect((await api('/api/calls', session)).status).toBe(503);
    expect((await residentBytes()) - before).toBeLessThan(MAX_GROWTH_BYTES);
    await postgres.signal('SIGCONT');

    await eventually(async () => expect((await api('/api/calls', session)).status).toBe(200), 60_000);
    await eventually(async () => expect(await listAll(session)).toHaveLength(WARM_UP + CALLS), 60_000);
    const records = await listAll(session);
    expect(records.map(({ sid }) => sid)).toEqual(
      Array.from({ length: WARM_UP + CALLS }, (_, index) => sidOf(index)),
    );
    expect(records.filter(({ endedAt }) => endedAt === undefined)).toEqual([]);
    const times = records.map(({ startedAt }) => startedAt);
    expect(times).toEqual(times.toSorted());
  },
);
