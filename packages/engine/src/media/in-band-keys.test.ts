import pino from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
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

it.each(['pcmu', 'opus'] as const)('keys are heard in the sound of a far end with %s', async (codec) => {
  const offerSdp = withoutEvents(await peers.offer('a', codec));
  expect(offerSdp).not.toContain('telephone-event');
  const { answerSdp } = await gateway.answerOffer({ legId: 'a', offerSdp });
  expect(answerSdp).not.toContain('telephone-event');
  const connected = new Promise<void>((resolve) => {
    gateway.on('legConnected', () => resolve());
  });
  await peers.accept('a', answerSdp);
  await connected;
  const heard = new Promise<string>((resolve) => {
    let keys = '';
    gateway.on('digit', (_legId, digit) => {
      keys += digit;
      if (keys.length === 5) resolve(keys);
    });
  });
  await peers.play('a', [{ kind: 'digits', digits: '1590#' }], 1);
  expect(await heard).toBe('1590#');
});
