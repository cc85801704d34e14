import { describe, expect, it } from 'vitest';
import { ReceiveStatistics } from './receive-statistics.js';
import { RtcpSession } from './rtcp-session.js';
import { buildRtcpCompound, ntpFromUnixMs, ntpMiddle, parseRtcp } from './rtcp.js';
import { RtpStream } from './rtp-stream.js';

const report = {
  ssrc: 0xdead_beef,
  ntp: { seconds: 3_900_000_000, fraction: 0x8000_0000 },
  rtpTimestamp: 4_000_000_000,
  packetCount: 12,
  octetCount: 1920,
};
const block = {
  ssrc: 5,
  fractionLost: 128,
  cumulativeLost: -3,
  highestSequence: 70_000,
  jitter: 33,
  lastSenderReport: 77,
  delaySinceLastSenderReport: 65_536,
};

describe('RTCP', () => {
  it('reads back what it writes', () => {
    const packet = buildRtcpCompound({ report, block, cname: 'cname', goodbye: true });
    expect(packet.length % 4).toBe(0);
    expect(parseRtcp(packet)).toEqual({
      senderReports: [report],
      reportBlocks: [block],
      goodbyes: [report.ssrc],
    });
  });

  it('believes nothing of a compound whose lengths do not fit', () => {
    const packet = buildRtcpCompound({ report, block, cname: 'cname', goodbye: false });
    expect(parseRtcp(packet.subarray(0, packet.length - 1))).toBeUndefined();
    const tooManyBlocks = Buffer.from(packet);
    tooManyBlocks[0] = 0x9f;
    expect(parseRtcp(tooManyBlocks)).toBeUndefined();
  });

  it('counts NTP time from 1900', () => {
    expect(ntpFromUnixMs(500)).toEqual({ seconds: 2_208_988_800, fraction: 0x8000_0000 });
    expect(ntpMiddle({ seconds: 0x1234_5678, fraction: 0x9abc_def0 })).toBe(0x5678_9abc);
  });

  it('finds the round trip in a report about us', () => {
    const transmit = (): boolean => true;
    const stream = new RtpStream({ ssrc: 5, clockRate: 8000, firstSequence: 0, firstTimestamp: 0, transmit });
    const unixMsAt = (nowMs: number): number => 1_700_000_000_000 + nowMs;
    const statistics = new ReceiveStatistics(8000);
    const session = new RtcpSession({ stream, statistics, cname: 'us', unixMsAt, random: () => 0.5 });
    expect(session.due(0)).toBeUndefined();
    stream.sendFrame(Buffer.alloc(172), 0, 0);
    const ours = parseRtcp(session.due(1000) ?? Buffer.alloc(0))?.senderReports[0];
    expect(ours?.packetCount).toBe(1);
    expect(session.due(2000)).toBeUndefined();
    const theirs = { ...block, lastSenderReport: ntpMiddle(ours?.ntp ?? { seconds: 0, fraction: 0 }) };
    session.receive(buildRtcpCompound({ report, block: theirs, cname: 'them', goodbye: false }), 2050);
    expect(session.roundTripMs).toBeCloseTo(50, 0);
  });
});

describe('reception', () => {
  it('counts loss over the wrap of the sequence, and not what came late', () => {
    const statistics = new ReceiveStatistics(8000);
    for (const sequence of [65_533, 65_534, 1, 65_535, 2, 5])
      statistics.packet(9, sequence, undefined, 160, 0);
    expect(statistics.packetsLost).toBe(3);
    expect(statistics.reportBlock(0)).toMatchObject({
      cumulativeLost: 3,
      highestSequence: 65_541,
      fractionLost: 85,
    });
    statistics.packet(9, 6, undefined, 160, 0);
    expect(statistics.reportBlock(0)?.fractionLost).toBe(0);
  });

  it('measures jitter as RFC 3550 does', () => {
    const steady = new ReceiveStatistics(8000);
    const uneven = new ReceiveStatistics(8000);
    for (let i = 0; i < 500; i += 1) {
      steady.packet(9, i, i * 160, 160, i * 20);
      uneven.packet(9, i, i * 160, 160, i * 20 + (i % 2) * 10);
    }
    expect(steady.jitterMs).toBe(0);
    expect(uneven.jitterMs).toBeCloseTo(10, 0);
  });

  it('starts over at a new source and keeps what was lost before', () => {
    const statistics = new ReceiveStatistics(8000);
    statistics.packet(9, 1, 0, 160, 0);
    statistics.packet(9, 3, 320, 160, 40);
    statistics.packet(10, 50_000, 0, 160, 60);
    expect(statistics.packetsLost).toBe(1);
    expect(statistics.reportBlock(0)).toMatchObject({ ssrc: 10, cumulativeLost: 0 });
  });
});
