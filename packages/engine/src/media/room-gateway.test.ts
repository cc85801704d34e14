import pino from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Codec, LegId, SeatSettings } from '../calls/ports.js';
import { toneLevelDbov } from '../testing/goertzel.js';
import { MediaPeers } from '../testing/media-peer.js';
import { createMediaGateway, type MediaGateway } from './media-gateway.js';

const TONES_HZ: Readonly<Record<LegId, number>> = { a: 600, b: 900, c: 1300 };
const OPEN: SeatSettings = {
  muted: false,
  onHold: false,
  coaching: undefined,
  jitterBufferSize: 'large',
  reportsSpeech: false,
};

let gateway: MediaGateway;
let peers: MediaPeers;

beforeEach(() => {
  gateway = createMediaGateway({ logger: pino({ level: 'silent' }), address: '127.0.0.1' });
  peers = new MediaPeers();
});
afterEach(async () => {
  await gateway.close();
  await peers.close();
});

/** A far end that calls us and says its tone. */
async function speaker(name: LegId, codec: Codec): Promise<void> {
  const offerSdp = await peers.offer(name, codec);
  const { answerSdp } = await gateway.answerOffer({ legId: name, offerSdp });
  const connected = new Promise<void>((resolve) => {
    gateway.on('legConnected', (legId) => legId === name && resolve());
  });
  await peers.accept(name, answerSdp);
  await connected;
  const frequenciesHz = [TONES_HZ[name] ?? 0];
  void peers.play(name, [{ kind: 'tone', frequenciesHz, durationMs: 1000, levelDbov: -20 }], 0);
}

/** Which of the tones the far end hears from now on, after whatever is in flight. */
async function heard(name: LegId): Promise<string> {
  await peers.record(name, 25);
  const { samples } = await peers.record(name, 25);
  const tones = Object.entries({ ...TONES_HZ, announcement: 2000 });
  return tones
    .filter(([, hz]) => Math.abs(toneLevelDbov(samples, 8000, hz) + 20) < 4)
    .map(([who]) => who)
    .join(' ');
}

it('lets far ends of both codecs hear all others and not themselves', async () => {
  await Promise.all([speaker('a', 'pcmu'), speaker('b', 'opus'), speaker('c', 'pcmu')]);
  await gateway.bridge('a', 'b');
  await Promise.all(['a', 'b', 'c'].map((name) => gateway.joinRoom('room', name, OPEN)));
  await expect.poll(() => heard('a')).toBe('b c');
  expect(await heard('b')).toBe('a c');
  expect(await heard('c')).toBe('a b');

  const sources = [{ kind: 'tone', frequenciesHz: [2000], durationMs: 1000, levelDbov: -20 }] as const;
  const stop = new AbortController();
  const played = gateway.playToRoom('room', { sources, loop: 0 }, stop.signal);
  await expect.poll(() => heard('c')).toBe('a b announcement');
  stop.abort();
  await played;
  await gateway.adjustSeat('a', { ...OPEN, onHold: true });
  await expect.poll(() => heard('a')).toBe('');
  expect(await heard('c')).toBe('b');
  await gateway.unbridge('b');
  await expect.poll(() => heard('c')).toBe('');

  await Promise.all([gateway.closeLeg('a'), gateway.closeLeg('c')]);
  const gone = gateway.playToRoom('room', { sources, loop: 1 }, new AbortController().signal);
  await expect(gone).rejects.toMatchObject({ code: 'room-unknown' });
  await expect(gateway.adjustSeat('b', OPEN)).rejects.toMatchObject({ code: 'leg-state' });
});
