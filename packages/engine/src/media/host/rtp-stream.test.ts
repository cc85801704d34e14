import { beforeEach, describe, expect, it } from 'vitest';
import { RTP_HEADER_BYTES, blankRtpHeader, readRtpHeader, writeRtpHeader } from './rtp.js';
import { RtpStream } from './rtp-stream.js';

interface Sent {
  sequence: number;
  timestamp: number;
  marker: boolean;
  payloadType: number;
  ssrc: number;
  length: number;
}

let sent: Sent[];
let stream: RtpStream;
const source = {};

beforeEach(() => {
  sent = [];
  stream = new RtpStream({
    ssrc: 0xffff_fff0,
    clockRate: 8000,
    firstSequence: 65_534,
    firstTimestamp: 0xffff_ff00,
    transmit: (packet) => {
      const header = blankRtpHeader();
      expect(readRtpHeader(packet, header)).toBe(true);
      const { sequence, timestamp, marker, payloadType, ssrc } = header;
      sent.push({ sequence, timestamp, marker, payloadType, ssrc, length: packet.length });
      return true;
    },
  });
});

function packetOf(sequence: number, timestamp: number, ssrc = 7): Buffer {
  const packet = Buffer.alloc(RTP_HEADER_BYTES + 160);
  writeRtpHeader(packet, 111, false, sequence & 0xffff, timestamp >>> 0, ssrc);
  return packet;
}

function relay(packet: Buffer, nowMs: number, from: object = source): void {
  const header = blankRtpHeader();
  expect(readRtpHeader(packet, header)).toBe(true);
  stream.relay(packet, header, from, 0, nowMs);
}

describe('what a leg sends', () => {
  it('runs on in sequence and time over a change of source, with a marker at the switch', () => {
    stream.sendFrame(Buffer.alloc(172), 0, 1000);
    stream.sendFrame(Buffer.alloc(172), 0, 1020);
    relay(packetOf(500, 1_000_000), 1045);
    relay(packetOf(501, 1_000_160), 1065);
    stream.sendFrame(Buffer.alloc(172), 0, 1080);
    expect(sent.map(({ sequence }) => sequence)).toEqual([65_534, 65_535, 0, 1, 2]);
    const steps = sent.slice(1).map(({ timestamp }, i) => (timestamp - (sent[i]?.timestamp ?? 0)) >>> 0);
    expect(steps).toEqual([160, 160, 160, 160]);
    expect(sent.map(({ marker }) => marker)).toEqual([true, false, true, false, true]);
    expect(new Set(sent.map(({ ssrc }) => ssrc))).toEqual(new Set([0xffff_fff0]));
  });

  it('lets the clock run on while nothing is sent', () => {
    stream.sendFrame(Buffer.alloc(172), 0, 1000);
    stream.sendFrame(Buffer.alloc(172), 0, 2000);
    expect(((sent[1]?.timestamp ?? 0) - (sent[0]?.timestamp ?? 0)) >>> 0).toBe(8000);
  });

  it('keeps the gaps and the order of a relayed source', () => {
    for (const [sequence, at] of [
      [10, 0],
      [11, 20],
      [14, 80],
      [13, 81],
      [15, 100],
    ] as const) {
      relay(packetOf(sequence, sequence * 160), at);
    }
    expect(sent.map(({ sequence }) => (sequence - 65_534) & 0xffff)).toEqual([0, 1, 4, 3, 5]);
  });

  it('never uses a sequence number twice, whatever the source does', { timeout: 120_000 }, () => {
    let seed = 42;
    const random = (): number => {
      seed = (seed * 1_103_515_245 + 12_345) >>> 0;
      return seed / 2 ** 32;
    };
    const seen = new Set<number>();
    let sequence = 0;
    const received = new Set<string>();
    for (let i = 0; i < 20_000; i += 1) {
      if (random() < 0.05) stream.sendFrame(Buffer.alloc(172), 0, i * 20);
      if (random() < 0.01) stream.endRelay();
      if (random() < 0.001) sequence += Math.floor(random() * 65_536);
      sequence += 1;
      const late = random() < 0.1 ? Math.floor(random() * 200) : 0;
      const ssrc = random() < 0.001 ? i : 7;
      const key = `${sequence - late}:${ssrc}`;
      // SRTP lets no packet of a source in twice.
      if (received.has(key)) continue;
      received.add(key);
      relay(packetOf(sequence - late, (sequence - late) * 160, ssrc), i * 20);
    }
    let rollovers = 0;
    let newest = 65_533;
    for (const packet of sent) {
      const step = ((packet.sequence - newest) << 16) >> 16;
      const extended = rollovers * 65_536 + newest + step;
      expect(seen.has(extended)).toBe(false);
      seen.add(extended);
      if (step > 0) {
        newest += step;
        rollovers += newest >> 16;
        newest &= 0xffff;
      }
    }
  });

  it('drops what is left of a source from before the switch to it', () => {
    relay(packetOf(100, 16_000), 0);
    relay(packetOf(99, 15_840), 1);
    expect(sent).toHaveLength(1);
  });

  it('begins anew when the source jumps', () => {
    relay(packetOf(100, 16_000), 0);
    relay(packetOf(40_000, 16_160), 20);
    relay(packetOf(40_001, 3_000_000_000), 40);
    expect(sent.map(({ sequence }) => (sequence - 65_534) & 0xffff)).toEqual([0, 1, 2]);
    expect(sent.map(({ timestamp }) => (timestamp - 0xffff_ff00) >>> 0)).toEqual([0, 160, 320]);
  });

  it('gives all packets of an event the time of its first and goes on after it', () => {
    stream.sendFrame(Buffer.alloc(172), 0, 0);
    for (let i = 0; i < 8; i += 1) stream.sendEvent(Buffer.alloc(16), 126, i === 0, 20 + i * 20);
    stream.sendFrame(Buffer.alloc(172), 0, 180);
    expect(sent.map(({ timestamp }) => (timestamp - 0xffff_ff00) >>> 0)).toEqual([
      0,
      ...Array(8).fill(160),
      1440,
    ]);
    expect(sent.slice(1, 9).map(({ marker }) => marker)).toEqual([true, ...Array(7).fill(false)]);
  });

  it('takes extensions, CSRCs and padding off a relayed packet', () => {
    const payload = Buffer.alloc(20, 9);
    const extended = Buffer.concat([
      packetOf(1, 160).subarray(0, 12),
      Buffer.alloc(4),
      Buffer.from([0xbe, 0xde, 0, 1, 0, 0, 0, 0]),
      payload,
      Buffer.from([0, 0, 3]),
    ]);
    extended[0] = 0x80 | 0x20 | 0x10 | 1;
    relay(extended, 0);
    expect(sent[0]?.length).toBe(32);
  });

  it('tells the RTP time of any moment', () => {
    stream.sendFrame(Buffer.alloc(172), 0, 1000);
    expect((stream.timestampAt(1500) - 0xffff_ff00) >>> 0).toBe(4000);
  });
});
