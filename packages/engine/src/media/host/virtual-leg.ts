import type { LegStats } from '../../calls/ports.js';
import type { Leg } from './leg.js';
import type { OpusRate } from './opus-codec.js';
import type { RelayedPacket } from './outgoing-audio.js';
import type { Playback, PlaybackFrame } from './playback.js';
import { Player } from './player.js';

/** A party inside the gateway: it speaks what it is given to play, and as `echo` returns what it hears. */
export class VirtualLeg implements Leg {
  readonly id: string;
  partner: Leg | undefined;
  readonly #behaviour: 'echo' | 'source';
  readonly #player = new Player();

  constructor(id: string, behaviour: 'echo' | 'source') {
    this.id = id;
    this.#behaviour = behaviour;
  }

  get hasTelephoneEvents(): boolean {
    return this.partner instanceof VirtualLeg ? false : (this.partner?.hasTelephoneEvents ?? false);
  }

  hear(relayed: RelayedPacket): void {
    if (this.#behaviour === 'echo' && !this.#player.isPlaying) this.partner?.hear(relayed);
  }

  hearEvent(relayed: RelayedPacket, clockRate: number): void {
    if (this.#behaviour === 'echo' && !this.#player.isPlaying) this.partner?.hearEvent(relayed, clockRate);
  }

  speech(rate: OpusRate): PlaybackFrame | undefined {
    return this.#player.next(rate);
  }

  tick(): void {
    // A bridged partner with a far end asks for the sound itself; without one, time passes all the same.
    if (this.partner === undefined || this.partner instanceof VirtualLeg) this.#player.next(8000);
  }

  play(playback: Playback, onEnd: () => void): void {
    this.#player.start(playback, onEnd);
  }

  stopPlaying(playback?: Playback): void {
    this.#player.stop(playback);
  }

  /** What it says is its own: it speaks on, to whoever hears it. */
  partnerChanged(): void {}

  close(): LegStats {
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
