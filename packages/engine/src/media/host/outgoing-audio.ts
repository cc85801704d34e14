import type { Codec } from '../../calls/ports.js';
import { encodePcmu, PCMU_SILENCE } from './g711.js';
import { OPUS_SILENCE, OpusCodec, type OpusRate } from './opus-codec.js';
import type { PlaybackFrame } from './playback.js';
import { RTP_HEADER_BYTES, type RtpHeader } from './rtp.js';
import type { RtpStream } from './rtp-stream.js';
import type { TelephoneEventFormat } from './sdp.js';
import { EVENT_PAYLOAD_BYTES, rescaleEvent, writeEvent } from './telephone-event.js';
import { Transcoder } from './transcoder.js';

/** A relayed source that is quiet for longer is filled up with silence. */
const RELAY_GAP_MS = 200;
const PCMU_FRAME_BYTES = 160;
const MAX_FRAME_BYTES = RTP_HEADER_BYTES + 1275;

/** Payload numbers that the far end wants, and how much Opus at most (RFC 7587 §6.1), in bits per second. */
export interface SendFormat {
  payloadType: number;
  telephoneEvent: TelephoneEventFormat | undefined;
  maxAverageBitrate?: number | undefined;
}

/** A packet on its way from one leg to another, under the sender's numbers. */
export interface RelayedPacket {
  packet: Buffer;
  header: RtpHeader;
  codec: Codec;
  /** The leg it comes from. */
  source: object;
  nowMs: number;
}

/** What a leg says to its far end: frames of our own, silence, or another leg's packets. */
export class OutgoingAudio {
  readonly #codec: Codec;
  readonly #stream: RtpStream;
  readonly #silencePacket: Buffer;
  readonly #framePacket = Buffer.alloc(MAX_FRAME_BYTES);
  readonly #eventPacket = Buffer.alloc(RTP_HEADER_BYTES + EVENT_PAYLOAD_BYTES);
  #format: SendFormat;
  #encoder: OpusCodec | undefined;
  #transcoder: { source: object; transcoder: Transcoder } | undefined;
  #relayedAtMs = -Infinity;
  #relayedEventTimestamp: number | undefined;

  constructor(options: { codec: Codec; stream: RtpStream; format: SendFormat }) {
    this.#codec = options.codec;
    this.#stream = options.stream;
    this.#format = options.format;
    this.#silencePacket = silencePacket(options.codec);
  }

  /** The sample rate that `speak` wants. */
  get rate(): OpusRate {
    return this.#codec === 'pcmu' ? 8000 : 48_000;
  }

  get hasTelephoneEvents(): boolean {
    return this.#format.telephoneEvent !== undefined;
  }

  /** The far end's numbers, from its latest description. */
  setFormat(format: SendFormat): void {
    this.#format = format;
  }

  /** Whether another leg's packets keep the far end supplied. */
  isRelaying(nowMs: number): boolean {
    return nowMs - this.#relayedAtMs < RELAY_GAP_MS;
  }

  /** Ends the relay; the next packet of another leg begins anew. */
  endRelay(): void {
    this.#relayedAtMs = -Infinity;
    this.#relayedEventTimestamp = undefined;
    this.#stream.endRelay();
    this.#transcoder?.transcoder.release();
    this.#transcoder = undefined;
  }

  /** Sends one frame of a playlist or of a room. */
  speak(frame: PlaybackFrame, nominalMs: number): void {
    if (frame.kind === 'event') {
      const format = this.#format.telephoneEvent;
      if (format === undefined) return;
      const duration = (frame.durationMs * format.clockRate) / 1000;
      writeEvent(this.#eventPacket, RTP_HEADER_BYTES, frame.event, frame.end, duration);
      this.#stream.sendEvent(this.#eventPacket, format.payloadType, frame.first, nominalMs);
      return;
    }
    if (frame.kind === 'mixed') {
      this.#releaseEncoder();
      this.#stream.sendFrame(frame.encode(), this.#format.payloadType, nominalMs);
      return;
    }
    const packet = this.#framePacket;
    let bytes = frame.samples.length;
    if (this.#codec === 'pcmu') {
      encodePcmu(frame.samples, packet, RTP_HEADER_BYTES);
    } else {
      this.#encoder ??= new OpusCodec(48_000, this.#format.maxAverageBitrate);
      bytes = this.#encoder.encode(frame.samples, packet, RTP_HEADER_BYTES);
    }
    this.#stream.sendFrame(packet.subarray(0, RTP_HEADER_BYTES + bytes), this.#format.payloadType, nominalMs);
  }

  /** Sends 20 ms of silence. */
  silence(nominalMs: number): void {
    this.#releaseEncoder();
    this.#stream.sendFrame(this.#silencePacket, this.#format.payloadType, nominalMs);
  }

  /** Passes another leg's audio on; throws when it has to be transcoded and cannot be. */
  relay(relayed: RelayedPacket): void {
    const { packet, header, codec, source, nowMs } = relayed;
    this.#relayedAtMs = nowMs;
    if (this.#encoder !== undefined) this.#releaseEncoder();
    const { payloadType } = this.#format;
    if (codec === this.#codec) {
      this.#stream.relay(packet, header, source, payloadType, nowMs);
      return;
    }
    const transcoder = this.#transcoderFor(source, codec);
    transcoder.push(packet, header, (out, outHeader) => {
      this.#stream.relay(out, outHeader, transcoder, payloadType, nowMs);
    });
  }

  /** Passes another leg's telephone event on, if the far end takes any. */
  relayEvent(relayed: RelayedPacket, clockRate: number): void {
    const { packet, header, codec, source, nowMs } = relayed;
    const format = this.#format.telephoneEvent;
    if (format === undefined || header.payloadEnd - header.payloadStart < EVENT_PAYLOAD_BYTES) return;
    this.#relayedAtMs = nowMs;
    rescaleEvent(packet, header, clockRate, format.clockRate);
    if (codec === this.#codec) {
      this.#stream.relay(packet, header, source, format.payloadType, nowMs);
      return;
    }
    // The clocks differ, so the event takes the time of our own stream at its first packet.
    packet.copy(
      this.#eventPacket,
      RTP_HEADER_BYTES,
      header.payloadStart,
      header.payloadStart + EVENT_PAYLOAD_BYTES,
    );
    const isFirst = header.timestamp !== this.#relayedEventTimestamp;
    this.#relayedEventTimestamp = header.timestamp;
    this.#stream.sendEvent(this.#eventPacket, format.payloadType, isFirst, nowMs);
  }

  release(): void {
    this.#releaseEncoder();
    this.endRelay();
  }

  #releaseEncoder(): void {
    this.#encoder?.release();
    this.#encoder = undefined;
  }

  #transcoderFor(source: object, codec: Codec): Transcoder {
    if (this.#transcoder?.source === source) return this.#transcoder.transcoder;
    this.#transcoder?.transcoder.release();
    const transcoder = new Transcoder(codec, this.#format.maxAverageBitrate);
    this.#transcoder = { source, transcoder };
    return transcoder;
  }
}

function silencePacket(codec: Codec): Buffer {
  const payload = codec === 'pcmu' ? Buffer.alloc(PCMU_FRAME_BYTES, PCMU_SILENCE) : OPUS_SILENCE;
  return Buffer.concat([Buffer.alloc(RTP_HEADER_BYTES), payload]);
}
