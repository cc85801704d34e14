/**
 * Two servers on one Redis and one PostgreSQL, behind a load balancer, are replaced one after the other while calls
 * come in and one is going on: no new call fails, and none is cut off.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import type { Call as SdkCall } from '@twilio/voice-sdk';
import type { Browser, Page } from 'playwright-core';
import twilio from 'twilio';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestPostgres } from '../../packages/server/src/testing/postgres.js';
import { startRedis, type TestRedis } from '../../packages/server/src/testing/redis.js';
import { Balancer, isReady } from '../support/balancer.js';
import { launchBrowser, TONES } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { freePort, OffhookProcess } from '../support/offhook-process.js';
import { OWN_ENVIRONMENT } from '../support/own-environment.js';
import { openSdkPage } from '../support/sdk-page.js';

let directory: string;
let redis: TestRedis;
let postgres: TestPostgres;
let balancer: Balancer;
let browser: Browser;
let url: string;
const servers: { port: number; process: OffhookProcess }[] = [];

beforeAll(async () => {
  [redis, postgres, balancer, browser] = await Promise.all([
    startRedis(),
    TestPostgres.start(),
    Balancer.open(),
    launchBrowser(),
  ]);
  url = `http://localhost:${balancer.port}`;
  directory = await mkdtemp(path.join(tmpdir(), 'offhook-rolling-'));
  const limits =
    '{ callsPerSecond: 100000, callsPerIpPerDay: 100000, callsPerSessionPerHour: 100000, concurrentPerIp: 100000, concurrentPerDestination: 100000 }';
  await writeFile(
    path.join(directory, 'offhook.yaml'),
    `agents: { alice: { name: Alice, supervisor: true } }
destinations: { support: { visitors: true, ring: [agent:alice] } }
limits: ${limits}
`,
  );
});
afterAll(async () => {
  await browser.close();
  await balancer.close();
  for (const { process } of servers) await process.stop();
  await Promise.all([redis.close(), postgres.stop()]);
  await rm(directory, { recursive: true, force: true });
});

async function startServer(name: string): Promise<{ port: number; process: OffhookProcess }> {
  const port = await freePort();
  const process = await OffhookProcess.start(['start'], /Offhook is ready/, {
    ...OWN_ENVIRONMENT,
    PORT: String(port),
    PUBLIC_URL: url,
    OFFHOOK_LOG: 'info',
    REDIS_URL: redis.url,
    DATABASE_URL: postgres.url,
    OFFHOOK_CONFIG: path.join(directory, 'offhook.yaml'),
    OFFHOOK_DATA: path.join(directory, name),
  });
  const server = { port, process };
  servers.push(server);
  return server;
}

/** A request through the balancer, over a connection of its own as balancers open them. */
async function send(route: string, headers: Record<string, string>, body: string): Promise<Response> {
  for (;;) {
    const answer = await fetch(url + route, {
      method: 'POST',
      headers: { Origin: url, Connection: 'close', ...headers },
      body,
    });
    // Between the balancer's look and the request the server may have been told to stop; it says to come again.
    if (answer.status !== 503 || answer.headers.get('Retry-After') === null) return answer;
    await answer.text();
  }
}

const JSON_TYPE = { 'Content-Type': 'application/json' };

interface Session {
  identity: string;
  sessionToken: string;
}

async function openSession(body: { identity?: string }): Promise<Session> {
  return (await (await send('/api/session', JSON_TYPE, JSON.stringify(body))).json()) as Session;
}

const bearer = ({ sessionToken }: Session) => ({ ...JSON_TYPE, Authorization: `Bearer ${sessionToken}` });

/** What the voice platform adds to the calls of a token. */
function outgoingParameters(answer: string): Record<string, string> {
  const { token } = JSON.parse(answer) as { token: string };
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    grants: { voice: { outgoing: { params: Record<string, string> } } };
  };
  return claims.grants.voice.outgoing.params;
}

async function webhook(route: string, form: Record<string, string>): Promise<Response> {
  const { TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN } = OWN_ENVIRONMENT;
  const signed = { AccountSid: TWILIO_ACCOUNT_SID, ...form };
  const signature = twilio.getExpectedTwilioSignature(TWILIO_AUTH_TOKEN, url + route, signed);
  const headers = {
    'Content-Type': 'application/x-www-form-urlencoded',
    'X-Twilio-Signature': signature,
  };
  return send(route, headers, new URLSearchParams(signed).toString());
}

/** Calls that begin and end, one after the other, until they are stopped. */
class Traffic {
  readonly failures: string[] = [];
  done = 0;
  #stopped = false;
  readonly #running: Promise<void>;

  constructor(session: Session) {
    this.#running = this.#run(session);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(session: Session): Promise<void> {
    for (; !this.#stopped; this.done += 1) {
      try {
        await this.#call(session, `CA${this.done.toString(16).padStart(32, '0')}`);
      } catch (error) {
        this.failures.push(`call ${this.done}: ${inspect(error)}`);
      }
    }
  }

  async #call(session: Session, CallSid: string): Promise<void> {
    const token = await send('/api/token', bearer(session), '{"destination":"support"}');
    const answer = await token.text();
    expect([token.status, answer]).toEqual([200, expect.stringContaining('token')]);
    const twiml = await webhook('/voice/outgoing', {
      CallSid,
      From: `client:${session.identity}`,
      To: 'destination:support',
      ...outgoingParameters(answer),
    });
    expect([twiml.status, await twiml.text()]).toEqual([200, expect.stringContaining('<Dial')]);
    const end = await webhook('/voice/status', { CallSid, CallStatus: 'completed', CallDuration: '3' });
    expect(end.status).toBe(204);
  }
}

declare global {
  interface Window {
    liveCall: SdkCall;
    liveCallEvents: string[];
  }
}

/** A call of the unmodified SDK that echoes. */
async function liveCall(session: Session): Promise<Page> {
  const page = await openSdkPage(browser, url, TONES.alice);
  const { token } = (await (await send('/api/token', bearer(session), '{}')).json()) as { token: string };
  await page.evaluate(
    async ({ accessToken, host }) => {
      window.liveCallEvents = [];
      const device = new window.Twilio.Device(accessToken, { chunderw: host } as object);
      window.liveCall = await device.connect({ params: { To: 'magic:echo' } });
      for (const event of ['accept', 'disconnect', 'error', 'reconnecting'])
        window.liveCall.on(event, () => window.liveCallEvents.push(event));
    },
    { accessToken: token, host: new URL(url).host },
  );
  await eventually(async () => expect(await page.evaluate(() => window.liveCallEvents)).toEqual(['accept']));
  return page;
}

/** Replaces one server by another while a call goes on in it. */
async function replace(options: {
  old: { port: number; process: OffhookProcess };
  name: string;
  session: Session;
  traffic: Traffic;
}): Promise<{ port: number; process: OffhookProcess }> {
  const { old, name, session, traffic } = options;
  const page = await liveCall(session);
  const next = await startServer(name);
  balancer.backends = [old.port, next.port];

  old.process.child.kill('SIGTERM');
  await eventually(() => expect(old.process.output).toContain('draining: no new calls are taken'));
  expect(await isReady(old.port)).toBe(false);
  const { done } = traffic;
  await eventually(() => expect(traffic.done).toBeGreaterThan(done + 20));
  expect(await page.evaluate(() => [window.liveCall.status(), ...window.liveCallEvents])).toEqual([
    'open',
    'accept',
  ]);
  expect(old.process.child.exitCode).toBeNull();

  await page.evaluate(() => window.liveCall.disconnect());
  expect(await old.process.exited()).toBe(0);
  expect(await page.evaluate(() => window.liveCallEvents)).toEqual(['accept', 'disconnect']);
  await page.close();
  return next;
}

it('no call fails and none is cut off', { timeout: 240_000 }, async () => {
  const first = await startServer('first');
  balancer.backends = [first.port];
  const [alice, visitor] = [await openSession({ identity: 'alice' }), await openSession({})];
  const traffic = new Traffic(visitor);
  const second = await replace({ old: first, name: 'second', session: alice, traffic });
  await replace({ old: second, name: 'third', session: alice, traffic });
  await traffic.stop();
  expect(traffic.failures).toEqual([]);

  const records: { sid: string; status: string; endedAt?: string }[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const answer = await fetch(`${url}/api/calls?limit=200${query}`, {
      headers: { Origin: url, ...bearer(alice) },
    });
    const page = (await answer.json()) as { calls: typeof records; nextCursor?: string };
    records.push(...page.calls);
    cursor = page.nextCursor;
  }
  expect(new Set(records.map(({ sid }) => sid)).size).toBe(records.length);
  expect(records).toHaveLength(traffic.done + 2);
  expect(records.filter(({ endedAt }) => endedAt === undefined)).toEqual([]);
  // Nobody answers the others.
  const answered = records.filter(({ status }) => status === 'completed');
  expect(answered).toHaveLength(2);
});
