/**
 * Where legs hear each other. Once every 20 ms each voice is decoded once and added once; a listener gets the sum
 * without its own voice. All who say nothing hear the same, and share one packet a codec.
 */
import type { Codec, SeatSettings } from '../../calls/ports.js';
import type { Leg } from './leg.js';
import type { Playback } from './playback.js';
import type { Recorder } from './recorder.js';
import { Player } from './player.js';
import { Seat } from './seat.js';
import { ROOM_FRAME, ROOM_RATE } from './seat-input.js';
import { SeatOutput } from './seat-output.js';

/** See the top of this file. */
export class Room {
  readonly #seats = new Map<Leg, Seat>();
  /** Announcements and beeps, which everybody hears. */
  readonly #players = new Set<Player>();
  readonly recorders = new Set<Recorder>();
  readonly #recorded = new SeatOutput('pcmu');
  readonly #total = new Int32Array(ROOM_FRAME);
  readonly #shared: Readonly<Record<Codec, SeatOutput>> = {
    pcmu: new SeatOutput('pcmu'),
    opus: new SeatOutput('opus'),
  };
  readonly #sharedPackets: Record<Codec, Buffer | undefined> = { pcmu: undefined, opus: undefined };
  readonly #onSpeech: (legId: string, speaking: boolean) => void;
  #hasSound = false;
  #hasCoaches = false;

  constructor(onSpeech: (legId: string, speaking: boolean) => void) {
    this.#onSpeech = onSpeech;
  }

  get isEmpty(): boolean {
    return this.#seats.size === 0;
  }

  /** Whether there is anything to hear during the present frame. */
  get hasSound(): boolean {
    return this.#hasSound;
  }

  /** Gives the leg a place. */
  join(leg: Leg, settings: SeatSettings): Seat {
    const onSpeech = (speaking: boolean): void => this.#onSpeech(leg.id, speaking);
    const seat = new Seat({ leg, room: this, settings, onSpeech });
    this.#seats.set(leg, seat);
    return seat;
  }

  leave(seat: Seat): void {
    this.#seats.delete(seat.leg);
    seat.release();
  }

  /** Plays to all; `onEnd` is called once, however it ends. */
  play(playback: Playback, onEnd: () => void): Player {
    const player = new Player();
    player.start(playback, () => {
      this.#players.delete(player);
      onEnd();
    });
    this.#players.add(player);
    return player;
  }

  /** Mixes the next 20 ms. */
  tick(nominalMs: number): void {
    const total = this.#total;
    total.fill(0);
    this.#hasSound = false;
    this.#hasCoaches = false;
    this.#sharedPackets.pcmu = undefined;
    this.#sharedPackets.opus = undefined;
    for (const seat of this.#seats.values()) {
      seat.listen();
      if (!seat.isAudible) continue;
      this.#hasSound = true;
      if (seat.settings.coaching === undefined) add(total, seat.input);
      else this.#hasCoaches = true;
    }
    for (const player of this.#players) {
      const frame = player.next(ROOM_RATE);
      if (frame?.kind !== 'samples') continue;
      this.#hasSound = true;
      add(total, frame.samples);
    }
    for (const seat of this.#seats.values()) seat.passOn();
    this.#record(nominalMs);
  }

  /** Whether the seat hears what all silent ones hear. */
  hearsAll(seat: Seat): boolean {
    if (seat.isAudible && seat.settings.coaching === undefined) return false;
    return !this.#hasCoaches || !this.#isCoached(seat);
  }

  sharedOutput(codec: Codec): SeatOutput {
    return this.#shared[codec];
  }

  /** The packet for those who hear all. */
  sharedPacket(codec: Codec): Buffer {
    return (this.#sharedPackets[codec] ??= this.#shared[codec].encode(this.#total));
  }

  /** Everything without the seat's own voice, and with those of its coaches. */
  mixFor(seat: Seat, sum: Int32Array): void {
    sum.set(this.#total);
    if (seat.isAudible && seat.settings.coaching === undefined) {
      for (let i = 0; i < ROOM_FRAME; i += 1) sum[i] = (sum[i] ?? 0) - (seat.input[i] ?? 0);
    }
    if (!this.#hasCoaches) return;
    for (const coach of this.#seats.values()) {
      if (coach.isAudible && coach.settings.coaching === seat.leg.id) add(sum, coach.input);
    }
  }

  close(): void {
    for (const player of this.#players) player.stop();
    this.#shared.pcmu.release();
    this.#shared.opus.release();
  }

  #record(nominalMs: number): void {
    if (this.recorders.size === 0 || !this.#hasSound) return;
    this.#recorded.encode(this.#total);
    for (const recorder of this.recorders) recorder.saidFrame(this.#recorded.samples, ROOM_RATE, nominalMs);
  }

  #isCoached(seat: Seat): boolean {
    for (const coach of this.#seats.values()) {
      if (coach.isAudible && coach.settings.coaching === seat.leg.id) return true;
    }
    return false;
  }
}

function add(sum: Int32Array, samples: Int16Array): void {
  for (let i = 0; i < ROOM_FRAME; i += 1) sum[i] = (sum[i] ?? 0) + (samples[i] ?? 0);
}
