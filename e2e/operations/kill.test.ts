/**
 * Servers are killed twenty times in the middle of calls. Whatever a browser was told of, the records know, once and
 * with an end; and no browser is left hanging in a call that is gone.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Call as SdkCall } from '@twilio/voice-sdk';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, TONES } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { freePort, OffhookProcess } from '../support/offhook-process.js';
import { openSdkPage } from '../support/sdk-page.js';
import { seededRandom } from '../support/seeded-random.js';

/** Of each of the two servers, which have nothing to do with each other. */
const ROUNDS = 10;
const AGENTS = ['a0', 'a1', 'a2', 'a3'];
/** For so long the SDK tries every second to get back. */
const RECONNECT_MS = 30_000;
/** The same from the kill on, and a moment for the SDK's timers. */
const MAX_END_MS = 31_000;

/** A call as the page saw it. */
interface SeenCall {
  round: number;
  sid: string;
  accepted: boolean;
  endedAtMs: number | undefined;
}

interface CallOrder {
  token: string;
  host: string;
  round: number;
  reconnectMs: number;
}

declare global {
  interface Window {
    seenCalls: SeenCall[];
  }
}

/** A server with its data, and the pages of its agents. */
class Site {
  readonly url: string;
  readonly pages: Page[] = [];
  server: OffhookProcess;
  readonly #directory: string;
  readonly #env: Record<string, string>;

  private constructor(options: {
    url: string;
    server: OffhookProcess;
    directory: string;
    env: Record<string, string>;
  }) {
    this.url = options.url;
    this.server = options.server;
    this.#directory = options.directory;
    this.#env = options.env;
  }

  static async open(browser: Browser): Promise<Site> {
    const directory = await mkdtemp(join(tmpdir(), 'offhook-kill-'));
    const config = join(directory, 'offhook.yaml');
    const agents = AGENTS.map((agent) => `  ${agent}: { name: ${agent}, supervisor: true }`);
    const limits =
      '{ callsPerSecond: 1000, callsPerIpPerDay: 10000, callsPerSessionPerHour: 1000, concurrentPerIp: 1000 }';
    await writeFile(config, `agents:\n${agents.join('\n')}\nlimits: ${limits}\n`);
    const port = await freePort();
    const env = { PORT: String(port), OFFHOOK_DATA: join(directory, 'data'), OFFHOOK_CONFIG: config };
    const site = new Site({
      url: `http://localhost:${port}`,
      server: await startServer(env),
      directory,
      env,
    });
    site.pages.push(...(await Promise.all(AGENTS.map(() => site.#openPage(browser)))));
    return site;
  }

  /** Kills the server at once, and starts it again. */
  async kill(): Promise<void> {
    this.server.child.kill('SIGKILL');
    await this.server.exited();
    await this.start();
  }

  async start(): Promise<void> {
    this.server = await startServer(this.#env);
  }

  async close(): Promise<void> {
    await this.server.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }

  async openSession(identity: string): Promise<string> {
    return (await this.#api<{ sessionToken: string }>('/api/session', { body: { identity } })).sessionToken;
  }

  /** Begins a call of each page, and goes on at once, whatever becomes of it. */
  async beginCalls(round: number, pages = this.pages): Promise<void> {
    const { host } = new URL(this.url);
    const begin = async (page: Page, identity: string): Promise<void> => {
      const session = await this.openSession(identity);
      const { token } = await this.#api<{ token: string }>('/api/token', { token: session, body: {} });
      await page.evaluate(placeCall, { token, host, round, reconnectMs: RECONNECT_MS });
    };
    await Promise.all(pages.map((page, index) => begin(page, AGENTS[index] ?? 'a0')));
  }

  async seenCalls(): Promise<SeenCall[]> {
    return (await Promise.all(this.pages.map((page) => page.evaluate(() => window.seenCalls)))).flat();
  }

  async listAll(): Promise<ListedCall[]> {
    const token = await this.openSession('a0');
    const all: ListedCall[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page: { calls: ListedCall[]; nextCursor?: string } = await this.#api(
        `/api/calls?limit=50${query}`,
        { token },
      );
      all.push(...page.calls);
      cursor = page.nextCursor;
    }
    return all;
  }

  async #api<T>(path: string, init: { token?: string; body?: object } = {}): Promise<T> {
    const response = await fetch(`${this.url}${path}`, {
      method: init.body ? 'POST' : 'GET',
      headers: {
        Origin: this.url,
        'Content-Type': 'application/json',
        ...(init.token !== undefined && { Authorization: `Bearer ${init.token}` }),
      },
      ...(init.body && { body: JSON.stringify(init.body) }),
    });
    expect([path, response.status]).toEqual([path, 200]);
    return (await response.json()) as T;
  }

  async #openPage(browser: Browser): Promise<Page> {
    const page = await openSdkPage(browser, this.url, TONES.visitor);
    await page.evaluate(() => {
      window.seenCalls = [];
    });
    return page;
  }
}

let browser: Browser;
let sites: [Site, Site];

beforeAll(async () => {
  browser = await launchBrowser();
  sites = await Promise.all([Site.open(browser), Site.open(browser)]);
});

afterAll(async () => {
  await browser.close();
  await Promise.all(sites.map((site) => site.close()));
});

function startServer(env: Record<string, string>): Promise<OffhookProcess> {
  return OffhookProcess.start(['start'], /Offhook is ready/, env);
}

/** Runs in the page. */
function placeCall({ token, host, round, reconnectMs }: CallOrder): void {
  const seen: SeenCall = { round, sid: '', accepted: false, endedAtMs: undefined };
  window.seenCalls.push(seen);
  const options = { chunderw: host, allowIncomingWhileBusy: true, maxCallSignalingTimeoutMs: reconnectMs };
  const device = new window.Twilio.Device(token, options);
  const end = (): void => {
    seen.endedAtMs ??= Date.now();
    device.destroy();
  };
  const follow = (call: SdkCall): void => {
    window.call = call;
    const note = (): void => {
      seen.sid = call.parameters['CallSid'] ?? seen.sid;
    };
    call.on('ringing', note);
    call.on('accept', () => {
      note();
      seen.accepted = true;
    });
    for (const event of ['disconnect', 'cancel', 'reject']) call.on(event, end);
    // A call that was never told of as ringing has nothing to come back to: the SDK closes it and says only this.
    for (const event of ['error', 'transportClose']) {
      call.on(event, () => setTimeout(() => (call.status() as string) === 'closed' && end()));
    }
  };
  device.on('error', () => undefined);
  device.connect({ params: { To: 'magic:echo' } }).then(follow, end);
}

interface ListedCall {
  sid: string;
  quality?: object;
  status: string;
  reason?: string;
  endedAt?: string;
}

function oneCallIsUp(site: Site, round: number): Promise<void> {
  return eventually(async () => {
    const current = (await site.seenCalls()).filter((call) => call.round === round);
    expect(current.some((call) => call.accepted)).toBe(true);
  });
}

/** Kills the site's server again and again; when it was, by round. */
async function killInCalls(site: Site, random: () => number): Promise<number[]> {
  const killedAtMs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await site.beginCalls(round);
    // Some calls are up, some are being set up, some have only just been asked for.
    if (round % 2 === 0) await oneCallIsUp(site, round);
    await sleep(random() * 600);
    killedAtMs.push(Date.now());
    await site.kill();
    await eventually(async () => {
      expect((await site.seenCalls()).filter((call) => call.endedAtMs === undefined)).toEqual([]);
    }, 2 * MAX_END_MS);
  }
  return killedAtMs;
}

it(
  'keeps every record, once and with an end, over twenty kills in the middle of calls',
  { timeout: 240_000 },
  async () => {
    const kills = sites.map((site, index) => killInCalls(site, seededRandom(20_260_711 + index)));
    const killedAtMs = await Promise.all(kills);
    for (const [index, site] of sites.entries()) {
      const seen = await site.seenCalls();
      const records = await site.listAll();
      const bySid = new Map(records.map((record) => [record.sid, record]));
      expect(seen).toHaveLength(ROUNDS * AGENTS.length);
      // In every other round one is waited for.
      expect(seen.filter((call) => call.accepted).length).toBeGreaterThan(ROUNDS);
      expect(records).toHaveLength(bySid.size);
      expect(seen.filter((call) => call.sid !== '' && !bySid.has(call.sid))).toEqual([]);
      expect(records.filter((record) => record.endedAt === undefined)).toEqual([]);
      const live = seen.filter((call) => call.accepted);
      expect(live.map((call) => bySid.get(call.sid)?.reason)).toEqual(live.map(() => 'server-restart'));
      const endedAfterMs = seen.map(
        (call) => (call.endedAtMs ?? Infinity) - (killedAtMs[index]?.[call.round] ?? 0),
      );
      const slowest = Math.max(...endedAfterMs);
      process.stdout.write(`the slowest end of a call after a kill: ${slowest} ms\n`);
      expect(slowest).toBeLessThan(MAX_END_MS);
    }
  },
);

it('lets calls finish when it is told to stop, and takes no new ones', { timeout: 60_000 }, async () => {
  const [site] = sites;
  const [page] = site.pages;
  if (page === undefined) throw new Error('There is no page.');
  await site.beginCalls(ROUNDS, [page]);
  const current = async () => (await site.seenCalls()).find((call) => call.round === ROUNDS);
  await eventually(async () => expect((await current())?.accepted).toBe(true));
  const session = await site.openSession('a1');
  const readiness = async () => (await fetch(`${site.url}/readyz`)).status;
  expect(await readiness()).toBe(200);

  site.server.child.kill('SIGTERM');
  await eventually(async () => expect(await readiness()).toBe(503));
  const refused = await fetch(`${site.url}/api/token`, {
    method: 'POST',
    headers: { Origin: site.url, 'Content-Type': 'application/json', Authorization: `Bearer ${session}` },
    body: '{}',
  });
  expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '5']);
  await sleep(1000);
  expect((await current())?.endedAtMs).toBeUndefined();
  await page.evaluate(() => window.call?.disconnect());
  expect(await site.server.exited()).toBe(0);

  await site.start();
  const sid = (await current())?.sid;
  expect((await site.listAll()).find((call) => call.sid === sid)).toMatchObject({
    status: 'completed',
    quality: {},
  });
});
