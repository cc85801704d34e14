/** DTMF as telephone events in RTP (RFC 4733). */
import type { RtpHeader } from './rtp.js';

/** Payload bytes of one event packet, RFC 4733 §2.3. */
export const EVENT_PAYLOAD_BYTES = 4;

const KEYS = '0123456789*#ABCD';
const LONGEST_DURATION = 0xffff;

/** The event number of a key; undefined for what is not on a keypad. */
export function eventOfKey(key: string): number | undefined {
  const event = KEYS.indexOf(key);
  return key.length === 1 && event >= 0 ? event : undefined;
}

/** Writes an event payload; `duration` is in timestamp units. */
export function writeEvent(packet: Buffer, at: number, event: number, end: boolean, duration: number): void {
  packet[at] = event;
  // Volume -10 dBm0, the level that RFC 4733 §2.3.3 calls usual.
  packet[at + 1] = (end ? 0x80 : 0) | 10;
  packet.writeUInt16BE(Math.min(LONGEST_DURATION, duration), at + 2);
}

/**
 * Turns the packets of events into key presses: the first packet seen of an event counts, all others with its
 * timestamp are the same press. So the loss of the first or of the last packets changes nothing.
 */
export class EventReceiver {
  #ssrc: number | undefined;
  #timestamp = 0;
  #duration = 0;
  #event = -1;
  #ended = false;

  /** The key that the packet presses, or undefined when it says nothing new. */
  receive(packet: Buffer, header: RtpHeader): string | undefined {
    if (header.payloadEnd - header.payloadStart < EVENT_PAYLOAD_BYTES) return undefined;
    const event = packet[header.payloadStart] ?? 0;
    const key = KEYS[event];
    if (key === undefined) return undefined;
    const end = ((packet[header.payloadStart + 1] ?? 0) & 0x80) !== 0;
    const duration = packet.readUInt16BE(header.payloadStart + 2);
    const isNew = this.#isNew(header, event, end, duration);
    if (isNew === undefined) return undefined;
    this.#ssrc = header.ssrc;
    this.#timestamp = header.timestamp;
    this.#event = event;
    this.#duration = isNew ? duration : Math.max(duration, this.#duration);
    this.#ended = isNew ? end : this.#ended || end;
    return isNew ? key : undefined;
  }

  /** True for a new press, false for more of the present one, undefined for something old. */
  #isNew(header: RtpHeader, event: number, end: boolean, duration: number): boolean | undefined {
    if (header.ssrc !== this.#ssrc) return true;
    const age = (header.timestamp - this.#timestamp) | 0;
    if (age < 0) return undefined;
    // Some senders press the next key at the same time stamp: only its marker tells.
    if (age === 0)
      return this.#ended && header.marker && !end && (event !== this.#event || duration < this.#duration);
    // RFC 4733 §2.5.1.3: a press longer than the field goes on in another segment, without marker.
    const segment = event === this.#event && !header.marker && !this.#ended && age === LONGEST_DURATION;
    return !segment;
  }
}

/** Gives a relayed event the clock of the leg it goes to. */
export function rescaleEvent(packet: Buffer, header: RtpHeader, fromRate: number, toRate: number): void {
  if (fromRate === toRate || header.payloadEnd - header.payloadStart < EVENT_PAYLOAD_BYTES) return;
  const duration = packet.readUInt16BE(header.payloadStart + 2);
  packet.writeUInt16BE(
    Math.min(LONGEST_DURATION, Math.round((duration * toRate) / fromRate)),
    header.payloadStart + 2,
  );
}
