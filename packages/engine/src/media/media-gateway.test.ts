import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AudioSource, Codec, LegId } from '../calls/ports.js';
import { levelDbov, toneLevelDbov } from '../testing/goertzel.js';
import { MediaPeers } from '../testing/media-peer.js';
import { type MediaGateway, createMediaGateway } from './media-gateway.js';
import { MediaError } from './media-error.js';

/** A quarter of a second of sound. */
const SHORT = 13;
const ENDLESS = 0;

let gateway: MediaGateway;
let peers: MediaPeers;
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'offhook-media-'));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

beforeEach(() => {
  gateway = createMediaGateway({ logger: pino({ level: 'silent' }), address: '127.0.0.1' });
  peers = new MediaPeers();
});

afterEach(async () => {
  await gateway.close();
  await peers.close();
});

function tone(frequencyHz: number, durationMs = 1000): AudioSource & { kind: 'tone' } {
  return { kind: 'tone', frequenciesHz: [frequencyHz], durationMs, levelDbov: -20 };
}

function nextEvent(name: 'legConnected' | 'legInterrupted', legId: LegId): Promise<void> {
  return new Promise((resolve) => {
    const listener = (id: LegId): void => {
      if (id !== legId) return;
      gateway.off(name, listener);
      resolve();
    };
    gateway.on(name, listener);
  });
}

function nextDigits(legId: LegId, count: number): Promise<string> {
  return new Promise((resolve) => {
    let digits = '';
    gateway.on('digit', (id, digit) => {
      if (id === legId) digits += digit;
      if (digits.length === count) resolve(digits);
    });
  });
}

/** A far end that calls us; its name is the leg's. */
async function caller(name: LegId, codec: Codec): Promise<void> {
  const offerSdp = await peers.offer(name, codec);
  const answer = await gateway.answerOffer({ legId: name, offerSdp });
  expect(answer.codec).toBe(codec);
  const connected = nextEvent('legConnected', name);
  await peers.accept(name, answer.answerSdp);
  await connected;
}

/** A far end that we call; its name is the leg's. */
async function callee(name: LegId, codec: Codec): Promise<void> {
  const { offerSdp } = await gateway.createOffer({ legId: name, codec });
  const connected = nextEvent('legConnected', name);
  await gateway.acceptAnswer({ legId: name, answerSdp: await peers.answer(name, offerSdp) });
  await connected;
}

/** The level of a frequency in what the far end hears from now on, after whatever is in flight. */
async function heard(name: LegId, frequencyHz: number): Promise<number> {
  await peers.record(name, 10);
  const { samples } = await peers.record(name, SHORT);
  return toneLevelDbov(samples, 8000, frequencyHz);
}

function speak(name: LegId, frequencyHz: number): void {
  void peers.play(name, [tone(frequencyHz)], ENDLESS);
}

describe.each(['pcmu', 'opus'] as const)('a leg with %s', (codec) => {
  it('is heard at the right frequency and level, in one unbroken stream', async () => {
    await caller('a', codec);
    const stop = new AbortController();
    const played = gateway.play('a', { sources: [tone(440)], loop: ENDLESS }, stop.signal);
    expect(await heard('a', 440)).toBeCloseTo(-20, 0);
    const { packets } = await peers.record('a', 50);
    const units = codec === 'pcmu' ? 160 : 960;
    for (const [index, packet] of packets.slice(1).entries()) {
      const before = packets[index];
      expect(packet.sequence).toBe(((before?.sequence ?? 0) + 1) & 0xffff);
      expect((packet.timestamp - (before?.timestamp ?? 0)) >>> 0).toBe(units);
      expect(packet.ssrc).toBe(before?.ssrc);
    }
    stop.abort();
    await played;
    await peers.record('a', 5);
    const { samples } = await peers.record('a', SHORT);
    expect(levelDbov(samples)).toBeLessThan(-60);
  });

  it('that we called hears a WAV file to its end', async () => {
    const name = 'b';
    await callee(name, codec);
    const path = join(directory, `${codec}.wav`);
    // Half a second of 1 kHz at 22,050 samples a second, in stereo.
    const samples = Int16Array.from(
      { length: 22_050 },
      (_, i) => 8000 * Math.sin((2 * Math.PI * 1000 * (i >> 1)) / 22_050),
    );
    const header = Buffer.from(
      '524946460000000057415645666d7420100000000100020022560000885801000400100064617461',
      'hex',
    );
    writeFileSync(path, Buffer.concat([header, Buffer.from([0, 0, 0, 0]), Buffer.from(samples.buffer)]));
    const bytes = readFileSync(path);
    bytes.writeUInt32LE(samples.byteLength, 40);
    writeFileSync(path, bytes);
    const recording = peers.record(name, 40);
    await gateway.play(name, { sources: [{ kind: 'wav', path }], loop: 1 }, new AbortController().signal);
    const all = await recording;
    expect(toneLevelDbov(all.samples.subarray(1600, 4000), 8000, 1000)).toBeCloseTo(
      20 * Math.log10(8000 / 32_768) - 3,
      0,
    );
  });

  it('hears itself through an echo', async () => {
    await caller('a', codec);
    await gateway.openVirtualLeg({ legId: 'echo', codec, behaviour: 'echo' });
    await gateway.bridge('a', 'echo');
    speak('a', 600);
    expect(await heard('a', 600)).toBeCloseTo(-20, 0);
  });

  it('hears what a party inside the gateway says, and silence otherwise', async () => {
    await caller('a', codec);
    await gateway.openVirtualLeg({ legId: 'voice', codec, behaviour: 'source' });
    await gateway.bridge('a', 'voice');
    expect(await heard('a', 500)).toBeLessThan(-60);
    const stop = new AbortController();
    const played = gateway.play('voice', { sources: [tone(500)], loop: ENDLESS }, stop.signal);
    expect(await heard('a', 500)).toBeCloseTo(-20, 0);
    stop.abort();
    await played;
    expect(await heard('a', 500)).toBeLessThan(-60);
  });

  it('keeps its sound over a restart, in one stream', async () => {
    await caller('a', codec);
    const stop = new AbortController();
    const played = gateway.play('a', { sources: [tone(440)], loop: ENDLESS }, stop.signal);
    const before = (await peers.record('a', 5)).packets[0];
    const offerSdp = await peers.offer('a', codec);
    const { answerSdp } = await gateway.restartLeg({ legId: 'a', offerSdp });
    const connected = nextEvent('legConnected', 'a');
    await peers.accept('a', answerSdp);
    await connected;
    expect(await heard('a', 440)).toBeCloseTo(-20, 0);
    const after = (await peers.record('a', 5)).packets[0];
    expect(after?.ssrc).toBe(before?.ssrc);
    const units = codec === 'pcmu' ? 160 : 960;
    const sequenceSteps = ((after?.sequence ?? 0) - (before?.sequence ?? 0)) & 0xffff;
    const timeSteps = (((after?.timestamp ?? 0) - (before?.timestamp ?? 0)) >>> 0) / units;
    expect(timeSteps).toBe(sequenceSteps);
    stop.abort();
    await played;
  });
});

describe('bridged legs', () => {
  it('stay bridged when another far end takes one of them over, answered or still offered', async () => {
    await caller('a', 'pcmu');
    await gateway.createOffer({ legId: 'b', codec: 'pcmu' });
    await gateway.bridge('a', 'b');
    for (const [name, frequencyHz] of [
      ['desk', 1000],
      ['mobile', 1400],
    ] as const) {
      const { answerSdp } = await gateway.restartLeg({
        legId: 'b',
        offerSdp: await peers.offer(name, 'pcmu'),
      });
      const connected = nextEvent('legConnected', 'b');
      await peers.accept(name, answerSdp);
      await connected;
      speak(name, frequencyHz);
      expect(await heard('a', frequencyHz)).toBeCloseTo(-20, 0);
    }
  });
});

describe.each([
  ['pcmu', 'pcmu'],
  ['opus', 'opus'],
  ['pcmu', 'opus'],
] as const)('a bridge of %s and %s', (codecA, codecB) => {
  beforeEach(async () => {
    await caller('a', codecA);
    await caller('b', codecB);
    await gateway.bridge('a', 'b');
  });

  it('lets both hear each other, and a prompt takes its place while it lasts', async () => {
    speak('a', 600);
    speak('b', 900);
    expect(await heard('b', 600)).toBeCloseTo(-20, 0);
    expect(await heard('a', 900)).toBeCloseTo(-20, 0);
    const stop = new AbortController();
    const played = gateway.play('a', { sources: [tone(440)], loop: ENDLESS }, stop.signal);
    expect(await heard('a', 440)).toBeCloseTo(-20, 0);
    expect(await heard('a', 900)).toBeLessThan(-50);
    expect(await heard('b', 600)).toBeCloseTo(-20, 0);
    stop.abort();
    await played;
    expect(await heard('a', 900)).toBeCloseTo(-20, 0);
    await gateway.unbridge('b');
    expect(await heard('a', 900)).toBeLessThan(-60);
    expect(await heard('b', 600)).toBeLessThan(-60);
  });

  it('carries digits, one event a key press', async () => {
    const digits = nextDigits('a', 4);
    const relayed = peers.next(
      (event) => event.name === 'digit' && event.legId === 'b' && event.digit === '#',
    );
    await peers.play('a', [{ kind: 'digits', digits: '11A#' }], 1);
    expect(await digits).toBe('11A#');
    await relayed;
  });
});

describe('digits', () => {
  it('are pressed for the far end as telephone events', async () => {
    await caller('a', 'opus');
    const digit = peers.next((event) => event.name === 'digit');
    await gateway.play(
      'a',
      { sources: [{ kind: 'digits', digits: '7' }], loop: 1 },
      new AbortController().signal,
    );
    expect(await digit).toMatchObject({ digit: '7' });
  });
});

describe('requests', () => {
  it('are refused with a code, and harm nothing', async () => {
    const code = async (request: Promise<unknown>): Promise<unknown> =>
      await request.then(
        () => 'accepted',
        (error: unknown) => (error instanceof MediaError ? error.code : error),
      );
    await caller('a', 'pcmu');
    const offerSdp = await peers.offer('b', 'opus');
    const signal = new AbortController().signal;
    expect(await code(gateway.answerOffer({ legId: 'x', offerSdp: 'nonsense' }))).toBe('sdp-malformed');
    expect(await code(gateway.answerOffer({ legId: 'a', offerSdp }))).toBe('leg-exists');
    expect(await code(gateway.restartLeg({ legId: 'a', offerSdp }))).toBe('codec-unavailable');
    expect(await code(gateway.acceptAnswer({ legId: 'a', answerSdp: offerSdp }))).toBe('leg-state');
    expect(await code(gateway.bridge('a', 'nobody'))).toBe('leg-unknown');
    expect(await code(gateway.bridge('a', 'a'))).toBe('leg-state');
    const wav: AudioSource = { kind: 'wav', path: join(directory, 'missing.wav') };
    expect(await code(gateway.play('a', { sources: [wav], loop: 1 }, signal))).toBe('audio-unreadable');
    expect(await gateway.closeLeg('nobody')).toBeUndefined();
    speak('a', 600);
    await gateway.openVirtualLeg({ legId: 'echo', codec: 'pcmu', behaviour: 'echo' });
    await gateway.bridge('a', 'echo');
    expect(await heard('a', 600)).toBeCloseTo(-20, 0);
  });

  it('for a play end when it is replaced, bridged over or its leg is closed', async () => {
    await caller('a', 'pcmu');
    await gateway.openVirtualLeg({ legId: 'echo', codec: 'pcmu', behaviour: 'echo' });
    const { signal } = new AbortController();
    const play = (): Promise<void> => gateway.play('a', { sources: [tone(440)], loop: ENDLESS }, signal);
    const first = play();
    const second = play();
    await first;
    await gateway.bridge('a', 'echo');
    await second;
    const third = play();
    await peers.record('a', 5);
    const stats = await gateway.closeLeg('a');
    await third;
    expect(stats?.packetsSent).toBeGreaterThan(4);
    expect(stats?.bytesSent).toBe((stats?.packetsSent ?? 0) * 160);
  });
});

describe('the media host', () => {
  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    'is replaced after %s, and its legs have failed',
    async (signal) => {
      await caller('a', 'pcmu');
      const lost = gateway.hostPid ?? 0;
      const failed = once(gateway as unknown as NodeJS.EventEmitter, 'legFailed');
      const play = gateway.play('a', { sources: [tone(440)], loop: ENDLESS }, new AbortController().signal);
      const rejected = play.catch((error: unknown) => error);
      process.kill(lost, signal);
      expect(await failed).toEqual(['a', 'media-host-lost']);
      await rejected;
      expect(gateway.hostPid).not.toBe(lost);
      await caller('a', 'opus');
      speak('a', 600);
      await gateway.openVirtualLeg({ legId: 'echo', codec: 'opus', behaviour: 'echo' });
      await gateway.bridge('a', 'echo');
      expect(await heard('a', 600)).toBeCloseTo(-20, 0);
    },
  );

  it('frees every socket, also of calls that never connected', async () => {
    await caller('a', 'pcmu');
    const pid = gateway.hostPid ?? 0;
    const sockets = (): number =>
      readdirSync(`/proc/${pid}/fd`).filter((fd) => linkOf(pid, fd).startsWith('socket:')).length;
    const before = sockets();
    for (let i = 0; i < 50; i += 1) {
      const offerSdp = await peers.offer(`p${i}`, 'pcmu');
      const { answerSdp } = await gateway.answerOffer({ legId: `p${i}`, offerSdp });
      if (i % 2 === 0) {
        const connected = nextEvent('legConnected', `p${i}`);
        await peers.accept(`p${i}`, answerSdp);
        await connected;
      }
      await gateway.closeLeg(`p${i}`);
      await peers.closePeer(`p${i}`);
    }
    await expect.poll(sockets, { timeout: 5000 }).toBe(before);
  });

  it('takes 5,000 hostile datagrams on the port of a call without harm to it', async () => {
    const offerSdp = await peers.offer('a', 'pcmu');
    const { answerSdp } = await gateway.answerOffer({ legId: 'a', offerSdp });
    const connected = nextEvent('legConnected', 'a');
    await peers.accept('a', answerSdp);
    await connected;
    const port = Number(/m=audio (\d+)/.exec(answerSdp)?.[1]);
    const pid = gateway.hostPid;
    await gateway.openVirtualLeg({ legId: 'echo', codec: 'pcmu', behaviour: 'echo' });
    await gateway.bridge('a', 'echo');
    speak('a', 600);
    const socket = createSocket('udp4');
    let seed = 11;
    for (let i = 0; i < 5000; i += 1) {
      const datagram = Buffer.alloc(1 + (i % 200));
      for (let at = 0; at < datagram.length; at += 1) {
        seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
        datagram[at] = seed >>> 24;
      }
      // First bytes of STUN, DTLS and RTP (RFC 7983 §7).
      datagram[0] = [0, 1, 20, 22, 23, 63, 128, 191][i % 8] ?? 0;
      await new Promise((resolve) => {
        socket.send(datagram, port, '127.0.0.1', resolve);
      });
    }
    socket.close();
    expect(await heard('a', 600)).toBeCloseTo(-20, 0);
    expect(gateway.hostPid).toBe(pid);
    const stats = await gateway.closeLeg('a');
    expect(stats?.packetsLost).toBe(0);
  });

  it('gets nothing of the environment', async () => {
    await caller('a', 'pcmu');
    const environment = readFileSync(`/proc/${gateway.hostPid}/environ`, 'utf8');
    const names = environment.split('\0').flatMap((entry) => (entry === '' ? [] : [entry.split('=')[0]]));
    expect(names.every((name) => name?.startsWith('NODE_CHANNEL_'))).toBe(true);
  });

  it('does not outlive the process that started it', async () => {
    const gatewayModule = new URL(
      'media-gateway.js',
      `file://${createRequire(import.meta.url).resolve('@offhook/engine/media-host')}`,
    );
    const script = `
      import { createMediaGateway } from '${new URL('../media-gateway.js', gatewayModule).href}';
      const logger = { debug() {}, warn() {}, error() {} };
      const gateway = createMediaGateway({ logger });
      await gateway.openVirtualLeg({ legId: 'a', codec: 'pcmu', behaviour: 'echo' });
      process.stdout.write(String(gateway.hostPid));`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(output.toString());
    expect(isRunning(pid)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => isRunning(pid), { timeout: 5000 }).toBe(false);
  });

  it('ends with the gateway', async () => {
    await caller('a', 'pcmu');
    const pid = gateway.hostPid ?? 0;
    await gateway.close();
    expect(isRunning(pid)).toBe(false);
    await expect(gateway.createOffer({ legId: 'late', codec: 'pcmu' })).rejects.toMatchObject({
      code: 'media-gateway-closed',
    });
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A killed child that nobody has waited for is still there, as a zombie.
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

function linkOf(pid: number, fd: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return '';
  }
}
