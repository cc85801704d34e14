/**
 * Far ends for media tests, in a process of their own (the media library must not share one with its user).
 * Each is a leg of the media host turned round: what it hears is recorded instead of relayed.
 */
import { randomInt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Codec } from '../calls/ports.js';
import { makeCertificate } from '../media/host/certificate.js';
import { decodePcmu } from '../media/host/g711.js';
import type { Leg } from '../media/host/leg.js';
import { FrameWheel } from '../media/host/frame-wheel.js';
import { OpusCodec } from '../media/host/opus-codec.js';
import type { RelayedPacket } from '../media/host/outgoing-audio.js';
import { Playback } from '../media/host/playback.js';
import { readRemoteDescription } from '../media/host/sdp.js';
import { VirtualLeg } from '../media/host/virtual-leg.js';
import { WebRtcLeg } from '../media/host/web-rtc-leg.js';
import type { PeerCall, PeerReply, Recording } from './media-peer.js';

const RANDOM_RANGE = 2 ** 48 - 1;

/** Collects what a far end hears. */
class Recorder extends VirtualLeg {
  #wanted:
    | {
        packets: Recording['packets'];
        samples: Int16Array[];
        count: number;
        done: (recording: Recording) => void;
      }
    | undefined;
  #opus: OpusCodec | undefined;

  constructor() {
    super({ id: 'recorder', codec: 'pcmu', behaviour: 'source', random: () => 0, now: () => 0 });
  }

  record(count: number): Promise<Recording> {
    return new Promise((done) => {
      this.#wanted = { packets: [], samples: [], count, done };
    });
  }

  override hear({ packet, header, codec }: RelayedPacket): void {
    const wanted = this.#wanted;
    if (wanted === undefined) return;
    const { sequence, timestamp, ssrc, payloadType, marker, payloadStart, payloadEnd } = header;
    wanted.packets.push({ sequence, timestamp, ssrc, payloadType, marker });
    if (codec === 'pcmu') wanted.samples.push(decodePcmu(packet, payloadStart, payloadEnd));
    else wanted.samples.push((this.#opus ??= new OpusCodec(8000)).decode(packet, payloadStart, payloadEnd));
    if (wanted.packets.length < wanted.count) return;
    this.#wanted = undefined;
    wanted.done({
      packets: wanted.packets,
      samples: Int16Array.from(wanted.samples.flatMap((part) => [...part])),
    });
  }
}

interface Peer {
  recorder: Recorder;
  leg: WebRtcLeg;
}

const peers = new Map<string, Peer>();
const legs = new Set<Leg>();
const certificate = makeCertificate();
const wheel = new FrameWheel({
  now: () => performance.now(),
  onTick: (nominalMs) => {
    for (const leg of legs) leg.tick(nominalMs);
  },
});

function send(reply: PeerReply): void {
  if (process.connected) process.send?.(reply);
}

function openLeg(peerId: string, codec: Codec): Peer {
  const leg = new WebRtcLeg({
    id: peerId,
    codec,
    surroundings: {
      now: () => performance.now(),
      unixMsAt: (nowMs) => performance.timeOrigin + nowMs,
      random: () => randomInt(RANDOM_RANGE) / RANDOM_RANGE,
      addresses: () => ({ bindAddress: '127.0.0.1', announced: ['127.0.0.1'] }),
      mayCheck: () => true,
      portRange: undefined,
      certificate,
      emit: (event) => send({ type: 'event', event }),
      warn: (message) => send({ type: 'warning', message }),
    },
    onFailed: () => {},
  });
  const peer = { leg, recorder: peers.get(peerId)?.recorder ?? new Recorder() };
  leg.partner = peer.recorder;
  legs.add(leg);
  peers.set(peerId, peer);
  wheel.start();
  return peer;
}

function peerOf(peerId: string): Peer {
  const peer = peers.get(peerId);
  if (peer === undefined) throw new Error(`no peer ${peerId}`);
  return peer;
}

async function carryOut(call: PeerCall): Promise<unknown> {
  switch (call.method) {
    case 'offer':
      return await openLeg(call.peerId, call.codec).leg.offer();
    case 'answer': {
      const offer = readRemoteDescription(call.sdp);
      return await openLeg(call.peerId, offer.codecs[0]?.codec ?? 'pcmu').leg.answer(offer);
    }
    case 'accept':
      return await peerOf(call.peerId).leg.acceptAnswer(call.sdp);
    case 'play':
      return await new Promise<void>((resolve) => {
        const { leg } = peerOf(call.peerId);
        leg.play(new Playback(call.sources, call.loop, leg.hasTelephoneEvents), resolve);
      });
    case 'record':
      return await peerOf(call.peerId).recorder.record(call.packets);
    case 'close':
      break;
  }
  const { leg } = peerOf(call.peerId);
  legs.delete(leg);
  peers.delete(call.peerId);
  return leg.close();
}

process.on('message', (raw: { id: number; call: PeerCall }) => {
  void carryOut(raw.call).then(
    (result) => send({ type: 'result', id: raw.id, result }),
    (fault: unknown) => send({ type: 'fault', id: raw.id, message: String(fault) }),
  );
});
process.on('disconnect', () => process.exit(0));
