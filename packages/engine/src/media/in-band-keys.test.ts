import pino from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Codec, LegId, SeatSettings } from '../calls/ports.js';
import { toneLevelDbov } from '../testing/goertzel.js';
import { MediaPeers } from '../testing/media-peer.js';
import { createMediaGateway, type MediaGateway } from './media-gateway.js';

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

/** The offer of a far end that knows nothing of telephone events. */
function withoutEvents(sdp: string): string {
  const payloadType = /a=rtpmap:(\d+) telephone-event/.exec(sdp)?.[1] ?? '';
  return sdp
    .split('\r\n')
    .filter(
      (line) => !line.startsWith(`a=rtpmap:${payloadType} `) && !line.startsWith(`a=fmtp:${payloadType} `),
    )
    .map((line) => (line.startsWith('m=audio') ? line.replace(` ${payloadType}`, '') : line))
    .join('\r\n');
}

const OPEN: SeatSettings = {
  muted: false,
  onHold: false,
  coaching: undefined,
  jitterBufferSize: 'large',
  reportsSpeech: false,
};

/** Lets a far end call us. */
async function connect(name: LegId, codec: Codec, hasEvents: boolean): Promise<void> {
  const sdp = await peers.offer(name, codec);
  const offerSdp = hasEvents ? sdp : withoutEvents(sdp);
  const { answerSdp } = await gateway.answerOffer({ legId: name, offerSdp });
  expect(answerSdp.includes('telephone-event')).toBe(hasEvents);
  const connected = new Promise<void>((resolve) => {
    gateway.on('legConnected', (legId) => legId === name && resolve());
  });
  await peers.accept(name, answerSdp);
  await connected;
}

/** The first keys of a far end. */
function keysOf(name: LegId, count: number): Promise<string> {
  return new Promise<string>((resolve) => {
    let keys = '';
    gateway.on('digit', (legId, digit) => {
      if (legId === name) keys += digit;
      if (keys.length === count) resolve(keys);
    });
  });
}

it.each(['pcmu', 'opus'] as const)('keys are heard in the sound of a far end with %s', async (codec) => {
  await connect('a', codec, false);
  const heard = keysOf('a', 5);
  await peers.play('a', [{ kind: 'digits', digits: '1590#' }], 1);
  expect(await heard).toBe('1590#');
});

it('keys are heard from everybody in a room, however they are sent, and pressed for everybody there', async () => {
  const names = ['tones', 'wide tones', 'events'] as const;
  await connect('tones', 'pcmu', false);
  await connect('wide tones', 'opus', false);
  await connect('events', 'pcmu', true);
  for (const name of names) await gateway.joinRoom('room', name, OPEN);
  const heard = names.map((name) => keysOf(name, 4));
  for (const name of names) await peers.play(name, [{ kind: 'digits', digits: '27*0' }], 1);
  expect(await Promise.all(heard)).toEqual(['27*0', '27*0', '27*0']);

  const listening = peers.record('events', 75);
  const sources = [{ kind: 'digits', digits: '555555' }] as const;
  await gateway.playToRoom('room', { sources, loop: 1 }, new AbortController().signal);
  const { samples } = await listening;
  for (const hz of [770, 1336]) expect(toneLevelDbov(samples, 8000, hz)).toBeGreaterThan(-25);
});
