import { FRAME_MS } from './frame-wheel.js';
import {
  type RtpHeader,
  RTP_HEADER_BYTES,
  sequenceDistance,
  withPlainHeader,
  writeRtpHeader,
} from './rtp.js';

/** RFC 3550 A.1: a packet further behind or ahead than this begins its stream anew. */
const MAX_MISORDER = 100;
const MAX_DROPOUT = 3000;
/** So does a timestamp that jumps further than this. */
const MAX_TIMESTAMP_JUMP_SECONDS = 10;

/** Where a relayed stream sits in ours. */
interface Relay {
  source: object;
  ssrc: number;
  /** Our sequence number and timestamp offset at the switch. */
  firstSequence: number;
  timestampOffset: number;
  /** The source's newest packet, and how many packets it is after the switch. */
  newestSequence: number;
  newestTimestamp: number;
  newestPosition: number;
}

/**
 * The numbering of what a leg sends: one SSRC, one run of sequence numbers and one clock for the life of the
 * leg, whatever the sound comes from. A new source starts with the marker bit right after what was sent last,
 * at the time that has passed since. No sequence number is ever used twice: under SRTP that would give the key
 * stream away.
 */
export class RtpStream {
  readonly ssrc: number;
  readonly clockRate: number;
  packetsSent = 0;
  /** Payload bytes, as sender reports count them. */
  octetsSent = 0;
  readonly #transmit: (packet: Buffer) => boolean;
  readonly #frameUnits: number;
  #newestSequence: number;
  #timestamp: number;
  /** When `#timestamp` was due; undefined until something was sent. */
  #timestampAtMs: number | undefined;
  #relay: Relay | undefined;
  #markNext = true;
  #eventTimestamp = 0;

  constructor(options: {
    ssrc: number;
    clockRate: number;
    firstSequence: number;
    firstTimestamp: number;
    transmit: (packet: Buffer) => boolean;
  }) {
    this.ssrc = options.ssrc;
    this.clockRate = options.clockRate;
    this.#frameUnits = (options.clockRate * FRAME_MS) / 1000;
    this.#newestSequence = (options.firstSequence - 1) & 0xffff;
    this.#timestamp = options.firstTimestamp;
    this.#transmit = options.transmit;
  }

  /** The RTP time that belongs to `nowMs`, for sender reports. */
  timestampAt(nowMs: number): number {
    const elapsedMs = this.#timestampAtMs === undefined ? 0 : nowMs - this.#timestampAtMs;
    return (this.#timestamp + Math.round((elapsedMs * this.clockRate) / 1000)) >>> 0;
  }

  /** Sends a frame of our own making, whose payload lies in `packet` behind room for the header. */
  sendFrame(packet: Buffer, payloadType: number, nominalMs: number): void {
    this.endRelay();
    this.#advance(nominalMs);
    this.#newestSequence = (this.#newestSequence + 1) & 0xffff;
    this.#send(packet, payloadType, this.#markNext, this.#newestSequence, this.#timestamp);
    this.#markNext = false;
  }

  /** Sends one packet of a telephone event; all packets of one event carry the time of its first. */
  sendEvent(packet: Buffer, payloadType: number, first: boolean, nominalMs: number): void {
    this.endRelay();
    if (first) {
      this.#advance(nominalMs);
      this.#eventTimestamp = this.#timestamp;
    }
    this.#newestSequence = (this.#newestSequence + 1) & 0xffff;
    this.#send(packet, payloadType, first, this.#newestSequence, this.#eventTimestamp);
  }

  /**
   * Sends a packet of somebody else's stream under our numbers, in place. Gaps and order of the source are
   * kept; packets from before the source was switched to are dropped.
   */
  relay(packet: Buffer, header: RtpHeader, source: object, payloadType: number, nowMs: number): void {
    let relay = this.#relay;
    let marker = header.marker;
    if (relay === undefined || relay.source !== source || !this.#continues(relay, header)) {
      relay = this.#beginRelay(source, header, nowMs);
      marker = true;
    }
    const step = sequenceDistance(header.sequence, relay.newestSequence);
    const position = relay.newestPosition + step;
    if (position < 0) return;
    const sequence = (relay.firstSequence + position) & 0xffff;
    const timestamp = (header.timestamp + relay.timestampOffset) >>> 0;
    if (step > 0) {
      relay.newestPosition = position;
      relay.newestSequence = header.sequence;
      relay.newestTimestamp = header.timestamp;
      this.#newestSequence = sequence;
      if (((timestamp - this.#timestamp) | 0) > 0) {
        this.#timestamp = timestamp;
        this.#timestampAtMs = nowMs;
      }
    }
    this.#send(withPlainHeader(packet, header), payloadType, marker, sequence, timestamp);
  }

  /** Forgets the relayed source; the next packet begins something new. */
  endRelay(): void {
    if (this.#relay === undefined) return;
    this.#relay = undefined;
    this.#markNext = true;
  }

  #continues(relay: Relay, header: RtpHeader): boolean {
    const step = sequenceDistance(header.sequence, relay.newestSequence);
    if (relay.ssrc !== header.ssrc || step > MAX_DROPOUT || step < -MAX_MISORDER) return false;
    const jump = Math.abs((header.timestamp - relay.newestTimestamp) | 0);
    return jump <= MAX_TIMESTAMP_JUMP_SECONDS * this.clockRate;
  }

  #beginRelay(source: object, header: RtpHeader, nowMs: number): Relay {
    this.#advance(nowMs);
    this.#newestSequence = (this.#newestSequence + 1) & 0xffff;
    this.#relay = {
      source,
      ssrc: header.ssrc,
      firstSequence: this.#newestSequence,
      timestampOffset: (this.#timestamp - header.timestamp) | 0,
      newestSequence: header.sequence,
      newestTimestamp: header.timestamp,
      newestPosition: 0,
    };
    return this.#relay;
  }

  /** Moves the clock on by the whole frames that have passed, at least one. */
  #advance(nowMs: number): void {
    if (this.#timestampAtMs !== undefined) {
      const frames = Math.max(1, Math.round((nowMs - this.#timestampAtMs) / FRAME_MS));
      this.#timestamp = (this.#timestamp + frames * this.#frameUnits) >>> 0;
    }
    this.#timestampAtMs = nowMs;
  }

  #send(packet: Buffer, payloadType: number, marker: boolean, sequence: number, timestamp: number): void {
    writeRtpHeader(packet, payloadType, marker, sequence, timestamp, this.ssrc);
    if (!this.#transmit(packet)) return;
    this.packetsSent += 1;
    this.octetsSent += packet.length - RTP_HEADER_BYTES;
  }
}
