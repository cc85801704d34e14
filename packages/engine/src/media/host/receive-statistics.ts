import { type ReportBlock, type SenderReport, ntpMiddle } from './rtcp.js';
import { sequenceDistance } from './rtp.js';

/** RFC 3550 A.1: a jump further than this is a new beginning, not loss. */
const MAX_DROPOUT = 3000;

/**
 * Reception of one far end: loss and interarrival jitter (RFC 3550 §6.4.1, A.3, A.8). A new SSRC or a wild
 * jump of the sequence starts a new measurement; what was lost before stays counted.
 */
export class ReceiveStatistics {
  readonly #clockRate: number;
  packetsReceived = 0;
  bytesReceived = 0;
  #ssrc: number | undefined;
  #baseSequence = 0;
  #highestSequence = 0;
  #cycles = 0;
  #receivedOfSource = 0;
  #lostBefore = 0;
  #transit = 0;
  #jitter = 0;
  #expectedPrior = 0;
  #receivedPrior = 0;
  #lastSenderReport = 0;
  #lastSenderReportAtMs = 0;

  constructor(clockRate: number) {
    this.#clockRate = clockRate;
  }

  /** Counts a packet. `timestamp` is undefined where it says nothing about timing (telephone events). */
  packet(ssrc: number, sequence: number, timestamp: number | undefined, bytes: number, nowMs: number): void {
    this.packetsReceived += 1;
    this.bytesReceived += bytes;
    const step = sequenceDistance(sequence, this.#highestSequence);
    if (ssrc !== this.#ssrc || step > MAX_DROPOUT || step < -MAX_DROPOUT) {
      this.#begin(ssrc, sequence);
    } else if (step > 0) {
      if (sequence < this.#highestSequence) this.#cycles += 0x10000;
      this.#highestSequence = sequence;
    }
    this.#receivedOfSource += 1;
    if (timestamp !== undefined) this.#measureJitter(timestamp, nowMs);
  }

  /** Remembers the far end's sender report, for the delay in our next block. */
  senderReport(report: SenderReport, nowMs: number): void {
    if (report.ssrc !== this.#ssrc) return;
    this.#lastSenderReport = ntpMiddle(report.ntp);
    this.#lastSenderReportAtMs = nowMs;
  }

  /** Packets lost since the leg was opened; duplicates can make it negative for one source, never in sum. */
  get packetsLost(): number {
    return this.#lostBefore + Math.max(0, this.#expected() - this.#receivedOfSource);
  }

  get jitterMs(): number {
    return (this.#jitter / this.#clockRate) * 1000;
  }

  /** The block for our next report; undefined while nothing was received. */
  reportBlock(nowMs: number): ReportBlock | undefined {
    if (this.#ssrc === undefined) return undefined;
    const expected = this.#expected();
    const expectedSince = expected - this.#expectedPrior;
    const lostSince = expectedSince - (this.#receivedOfSource - this.#receivedPrior);
    this.#expectedPrior = expected;
    this.#receivedPrior = this.#receivedOfSource;
    const delayMs = this.#lastSenderReport === 0 ? 0 : nowMs - this.#lastSenderReportAtMs;
    return {
      ssrc: this.#ssrc,
      fractionLost:
        expectedSince <= 0 || lostSince <= 0
          ? 0
          : Math.min(255, Math.floor((lostSince * 256) / expectedSince)),
      cumulativeLost: expected - this.#receivedOfSource,
      highestSequence: this.#cycles + this.#highestSequence,
      jitter: this.#jitter,
      lastSenderReport: this.#lastSenderReport,
      delaySinceLastSenderReport: Math.round(delayMs * 65.536),
    };
  }

  #expected(): number {
    return this.#ssrc === undefined ? 0 : this.#cycles + this.#highestSequence - this.#baseSequence + 1;
  }

  #begin(ssrc: number, sequence: number): void {
    this.#lostBefore = this.packetsLost;
    this.#ssrc = ssrc;
    this.#baseSequence = sequence;
    this.#highestSequence = sequence;
    this.#cycles = 0;
    this.#receivedOfSource = 0;
    this.#expectedPrior = 0;
    this.#receivedPrior = 0;
    this.#jitter = 0;
    this.#transit = 0;
    this.#lastSenderReport = 0;
  }

  #measureJitter(timestamp: number, nowMs: number): void {
    // On the 32-bit circle, so that a wrap of either side is no jump.
    const transit = (Math.round((nowMs * this.#clockRate) / 1000) - timestamp) | 0;
    if (this.#transit !== 0) {
      const difference = Math.abs((transit - this.#transit) | 0);
      // A step of more than a second is the far end's clock starting anew.
      if (difference < this.#clockRate) this.#jitter += (difference - this.#jitter) / 16;
    }
    this.#transit = transit;
  }
}
