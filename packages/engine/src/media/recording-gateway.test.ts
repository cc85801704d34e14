import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Codec, LegId, RecordingSettings } from '../calls/ports.js';
import { toneLevelDbov } from '../testing/goertzel.js';
import { MediaPeers } from '../testing/media-peer.js';
import { createMediaGateway, type MediaGateway } from './media-gateway.js';

const DUAL: RecordingSettings = { channels: 2, track: 'both', trim: false, quietMs: undefined };

let root: string;
let directory: string;
let gateway: MediaGateway;
let peers: MediaPeers;

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'recording-gateway-')));
  directory = join(root, 'recordings');
  mkdirSync(directory);
});
afterAll(() => rmSync(root, { recursive: true }));
beforeEach(() => {
  gateway = createMediaGateway({
    logger: pino({ level: 'silent' }),
    address: '127.0.0.1',
    recordingsDirectory: directory,
  });
  peers = new MediaPeers();
});
afterEach(async () => {
  await gateway.close();
  await peers.close();
});

/** A far end that calls us and says a tone. */
async function speaker(name: LegId, codec: Codec, hz: number): Promise<void> {
  const offerSdp = await peers.offer(name, codec);
  const { answerSdp } = await gateway.answerOffer({ legId: name, offerSdp });
  const connected = new Promise<void>((resolve) => {
    gateway.on('legConnected', (legId) => legId === name && resolve());
  });
  await peers.accept(name, answerSdp);
  await connected;
  void peers.play(name, [{ kind: 'tone', frequenciesHz: [hz], durationMs: 1000, levelDbov: -20 }], 0);
}

it('has what a far end says and hears on a channel each, at their levels', async () => {
  await Promise.all([speaker('a', 'pcmu', 600), speaker('b', 'opus', 900)]);
  await gateway.bridge('a', 'b');
  await Promise.all([peers.record('a', 10), peers.record('b', 10)]);
  const path = join(directory, 'bridge.wav');
  const source = { kind: 'leg', legId: 'a' } as const;
  await gateway.startRecording({ recordingId: 'r', source, path, settings: DUAL });
  await peers.record('a', 60);
  await gateway.unbridge('a');
  const sources = [{ kind: 'tone', frequenciesHz: [1300], durationMs: 1000, levelDbov: -20 }] as const;
  await gateway.play('a', { sources, loop: 1 }, new AbortController().signal);
  const { durationMs } = await gateway.stopRecording('r');
  const file = readFileSync(path);
  expect(file.length).toBe(44 + durationMs * 32);
  const channel = (at: number, from: number, count: number): Int16Array =>
    Int16Array.from({ length: count }, (_, i) => file.readInt16LE(44 + 4 * (from + i) + at));
  // A busy machine delays packets, so only the best tenth of a second is measured.
  const best = (at: number, from: number, hz: number): number =>
    Math.max(...[0, 1, 2, 3, 4].map((part) => toneLevelDbov(channel(at, from + part * 800, 800), 8000, hz)));
  expect(Math.abs(best(0, 2400, 600) + 20)).toBeLessThan(2);
  expect(Math.abs(best(2, 2400, 900) + 20)).toBeLessThan(3);
  expect(best(2, 2400, 600)).toBeLessThan(-45);
  const end = durationMs * 8 - 5000;
  expect(Math.abs(best(2, end, 1300) + 20)).toBeLessThan(2);
  expect(best(2, end, 900)).toBeLessThan(-45);
});

it('lets the media host write in the directory of the recordings and nowhere else', async () => {
  await gateway.openVirtualLeg({ legId: 'v', codec: 'pcmu', behaviour: 'source' });
  const source = { kind: 'leg', legId: 'v' } as const;
  const record = (path: string): Promise<void> =>
    gateway.startRecording({ recordingId: path, source, path, settings: DUAL });
  await record(join(directory, 'inside.wav'));
  await expect(record(join(root, 'outside.wav'))).rejects.toMatchObject({ code: 'recording-unwritable' });
  const again = gateway.startRecording({
    recordingId: 'again',
    source,
    path: join(directory, 'inside.wav'),
    settings: DUAL,
  });
  await expect(again).rejects.toMatchObject({ code: 'recording-unwritable' });
  await expect(gateway.stopRecording('nothing')).rejects.toMatchObject({ code: 'recording-unknown' });
  await gateway.closeLeg('v');
  expect((await gateway.stopRecording(join(directory, 'inside.wav'))).durationMs).toBeGreaterThanOrEqual(0);
});

it('ends before its file is there, and leaves it whole', async () => {
  await gateway.openVirtualLeg({ legId: 'w', codec: 'pcmu', behaviour: 'source' });
  const path = join(directory, 'at-once.wav');
  const source = { kind: 'leg', legId: 'w' } as const;
  const [, { durationMs }] = await Promise.all([
    gateway.startRecording({ recordingId: 'at-once', source, path, settings: DUAL }),
    gateway.stopRecording('at-once'),
  ]);
  const file = readFileSync(path);
  expect([file.length, file.readUInt32LE(40)]).toEqual([44 + durationMs * 32, durationMs * 32]);
  await expect(gateway.stopRecording('at-once')).rejects.toMatchObject({ code: 'recording-unknown' });
});
