/** Hold, transfer, consultation and more parties, by the product's own API, with three tabs that speak and listen. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { CallControl, CallRecord, VoicemailList } from '@offhook/contract';
import { longestGapMs, type Recording, toneLevelDb } from '@offhook/testing';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hear, openPage, TONES, type Tone } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import {
  expectHears,
  expectHearsAll,
  expectHearsMusic,
  expectHearsNobody,
  expectToneHz,
} from '../support/expect-audio.js';
import { button, isFree, status } from '../support/phone-page.js';
import { startProduct, type Product } from '../support/product.js';
import { wavFile } from '../support/wav-file.js';

/** Longest silence at the change from a bridge to a conference. */
const MAX_GAP_MS = 300;
/** What stands for "number 1" and "number 2" in what is spoken, so that ears of a test can tell them apart. */
const PLACES_HZ = { first: 1200, second: 1300 };

let product: Product;
let context: BrowserContext;
/** Where the program that speaks is. */
let voice: string;

const CONFIGURATION = `
destinations:
  support: { visitors: true, ring: [agent:alice, agent:bob] }
  desk:
    visitors: true
    ring: [agent:alice]
    otherwise: voicemail
    record: on
    recordNotice: Recorded.
    voicemail: { greeting: Speak. }
  line: { visitors: true, ring: [agent:bob], otherwise: queue }
agents: { alice: { name: Alice }, bob: { name: Bob } }
`;

/** A folder with a program in place of the one that speaks: it says a tone, by the number in the words. */
async function fakeSpeech(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'offhook-voice-'));
  const say = (name: string, frequencyHz: number, seconds: number) =>
    writeFile(join(directory, `${name}.wav`), wavFile({ frequencyHz, seconds }));
  await Promise.all([
    say('first', PLACES_HZ.first, 3),
    say('second', PLACES_HZ.second, 3),
    say('words', 300, 0.2),
  ]);
  const program = `#!/bin/sh
cd '${directory}' || exit 1
case "$(cat)" in
  *'number 1 '*) cp first.wav "$4" ;;
  *'number 2 '*) cp second.wav "$4" ;;
  *) cp words.wav "$4" ;;
esac
`;
  await writeFile(join(directory, 'espeak-ng'), program, { mode: 0o755 });
  return directory;
}

beforeAll(async () => {
  voice = await fakeSpeech();
  const PATH = `${voice}${delimiter}${process.env['PATH'] ?? ''}`;
  product = await startProduct({ configuration: CONFIGURATION, env: { PATH } });
});
afterAll(async () => {
  await product.close();
  await rm(voice, { recursive: true });
});
beforeEach(async () => {
  context = await product.browser.newContext();
});
afterEach(() => context.close());

async function open(path: string, tone: Tone, where: Browser | BrowserContext = context): Promise<Page> {
  const page = await openPage(where, tone);
  await page.goto(product.origin + path);
  return page;
}

async function phone(identity: 'alice' | 'bob'): Promise<Page> {
  const page = await open(`/phone?identity=${identity}`, TONES[identity]);
  await status(page, /Ready/);
  return page;
}

/** The API as an agent uses it, from another device of theirs. */
class Agent {
  readonly #token: string;

  private constructor(token: string) {
    this.#token = token;
  }

  static async signIn(identity: string): Promise<Agent> {
    const init = { method: 'POST', body: JSON.stringify({ role: 'agent', identity }) };
    const headers = { Origin: product.origin, 'Content-Type': 'application/json' };
    const response = await fetch(`${product.origin}/api/session`, { ...init, headers });
    const { sessionToken } = (await response.json()) as { sessionToken: string };
    return new Agent(sessionToken);
  }

  async request<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(`${product.origin}${path}`, {
      method,
      headers: {
        Origin: product.origin,
        Authorization: `Bearer ${this.#token}`,
        ...(body && { 'Content-Type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as T & { error?: { message: string } };
    if (!response.ok) throw new Error(`${response.status} ${answer.error?.message}`);
    return answer;
  }

  /** The channels of a recording. */
  async listen(recordingSid: string): Promise<Recording[]> {
    const response = await fetch(`${product.origin}/api/recordings/${recordingSid}`, {
      headers: { Authorization: `Bearer ${this.#token}` },
    });
    expect(response.status).toBe(200);
    return channelsOf(Buffer.from(await response.arrayBuffer()));
  }

  async newestCall(direction?: CallRecord['direction']): Promise<CallRecord> {
    const { calls } = await this.request<{ calls: CallRecord[] }>('GET', '/api/calls');
    const call = calls.find((one) => direction === undefined || one.direction === direction);
    if (call === undefined) throw new Error('There is no call.');
    return call;
  }

  control(sid: string, action: string, body: object = {}): Promise<CallControl> {
    return this.request('POST', `/api/calls/${sid}/${action}`, body);
  }

  view(sid: string): Promise<CallControl> {
    return this.request('GET', `/api/calls/${sid}/control`);
  }
}

/** Reads a WAV file of 16 bits with a header of 44 bytes. */
function channelsOf(file: Buffer): Recording[] {
  const [channels, sampleRateHz] = [file.readUInt16LE(22), file.readUInt32LE(24)];
  const length = Math.floor((file.length - 44) / 2 / channels);
  return Array.from({ length: channels }, (_, channel) => ({
    sampleRateHz,
    samples: Float32Array.from(
      { length },
      (__, index) => file.readInt16LE(44 + 2 * (index * channels + channel)) / 32_768,
    ),
  }));
}

/** Whether most of a recording carries this tone at about its level; single packets may come late on a busy machine. */
function expectTone(recording: Recording | undefined, { frequencyHz, levelDb }: Tone): void {
  if (recording === undefined) throw new Error('There is no such channel.');
  const { samples, sampleRateHz } = recording;
  const length = sampleRateHz / 5;
  const levels = Array.from({ length: Math.floor(samples.length / length) }, (_, index) =>
    toneLevelDb(
      { samples: samples.subarray(index * length, (index + 1) * length), sampleRateHz },
      frequencyHz,
    ),
  ).sort((a, b) => a - b);
  const median = levels[Math.floor(levels.length / 2)] ?? Number.NEGATIVE_INFINITY;
  expect(Math.abs(median - levelDb), `${frequencyHz} Hz at ${median} dB`).toBeLessThan(3);
}

/** A visitor's call to another destination than the page's own; returns the button. */
async function callTo(shop: Page, destination: string): Promise<Locator> {
  const call = shop.locator('click-to-call[destination="support"]').first();
  await call.evaluate((element, name) => element.setAttribute('destination', name), destination);
  const renamed = shop.locator(`click-to-call[destination="${destination}"]`).first();
  await button(renamed, /call/i).click();
  return renamed;
}

/** A visitor's call that Alice answered. */
async function connected(): Promise<{ shop: Page; alice: Page; bob: Page; agent: Agent; sid: string }> {
  const [shop, alice, bob, agent] = await Promise.all([
    open('/', TONES.visitor),
    phone('alice'),
    phone('bob'),
    Agent.signIn('alice'),
  ]);
  const call = shop.locator('click-to-call[destination="support"]').first();
  await button(call, /call/i).click();
  await button(alice, 'Answer').click();
  await Promise.all([expectHears(shop, TONES.alice), expectHears(alice, TONES.visitor)]);
  const { sid } = await agent.newestCall();
  return { shop, alice, bob, agent, sid };
}

describe('an agent controls a call', () => {
  it('holds and resumes, adds a colleague, and removes them', async () => {
    const { shop, alice, bob, agent, sid } = await connected();
    const heardThen = hear(shop, 4000);
    // Muting nobody upgrades the call without anything else to be heard.
    const [customer] = (await agent.view(sid)).parties;
    await agent.control(sid, `parties/${customer?.id}/mute`, { muted: true });
    await agent.control(sid, `parties/${customer?.id}/mute`, { muted: false });
    const gap = longestGapMs(await heardThen, TONES.alice.frequencyHz);
    expect(gap, `a gap of ${gap} ms`).toBeLessThan(MAX_GAP_MS);

    await agent.control(sid, 'recording/start');
    await hear(shop, 2000);
    await agent.control(sid, 'recording/stop');

    const [held] = await Promise.all([agent.control(sid, 'hold'), agent.control(sid, 'hold')]);
    expect(held.mode).toBe('conference');
    await Promise.all([expectHearsMusic(shop), expectHearsNobody(alice)]);
    await agent.control(sid, 'resume');
    await Promise.all([expectHears(shop, TONES.alice), expectHears(alice, TONES.visitor)]);

    await agent.control(sid, 'parties', { to: 'client:bob' });
    await button(bob, 'Answer').click();
    await Promise.all([
      expectHearsAll(shop, [TONES.alice, TONES.bob]),
      expectHearsAll(alice, [TONES.visitor, TONES.bob]),
      expectHearsAll(bob, [TONES.visitor, TONES.alice]),
    ]);
    const { parties } = await agent.view(sid);
    await agent.control(sid, `parties/${parties.at(-1)?.id}/remove`);
    await Promise.all([isFree(bob), expectHears(shop, TONES.alice), expectHears(alice, TONES.visitor)]);
    await button(alice, 'End').click();
    await status(shop.locator('click-to-call[destination="support"]').first(), /ended|call/i);
    const record = await eventually(async () => {
      const call = await agent.newestCall();
      expect(call).toMatchObject({ status: 'completed', recordings: [{ status: 'completed' }] });
      return call;
    });
    const [said, heard] = await agent.listen(record.recordings?.[0]?.sid ?? '');
    expectTone(said, TONES.visitor);
    expectTone(heard, TONES.alice);
  });

  it('transfers a call, which lands; and comes back when nobody takes it', async () => {
    const { shop, alice, bob, agent, sid } = await connected();
    await agent.control(sid, 'transfer', { to: 'client:bob' });
    await button(bob, 'Decline').click();
    await button(alice, 'Answer').click();
    await Promise.all([expectHears(shop, TONES.alice), expectHears(alice, TONES.visitor)]);
    expect((await agent.view(sid)).failure).toMatchObject({ action: 'transfer', to: 'client:bob' });
    await agent.control(sid, 'transfer', { to: 'client:bob' });
    await button(bob, 'Answer').click();
    await Promise.all([isFree(alice), expectHears(shop, TONES.bob), expectHears(bob, TONES.visitor)]);
    await button(bob, 'End').click();
    await eventually(async () => expect((await agent.newestCall()).status).toBe('completed'));
  });

  it('consults a colleague while the visitor hears music, and hands the call over or not', async () => {
    const { shop, alice, bob, agent, sid } = await connected();
    await agent.control(sid, 'consult', { to: 'client:bob' });
    await button(bob, 'Decline').click();
    await Promise.all([expectHears(shop, TONES.alice), expectHears(alice, TONES.visitor)]);
    expect((await agent.view(sid)).failure).toMatchObject({ action: 'consult', to: 'client:bob' });

    await agent.control(sid, 'consult', { to: 'client:bob' });
    await button(bob, 'Answer').click();
    await Promise.all([expectHearsMusic(shop), expectHears(alice, TONES.bob), expectHears(bob, TONES.alice)]);
    await agent.control(sid, 'consult/cancel');
    await Promise.all([isFree(bob), expectHears(shop, TONES.alice), expectHears(alice, TONES.visitor)]);

    await agent.control(sid, 'consult', { to: 'client:bob' });
    await button(bob, 'Answer').click();
    await Promise.all([expectHearsMusic(shop), expectHears(alice, TONES.bob)]);
    await agent.control(sid, 'consult/complete');
    await Promise.all([isFree(alice), expectHears(shop, TONES.bob), expectHears(bob, TONES.visitor)]);
    await button(shop.locator('click-to-call[destination="support"]').first(), 'End').click();
    await isFree(bob);
    await eventually(async () => expect((await agent.newestCall()).status).toBe('completed'));
  });

  it('records both sides of a call whose caller agreed and heard so, and takes a message when nobody answers', async () => {
    const [shop, alice, agent] = await Promise.all([
      open('/', TONES.visitor),
      phone('alice'),
      Agent.signIn('alice'),
    ]);
    const desk = await callTo(shop, 'desk');
    await desk.getByText('Recorded.').first().waitFor();
    await button(desk, 'Agree and call').click();
    // Nobody has answered yet: what sounds is the notice.
    await eventually(async () => expect(Math.max(...(await hear(shop, 200)).samples)).toBeGreaterThan(0.03));
    await button(alice, 'Answer').click();
    await desk.getByText('This call is recorded').waitFor();
    await Promise.all([expectHears(shop, TONES.alice), expectHears(alice, TONES.visitor)]);
    await hear(shop, 1000);
    await button(desk, 'End').click();
    const { recordings = [] } = await eventually(async () => {
      const record = await agent.newestCall();
      expect(record).toMatchObject({ destination: 'desk', recordings: [{ status: 'completed' }] });
      return record;
    });
    const [asked, answered] = await agent.listen(recordings[0]?.sid ?? '');
    expectTone(asked, TONES.visitor);
    expectTone(answered, TONES.alice);
    await isFree(alice);

    await button(desk, /call/i).click();
    await button(alice, 'Decline').click();
    // What is said before the tone is not part of the message.
    await expectToneHz(shop, [1000]);
    await hear(shop, 2500);
    await button(desk, 'End').click();
    const [message] = await eventually(async () => {
      const { voicemails } = await agent.request<VoicemailList>('GET', '/api/voicemails');
      expect(voicemails).toMatchObject([{ destination: 'desk', recording: { status: 'completed' } }]);
      return voicemails;
    });
    const [said] = await agent.listen(message?.recording.sid ?? '');
    expectTone(said, TONES.visitor);
    expect((said?.samples.length ?? 0) / (said?.sampleRateHz ?? 1)).toBeGreaterThan(2);
  });

  it('lets visitors wait who hear their places and music; the first is taken first, the next one rings', async () => {
    const [shop, other, bob, agent] = await Promise.all([
      open('/', TONES.visitor),
      open('/', TONES.carol, product.browser),
      phone('bob'),
      Agent.signIn('bob'),
    ]);
    const line = await callTo(shop, 'line');
    await button(bob, 'Decline').click();
    await expectToneHz(shop, [PLACES_HZ.first]);
    // Nobody rings who has just declined.
    await callTo(other, 'line');
    await expectToneHz(other, [PLACES_HZ.second]);
    const places = Object.values(PLACES_HZ);
    await Promise.all([expectHearsMusic(shop, places), expectHearsMusic(other, places)]);
    expect((await fetch(`${product.origin}/sounds/hold-music.wav`)).status).toBe(200);
    const waiting = await agent.newestCall();
    const place = await agent.request('GET', `/api/calls/${waiting.sid}/queue`);
    expect(place).toMatchObject({ position: 1, size: 2 });
    expect(await agent.request('GET', '/api/queues')).toMatchObject({ queues: [{ name: 'line', size: 2 }] });
    await button(bob, /^Take next/).click();
    await Promise.all([expectHears(shop, TONES.bob), expectHears(bob, TONES.visitor)]);
    await expectHoldsAndResumes(agent, (await agent.newestCall()).sid, { shop, bob, tone: TONES.visitor });

    await button(line, 'End').click();
    await button(bob, 'Answer').click();
    await Promise.all([expectHears(other, TONES.bob), expectHears(bob, TONES.carol)]);
    expect(await agent.request('GET', '/api/queues')).toMatchObject({ queues: [{ name: 'line', size: 0 }] });
    const { sid } = await agent.newestCall('inbound');
    await expectHoldsAndResumes(agent, sid, { shop: other, bob, tone: TONES.carol });
    await button(bob, 'End').click();
    await isFree(bob);
    await eventually(async () => {
      expect(await agent.newestCall('inbound')).toMatchObject({
        sid,
        status: 'completed',
        answeredBy: 'client:bob',
      });
    });
    await other.context().close();
  });
});

/** A call that came through the queue can be controlled like any other. */
async function expectHoldsAndResumes(
  agent: Agent,
  sid: string,
  { shop, bob, tone }: { shop: Page; bob: Page; tone: Tone },
): Promise<void> {
  await agent.control(sid, 'hold');
  await Promise.all([expectHearsMusic(shop), expectHearsNobody(bob)]);
  await agent.control(sid, 'resume');
  await Promise.all([expectHears(shop, TONES.bob), expectHears(bob, tone)]);
}
