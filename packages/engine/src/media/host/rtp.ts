/**
 * RTP packets (RFC 3550 §5.1), read and renumbered in place: a relayed packet is never copied by us.
 */

/** Bytes of a header without CSRCs and extension, the only kind we send. */
export const RTP_HEADER_BYTES = 12;

/** A parsed header. One object is reused for every packet of a leg. */
export interface RtpHeader {
  payloadType: number;
  marker: boolean;
  sequence: number;
  timestamp: number;
  ssrc: number;
  /** Where the payload begins and ends; padding is outside. */
  payloadStart: number;
  payloadEnd: number;
}

/** An empty header to be filled by `readRtpHeader`. */
export function blankRtpHeader(): RtpHeader {
  return {
    payloadType: 0,
    marker: false,
    sequence: 0,
    timestamp: 0,
    ssrc: 0,
    payloadStart: 0,
    payloadEnd: 0,
  };
}

/** Whether a packet of a multiplexed stream is RTCP (RFC 5761 §4). */
export function isRtcp(packet: Buffer): boolean {
  const type = packet[1] ?? 0;
  return type >= 192 && type <= 223;
}

/** Fills `header` from the packet. False when the packet is not a whole RTP packet; `header` is then undefined. */
export function readRtpHeader(packet: Buffer, header: RtpHeader): boolean {
  const length = packet.length;
  if (length < RTP_HEADER_BYTES) return false;
  const first = packet[0] ?? 0;
  if (first >> 6 !== 2) return false;
  const second = packet[1] ?? 0;
  let start = RTP_HEADER_BYTES + (first & 0x0f) * 4;
  let end = length;
  if ((first & 0x10) !== 0) {
    if (start + 4 > length) return false;
    start += 4 + packet.readUInt16BE(start + 2) * 4;
  }
  if ((first & 0x20) !== 0) {
    const padding = packet[length - 1] ?? 0;
    if (padding === 0) return false;
    end -= padding;
  }
  if (start > end) return false;
  header.payloadType = second & 0x7f;
  header.marker = second > 0x7f;
  header.sequence = ((packet[2] ?? 0) << 8) | (packet[3] ?? 0);
  header.timestamp = packet.readUInt32BE(4);
  header.ssrc = packet.readUInt32BE(8);
  header.payloadStart = start;
  header.payloadEnd = end;
  return true;
}

/** Writes a plain 12-byte header at the start of `packet`. */
export function writeRtpHeader(
  packet: Buffer,
  payloadType: number,
  marker: boolean,
  sequence: number,
  timestamp: number,
  ssrc: number,
): void {
  packet[0] = 0x80;
  packet[1] = payloadType | (marker ? 0x80 : 0);
  packet[2] = sequence >> 8;
  packet[3] = sequence & 0xff;
  packet.writeUInt32BE(timestamp, 4);
  packet.writeUInt32BE(ssrc, 8);
}

/**
 * The packet with a plain 12-byte header in front of its payload: the packet itself in the usual case, a
 * smaller copy when CSRCs, an extension or padding have to go.
 */
export function withPlainHeader(packet: Buffer, header: RtpHeader): Buffer {
  if (header.payloadStart === RTP_HEADER_BYTES && header.payloadEnd === packet.length) return packet;
  const plain = Buffer.allocUnsafe(RTP_HEADER_BYTES + header.payloadEnd - header.payloadStart);
  packet.copy(plain, RTP_HEADER_BYTES, header.payloadStart, header.payloadEnd);
  return plain;
}

/** `a - b` on the 16-bit circle of sequence numbers, from -32768 to 32767. */
export function sequenceDistance(a: number, b: number): number {
  return ((a - b) << 16) >> 16;
}
