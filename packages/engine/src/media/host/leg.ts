import type { Codec, LegStats } from '../../calls/ports.js';
import type { LegEvent } from '../protocol.js';
import type { LegAddresses } from './addresses.js';
import type { Certificate } from './certificate.js';
import type { RelayedPacket } from './outgoing-audio.js';
import type { OpusRate } from './opus-codec.js';
import type { Playback, PlaybackFrame } from './playback.js';
import type { Recorder } from './recorder.js';
import type { Candidate } from './sdp.js';

/** Whom a leg speaks to and hears: another leg, or its seat in a room. */
export interface Partner {
  /** Whether it takes digits as telephone events. */
  readonly hasTelephoneEvents: boolean;
  /** Hears the leg's audio. */
  hear(relayed: RelayedPacket): void;
  /** Hears a telephone event of the leg; its durations count at `clockRate`. */
  hearEvent(relayed: RelayedPacket, clockRate: number): void;
  /** What it says to the leg during the next 20 ms, if that does not come in packets. */
  speech(rate: OpusRate): PlaybackFrame | undefined;
}

/** A far end as the rest of the host sees it. */
export interface Leg extends Partner {
  readonly id: string;
  readonly codec: Codec;
  /** Whether it lives inside the gateway. */
  readonly isVirtual: boolean;
  partner: Partner | undefined;
  /** Those that record what it says and hears. */
  readonly recorders: Set<Recorder>;
  /** Lets a party inside the gateway hear 20 ms of its room. */
  hearMix(sum: Int32Array): void;
  /** The next 20 ms begin. */
  tick(nominalMs: number): void;
  /** Starts a playlist in place of the present one; `onEnd` is called once, however it ends. */
  play(playback: Playback, onEnd: () => void): void;
  /** Stops `playback`, or whatever is playing. */
  stopPlaying(playback?: Playback): void;
  /** The partner changed. */
  partnerChanged(): void;
  close(): LegStats;
}

/** What legs need from their surroundings. */
export interface LegSurroundings {
  /** Monotonic milliseconds. */
  now: () => number;
  unixMsAt: (nowMs: number) => number;
  /** From 0 to below 1, unpredictable. */
  random: () => number;
  addresses: () => LegAddresses;
  /** Whether connectivity checks may be sent to a candidate of the far end. */
  mayCheck: (candidate: Candidate) => boolean;
  portRange: { begin: number; end: number } | undefined;
  /** What every offer of this process shows; an answer has one of its own. */
  certificate: Promise<Certificate>;
  emit: (event: LegEvent) => void;
  warn: (message: string, legId: string) => void;
}
