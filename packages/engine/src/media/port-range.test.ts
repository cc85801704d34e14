import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LegId } from '../calls/ports.js';
import { MediaPeers } from '../testing/media-peer.js';
import { type MediaGateway, createMediaGateway } from './media-gateway.js';

let gateway: MediaGateway;
let peers: MediaPeers;

beforeEach(() => {
  peers = new MediaPeers();
});

afterEach(async () => {
  await gateway.close();
  await peers.close();
});

async function startGateway(portCount: number): Promise<void> {
  const begin = await freePorts(portCount);
  gateway = createMediaGateway({
    logger: pino({ level: 'silent' }),
    address: '127.0.0.1',
    portRange: { begin, end: begin + portCount - 1 },
  });
}

/** The first of `count` UDP ports in a row that nobody uses. */
async function freePorts(count: number): Promise<number> {
  const sockets = Array.from({ length: count }, () => createSocket('udp4'));
  try {
    let begin = 0;
    for (const [index, socket] of sockets.entries()) {
      socket.bind(index === 0 ? 0 : begin + index, '127.0.0.1');
      await once(socket, 'listening');
      if (index === 0) begin = socket.address().port;
    }
    return begin;
  } catch {
    return await freePorts(count);
  } finally {
    for (const socket of sockets) socket.close();
  }
}

function portOf(sdp: string): number {
  return Number(/m=audio (\d+)/.exec(sdp)?.[1]);
}

function connected(legId: LegId): Promise<void> {
  return new Promise((resolve) => {
    gateway.on('legConnected', (id) => {
      if (id === legId) resolve();
    });
  });
}

/** A far end that calls us; resolves with our port. */
async function caller(legId: LegId): Promise<number> {
  const offerSdp = await peers.offer(legId, 'pcmu');
  const { answerSdp } = await gateway.answerOffer({ legId, offerSdp });
  const up = connected(legId);
  await peers.accept(legId, answerSdp);
  await up;
  return portOf(answerSdp);
}

/** A far end that we call; resolves with our port. */
async function callee(legId: LegId): Promise<number> {
  const { offerSdp } = await gateway.createOffer({ legId, codec: 'pcmu' });
  const up = connected(legId);
  await gateway.acceptAnswer({ legId, answerSdp: await peers.answer(legId, offerSdp) });
  await up;
  return portOf(offerSdp);
}

describe('a range of ports', () => {
  it('that is used up refuses legs, until one is closed, and harms none', async () => {
    await startGateway(2);
    const pid = gateway.hostPid;
    const offered = await gateway.createOffer({ legId: 'offered', codec: 'pcmu' });
    await caller('a');
    const refusal = { code: 'transport-failed' };
    await expect(gateway.createOffer({ legId: 'late', codec: 'pcmu' })).rejects.toMatchObject(refusal);
    const offerSdp = await peers.offer('late', 'pcmu');
    await expect(gateway.answerOffer({ legId: 'late', offerSdp })).rejects.toMatchObject(refusal);
    await expect(gateway.restartLeg({ legId: 'a', offerSdp })).rejects.toMatchObject(refusal);
    await gateway.closeLeg('offered');
    const { answerSdp } = await gateway.restartLeg({ legId: 'a', offerSdp });
    expect(portOf(answerSdp)).toBe(portOf(offered.offerSdp));
    expect(gateway.hostPid).toBe(pid);
  });

  it('that leaves no room to take an offered leg over leaves it to the device that was offered it', async () => {
    await startGateway(2);
    const { offerSdp } = await gateway.createOffer({ legId: 'a', codec: 'pcmu' });
    await gateway.createOffer({ legId: 'b', codec: 'pcmu' });
    const answerSdp = await peers.answer('a', offerSdp);
    const other = { legId: 'a', offerSdp: await peers.offer('other', 'pcmu') };
    await expect(gateway.restartLeg(other)).rejects.toMatchObject({ code: 'transport-failed' });
    const up = connected('a');
    await gateway.acceptAnswer({ legId: 'a', answerSdp });
    await up;
  });

  it('of one serves legs that we called and legs that called us', async () => {
    await startGateway(1);
    const ports = [await callee('a'), await caller('b'), await callee('c')];
    expect(new Set(ports).size).toBe(1);
    await gateway.bridge('a', 'c');
    const heard = peers.record('c', 10);
    void peers.play('a', [{ kind: 'tone', frequenciesHz: [600], durationMs: 1000, levelDbov: -20 }], 0);
    expect((await heard).packets).toHaveLength(10);
  });
});
