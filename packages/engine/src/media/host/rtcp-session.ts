import type { ReceiveStatistics } from './receive-statistics.js';
import { buildRtcpCompound, ntpFromUnixMs, ntpMiddle, parseRtcp } from './rtcp.js';
import type { RtpStream } from './rtp-stream.js';

const INTERVAL_MS = 2000;
const LONGEST_ROUND_TRIP_MS = 10_000;

/** Writes a leg's reports about every two seconds and reads the far end's. */
export class RtcpSession {
  /** From the far end's newest report about us; undefined until there is one. */
  roundTripMs: number | undefined;
  readonly #options: RtcpSessionOptions;
  #nextReportMs: number | undefined;

  constructor(options: RtcpSessionOptions) {
    this.#options = options;
  }

  /** The report that is due, if one is. */
  due(nowMs: number): Buffer | undefined {
    if (this.#options.stream.packetsSent === 0) return undefined;
    if (this.#nextReportMs !== undefined && nowMs < this.#nextReportMs) return undefined;
    // RFC 3550 §6.3.1: between half and one and a half of the interval, so that reports do not march in step.
    this.#nextReportMs = nowMs + INTERVAL_MS * (0.5 + this.#options.random());
    return this.report(nowMs, false);
  }

  /** A report as of now; with `goodbye` the last one. */
  report(nowMs: number, goodbye: boolean): Buffer {
    const { stream, statistics, cname, unixMsAt } = this.#options;
    return buildRtcpCompound({
      report: {
        ssrc: stream.ssrc,
        ntp: ntpFromUnixMs(unixMsAt(nowMs)),
        rtpTimestamp: stream.timestampAt(nowMs),
        packetCount: stream.packetsSent,
        octetCount: stream.octetsSent,
      },
      block: statistics.reportBlock(nowMs),
      cname,
      goodbye,
    });
  }

  /** Reads the far end's compound packet. */
  receive(packet: Buffer, nowMs: number): void {
    const contents = parseRtcp(packet);
    if (contents === undefined) return;
    const { stream, statistics, unixMsAt } = this.#options;
    for (const report of contents.senderReports) statistics.senderReport(report, nowMs);
    for (const block of contents.reportBlocks) {
      if (block.ssrc !== stream.ssrc || block.lastSenderReport === 0) continue;
      const now = ntpMiddle(ntpFromUnixMs(unixMsAt(nowMs)));
      const units = (now - block.lastSenderReport - block.delaySinceLastSenderReport) | 0;
      const roundTripMs = Math.max(0, units / 65.536);
      if (roundTripMs <= LONGEST_ROUND_TRIP_MS) this.roundTripMs = roundTripMs;
    }
  }
}

interface RtcpSessionOptions {
  stream: RtpStream;
  statistics: ReceiveStatistics;
  cname: string;
  /** Milliseconds since 1970 at a moment of the monotonic clock. */
  unixMsAt: (nowMs: number) => number;
  /** From 0 to below 1. */
  random: () => number;
}
