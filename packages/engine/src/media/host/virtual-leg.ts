import type { Codec, LegStats, VirtualBehaviour } from '../../calls/ports.js';
import type { Leg, Partner } from './leg.js';
import type { OpusRate } from './opus-codec.js';
import type { RelayedPacket } from './outgoing-audio.js';
import type { Playback, PlaybackFrame } from './playback.js';
import type { Recorder } from './recorder.js';
import { ROOM_RATE } from './seat-input.js';
import { Player } from './player.js';

/** Share of packets that a bad network loses. */
const LOSS = 0.1;
/** Delays spread evenly over this give an interarrival jitter (RFC 3550 §6.4.1) of a third of it. */
const DELAY_SPREAD_MS = 90;

/** A party inside the gateway: it speaks what it is given to play, and as an echo returns what it hears. */
export class VirtualLeg implements Leg {
  readonly id: string;
  readonly codec: Codec;
  readonly isVirtual = true;
  partner: Partner | undefined;
  readonly recorders = new Set<Recorder>();
  readonly #behaviour: VirtualBehaviour;
  readonly #random: () => number;
  readonly #now: () => number;
  readonly #late = new Set<NodeJS.Timeout>();
  readonly #player = new Player();
  /** What it will send back to its room. */
  #echoed: PlaybackFrame | undefined;

  constructor(options: {
    id: string;
    codec: Codec;
    behaviour: VirtualBehaviour;
    random: () => number;
    /** Monotonic milliseconds. */
    now: () => number;
  }) {
    this.id = options.id;
    this.codec = options.codec;
    this.#behaviour = options.behaviour;
    this.#random = options.random;
    this.#now = options.now;
  }

  get hasTelephoneEvents(): boolean {
    return this.partner instanceof VirtualLeg ? false : (this.partner?.hasTelephoneEvents ?? false);
  }

  hear(relayed: RelayedPacket): void {
    this.#echo(relayed, (packet) => this.partner?.hear(packet));
  }

  hearEvent(relayed: RelayedPacket, clockRate: number): void {
    this.#echo(relayed, (packet) => this.partner?.hearEvent(packet, clockRate));
  }

  hearMix(sum: Int32Array): void {
    if (this.#behaviour === 'source') return;
    const samples = Int16Array.from(sum, (value) => Math.max(-32_768, Math.min(32_767, value)));
    this.#echoed = { kind: 'samples', samples, rate: ROOM_RATE };
  }

  speech(rate: OpusRate): PlaybackFrame | undefined {
    const frame = this.#player.next(rate) ?? this.#echoed;
    this.#echoed = undefined;
    return frame;
  }

  tick(nominalMs: number): void {
    // A bridged partner with a far end asks for the sound itself; without one, time passes all the same.
    if (this.partner !== undefined && !(this.partner instanceof VirtualLeg)) return;
    const frame = this.#player.next(8000);
    if (frame?.kind !== 'samples') return;
    for (const recorder of this.recorders) recorder.saidFrame(frame.samples, frame.rate, nominalMs);
  }

  play(playback: Playback, onEnd: () => void): void {
    this.#player.start(playback, onEnd);
  }

  stopPlaying(playback?: Playback): void {
    this.#player.stop(playback);
  }

  /** What it says is its own: it speaks on, to whoever hears it. */
  partnerChanged(): void {}

  #echo(relayed: RelayedPacket, send: (relayed: RelayedPacket) => void): void {
    if (this.#behaviour === 'source' || this.#player.isPlaying) return;
    if (this.#behaviour === 'echo') {
      send(relayed);
      return;
    }
    if (this.#random() < LOSS) return;
    // The packet's memory is used again when we return.
    const kept = { ...relayed, packet: Buffer.from(relayed.packet) };
    const timer = setTimeout(() => {
      this.#late.delete(timer);
      send({ ...kept, nowMs: this.#now() });
    }, this.#random() * DELAY_SPREAD_MS);
    this.#late.add(timer);
  }

  close(): LegStats {
    for (const timer of this.#late) clearTimeout(timer);
    this.#player.stop();
    return {
      packetsReceived: 0,
      packetsSent: 0,
      bytesReceived: 0,
      bytesSent: 0,
      packetsLost: 0,
      jitterMs: 0,
      roundTripMs: undefined,
    };
  }
}
