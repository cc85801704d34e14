/**
 * RTCP (RFC 3550 §6): the compound of sender report, report block and CNAME that a leg sends, and what it
 * reads from the far end's reports.
 */

const SENDER_REPORT = 200;
const RECEIVER_REPORT = 201;
const SOURCE_DESCRIPTION = 202;
const GOODBYE = 203;
const NTP_EPOCH_OFFSET_SECONDS = 2_208_988_800;

/** One report block, RFC 3550 §6.4.1. */
export interface ReportBlock {
  ssrc: number;
  /** Share of packets lost since the last report, in 1/256. */
  fractionLost: number;
  cumulativeLost: number;
  highestSequence: number;
  /** In timestamp units. */
  jitter: number;
  /** Middle 32 bits of the NTP time of the last sender report; 0 for none. */
  lastSenderReport: number;
  /** Delay since that report in 1/65536 s. */
  delaySinceLastSenderReport: number;
}

/** What a sender report says about its sender. */
export interface SenderReport {
  ssrc: number;
  /** Seconds and fraction of the NTP time. */
  ntp: { seconds: number; fraction: number };
  rtpTimestamp: number;
  packetCount: number;
  octetCount: number;
}

/** What a compound packet held that concerns us. */
export interface RtcpContents {
  senderReports: SenderReport[];
  reportBlocks: ReportBlock[];
  goodbyes: number[];
}

/** NTP time from milliseconds since 1970. */
export function ntpFromUnixMs(unixMs: number): { seconds: number; fraction: number } {
  const wholeSeconds = Math.floor(unixMs / 1000);
  const fraction = Math.floor(((unixMs - wholeSeconds * 1000) / 1000) * 2 ** 32);
  return { seconds: (wholeSeconds + NTP_EPOCH_OFFSET_SECONDS) >>> 0, fraction };
}

/** The middle 32 bits of an NTP time, in 1/65536 s. */
export function ntpMiddle(ntp: { seconds: number; fraction: number }): number {
  return (((ntp.seconds & 0xffff) << 16) | (ntp.fraction >>> 16)) >>> 0;
}

/** Sender report with at most one block, followed by the CNAME, and by BYE when the stream ends. */
export function buildRtcpCompound(options: {
  report: SenderReport;
  block: ReportBlock | undefined;
  cname: string;
  goodbye: boolean;
}): Buffer {
  const { report, block } = options;
  const cname = Buffer.from(options.cname, 'ascii');
  // Chunk: SSRC, item type, item length, text, then at least one zero up to a multiple of four.
  const chunkBytes = 4 + Math.ceil((2 + cname.length + 1) / 4) * 4;
  const reportBytes = 28 + (block === undefined ? 0 : 24);
  const packet = Buffer.alloc(reportBytes + 4 + chunkBytes + (options.goodbye ? 8 : 0));
  packet[0] = 0x80 | (block === undefined ? 0 : 1);
  packet[1] = SENDER_REPORT;
  packet.writeUInt16BE(reportBytes / 4 - 1, 2);
  packet.writeUInt32BE(report.ssrc, 4);
  packet.writeUInt32BE(report.ntp.seconds, 8);
  packet.writeUInt32BE(report.ntp.fraction, 12);
  packet.writeUInt32BE(report.rtpTimestamp, 16);
  packet.writeUInt32BE(report.packetCount >>> 0, 20);
  packet.writeUInt32BE(report.octetCount >>> 0, 24);
  if (block !== undefined) writeReportBlock(packet, 28, block);
  let at = reportBytes;
  packet[at] = 0x81;
  packet[at + 1] = SOURCE_DESCRIPTION;
  packet.writeUInt16BE(chunkBytes / 4, at + 2);
  packet.writeUInt32BE(report.ssrc, at + 4);
  packet[at + 8] = 1;
  packet[at + 9] = cname.length;
  cname.copy(packet, at + 10);
  at += 4 + chunkBytes;
  if (options.goodbye) {
    packet[at] = 0x81;
    packet[at + 1] = GOODBYE;
    packet.writeUInt16BE(1, at + 2);
    packet.writeUInt32BE(report.ssrc, at + 4);
  }
  return packet;
}

function writeReportBlock(packet: Buffer, at: number, block: ReportBlock): void {
  const lost = Math.max(-0x800000, Math.min(0x7fffff, block.cumulativeLost));
  packet.writeUInt32BE(block.ssrc, at);
  packet[at + 4] = block.fractionLost;
  packet.writeIntBE(lost, at + 5, 3);
  packet.writeUInt32BE(block.highestSequence >>> 0, at + 8);
  packet.writeUInt32BE(Math.round(block.jitter) >>> 0, at + 12);
  packet.writeUInt32BE(block.lastSenderReport, at + 16);
  packet.writeUInt32BE(block.delaySinceLastSenderReport >>> 0, at + 20);
}

/**
 * Reads a compound packet. Packets of other types are skipped; undefined when a length does not fit
 * (RFC 3550 A.2), in which case nothing of the compound is believed.
 */
export function parseRtcp(packet: Buffer): RtcpContents | undefined {
  const contents: RtcpContents = { senderReports: [], reportBlocks: [], goodbyes: [] };
  let at = 0;
  while (at < packet.length) {
    if (at + 4 > packet.length) return undefined;
    const first = packet[at] ?? 0;
    if (first >> 6 !== 2) return undefined;
    const end = at + (packet.readUInt16BE(at + 2) + 1) * 4;
    if (end > packet.length) return undefined;
    if (!readOne(packet, at, end, first & 0x1f, contents)) return undefined;
    at = end;
  }
  return contents;
}

function readOne(packet: Buffer, at: number, end: number, count: number, contents: RtcpContents): boolean {
  switch (packet[at + 1] ?? 0) {
    case SENDER_REPORT:
      if (at + 28 + count * 24 > end) return false;
      contents.senderReports.push({
        ssrc: packet.readUInt32BE(at + 4),
        ntp: { seconds: packet.readUInt32BE(at + 8), fraction: packet.readUInt32BE(at + 12) },
        rtpTimestamp: packet.readUInt32BE(at + 16),
        packetCount: packet.readUInt32BE(at + 20),
        octetCount: packet.readUInt32BE(at + 24),
      });
      readReportBlocks(packet, at + 28, count, contents);
      return true;
    case RECEIVER_REPORT:
      if (at + 8 + count * 24 > end) return false;
      readReportBlocks(packet, at + 8, count, contents);
      return true;
    case GOODBYE:
      if (at + 4 + count * 4 > end) return false;
      for (let i = 0; i < count; i += 1) contents.goodbyes.push(packet.readUInt32BE(at + 4 + i * 4));
      return true;
    default:
      return true;
  }
}

function readReportBlocks(packet: Buffer, start: number, count: number, contents: RtcpContents): void {
  for (let at = start; at < start + count * 24; at += 24) {
    contents.reportBlocks.push({
      ssrc: packet.readUInt32BE(at),
      fractionLost: packet[at + 4] ?? 0,
      cumulativeLost: packet.readIntBE(at + 5, 3),
      highestSequence: packet.readUInt32BE(at + 8),
      jitter: packet.readUInt32BE(at + 12),
      lastSenderReport: packet.readUInt32BE(at + 16),
      delaySinceLastSenderReport: packet.readUInt32BE(at + 20),
    });
  }
}
