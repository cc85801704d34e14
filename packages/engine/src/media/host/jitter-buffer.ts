import { type RtpHeader, sequenceDistance } from './rtp.js';

/** Packets that can wait; a power of two. */
const SLOTS = 64;
/** Longest Opus packet that Chromium sends, and more than 60 ms of PCMU. */
const SLOT_BYTES = 1500;
/** Underruns in a row after which a sender counts as silent and is waited for anew. */
const MAX_UNDERRUNS = 3;
/** Packets after which a delay that was never needed is given back. */
const SHRINK_AFTER = 100;
/** Packets after which the reserve is tried one smaller. */
const RELAX_AFTER = 500;
const MAX_MISORDER = 100;

/** What `pull` found: a packet, a packet that is missing, or a sender that is silent. */
export type Pulled = 'packet' | 'lost' | 'nothing';

/**
 * The packets of one sender in their order, held back as long as the network's jitter needs. The reserve grows
 * when packets come too late and shrinks when they never do. Nothing is allocated after the start.
 */
export class JitterBuffer {
  /** Payload of the packet that was pulled, up to `bytes`. */
  payload: Buffer;
  bytes = 0;
  readonly #slots: Buffer[] = [];
  readonly #sizes = new Int32Array(SLOTS);
  readonly #max: number;
  #reserve: number;
  #ssrc: number | undefined;
  /** The sequence number that is due, and the newest that has come. */
  #next = 0;
  #newest = 0;
  #isFilling = true;
  #underruns = 0;
  #sinceTrouble = 0;
  #leastDepth = SLOTS;
  #pulls = 0;

  /** `maxPackets` bounds the reserve. */
  constructor(maxPackets: number) {
    this.#max = maxPackets;
    this.#reserve = Math.min(2, maxPackets);
    for (let i = 0; i < SLOTS; i += 1) this.#slots.push(Buffer.alloc(SLOT_BYTES));
    this.payload = Buffer.alloc(0);
  }

  /** Packets that are held back at present. */
  get reserve(): number {
    return this.#reserve;
  }

  /** Forgets what waits. */
  reset(): void {
    this.#ssrc = undefined;
  }

  push(packet: Buffer, header: RtpHeader): void {
    const size = header.payloadEnd - header.payloadStart;
    if (size === 0 || size > SLOT_BYTES) return;
    if (header.ssrc !== this.#ssrc) this.#begin(header);
    let ahead = sequenceDistance(header.sequence, this.#next);
    if (ahead >= SLOTS || ahead < -MAX_MISORDER) {
      this.#begin(header);
      ahead = 0;
    }
    if (ahead < 0) {
      if (!this.#isFilling) {
        this.#grow();
        return;
      }
      this.#next = header.sequence;
    }
    const slot = header.sequence % SLOTS;
    packet.copy(this.#slots[slot] ?? this.payload, 0, header.payloadStart, header.payloadEnd);
    this.#sizes[slot] = size;
    if (sequenceDistance(header.sequence, this.#newest) > 0) this.#newest = header.sequence;
  }

  /** The next packet's turn. While it `isQuiet`, a packet too many can go unheard. */
  pull(isQuiet: boolean): Pulled {
    if (this.#ssrc === undefined) return 'nothing';
    const depth = sequenceDistance(this.#newest, this.#next) + 1;
    if (this.#isFilling) {
      if (depth < this.#reserve) return 'nothing';
      this.#isFilling = false;
      this.#leastDepth = SLOTS;
    }
    if (depth <= 0) return this.#underrun();
    this.#underruns = 0;
    this.#adapt(depth, isQuiet);
    const slot = this.#next % SLOTS;
    const size = this.#sizes[slot] ?? 0;
    this.#sizes[slot] = 0;
    this.#next = (this.#next + 1) & 0xffff;
    if (size === 0) return 'lost';
    this.payload = this.#slots[slot] ?? this.payload;
    this.bytes = size;
    return 'packet';
  }

  #begin(header: RtpHeader): void {
    this.#ssrc = header.ssrc;
    this.#next = header.sequence;
    this.#newest = header.sequence;
    this.#isFilling = true;
    this.#underruns = 0;
    this.#sizes.fill(0);
  }

  #underrun(): Pulled {
    this.#underruns += 1;
    if (this.#underruns === 1) this.#grow();
    if (this.#underruns <= MAX_UNDERRUNS) return 'lost';
    this.#isFilling = true;
    return 'nothing';
  }

  #grow(): void {
    this.#reserve = Math.min(this.#max, this.#reserve + 1);
    this.#sinceTrouble = 0;
  }

  #adapt(depth: number, isQuiet: boolean): void {
    this.#leastDepth = Math.min(this.#leastDepth, depth);
    this.#pulls += 1;
    this.#sinceTrouble += 1;
    if (this.#sinceTrouble >= RELAX_AFTER) {
      this.#reserve = Math.max(Math.min(2, this.#max), this.#reserve - 1);
      this.#sinceTrouble = 0;
    }
    if (this.#pulls < SHRINK_AFTER) return;
    const tooMany = this.#leastDepth - this.#reserve - 1;
    // A word with a hole is worse than some delay, so what is loud is cut only when the delay is long.
    if (tooMany > 0 && !isQuiet && tooMany < 3) return;
    if (tooMany > 0) {
      this.#sizes[this.#next % SLOTS] = 0;
      this.#next = (this.#next + 1) & 0xffff;
    }
    this.#pulls = 0;
    this.#leastDepth = SLOTS;
  }
}
