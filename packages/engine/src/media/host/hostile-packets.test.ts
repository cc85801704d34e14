import { describe, expect, it } from 'vitest';
import { OutgoingAudio } from './outgoing-audio.js';
import { ReceiveStatistics } from './receive-statistics.js';
import { buildRtcpCompound, parseRtcp } from './rtcp.js';
import { blankRtpHeader, isRtcp, readRtpHeader, RTP_HEADER_BYTES, writeRtpHeader } from './rtp.js';
import { RtpStream } from './rtp-stream.js';
import { EventReceiver } from './telephone-event.js';

const INPUTS = 20_000;

function seededRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function mutate(packet: Buffer, random: (below: number) => number): Buffer {
  const mutated = Buffer.from(
    packet.subarray(0, random(8) === 0 ? random(packet.length + 1) : packet.length),
  );
  for (let changes = random(6); changes > 0 && mutated.length > 0; changes -= 1) {
    // The first bytes hold the lengths and counts.
    mutated[random(2) === 0 ? random(Math.min(16, mutated.length)) : random(mutated.length)] = random(256);
  }
  return mutated;
}

function seeds(): Buffer[] {
  const rtp = Buffer.alloc(RTP_HEADER_BYTES + 160, 0x55);
  writeRtpHeader(rtp, 0, true, 65_535, 0xffff_ffff, 1);
  const extended = Buffer.alloc(60, 0x10);
  writeRtpHeader(extended, 126, false, 1, 2, 3);
  extended[0] = 0xb1;
  extended.writeUInt16BE(2, 18);
  const block = {
    ssrc: 1,
    fractionLost: 1,
    cumulativeLost: 1,
    highestSequence: 1,
    jitter: 1,
    lastSenderReport: 1,
    delaySinceLastSenderReport: 1,
  };
  const report = {
    ssrc: 1,
    ntp: { seconds: 1, fraction: 1 },
    rtpTimestamp: 1,
    packetCount: 1,
    octetCount: 1,
  };
  return [rtp, extended, buildRtcpCompound({ report, block, cname: 'x', goodbye: true })];
}

describe('hostile packets', () => {
  it('never throw, and never make us read or send beyond their end', () => {
    const random = seededRandom(3);
    const header = blankRtpHeader();
    const statistics = new ReceiveStatistics(8000);
    const events = new EventReceiver();
    const lengths = new Set<number>();
    const stream = new RtpStream({
      ssrc: 1,
      clockRate: 8000,
      firstSequence: 0,
      firstTimestamp: 0,
      transmit: (packet) => lengths.add(packet.length) !== undefined,
    });
    const format = { payloadType: 0, telephoneEvent: { payloadType: 126, clockRate: 8000 } };
    const outgoing = new OutgoingAudio({ codec: 'pcmu', stream, format });
    const originals = seeds();
    let accepted = 0;
    for (let i = 0; i < INPUTS; i += 1) {
      const packet = mutate(originals[i % originals.length] ?? Buffer.alloc(0), random);
      if (isRtcp(packet)) {
        const contents = parseRtcp(packet);
        for (const report of contents?.senderReports ?? []) statistics.senderReport(report, i);
        continue;
      }
      if (!readRtpHeader(packet, header)) continue;
      accepted += 1;
      expect(header.payloadStart).toBeLessThanOrEqual(header.payloadEnd);
      expect(header.payloadEnd).toBeLessThanOrEqual(packet.length);
      statistics.packet(header.ssrc, header.sequence, header.timestamp, packet.length, i);
      statistics.reportBlock(i);
      events.receive(packet, header);
      const relayed = { packet, header, codec: 'pcmu', source: statistics, nowMs: i } as const;
      if (i % 2 === 0) outgoing.relay(relayed);
      else outgoing.relayEvent(relayed, 48_000);
    }
    expect(accepted).toBeGreaterThan(INPUTS / 10);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(RTP_HEADER_BYTES + 160);
    expect(statistics.jitterMs).toBeGreaterThanOrEqual(0);
    expect(statistics.packetsLost).toBeGreaterThanOrEqual(0);
  });
});
