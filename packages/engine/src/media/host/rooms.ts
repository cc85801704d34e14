import type { SeatSettings } from '../../calls/ports.js';
import { MediaError } from '../media-error.js';
import type { Leg } from './leg.js';
import type { Playback } from './playback.js';
import { Room } from './room.js';
import { Seat } from './seat.js';

/** The rooms of this process. A room is there as long as somebody is in it. */
export class Rooms {
  readonly #rooms = new Map<string, Room>();
  readonly #onSpeech: (legId: string, speaking: boolean) => void;

  readonly #onClose: (room: Room) => void;

  constructor(options: {
    onSpeech: (legId: string, speaking: boolean) => void;
    onClose: (room: Room) => void;
  }) {
    this.#onSpeech = options.onSpeech;
    this.#onClose = options.onClose;
  }

  /** Seats the leg, which must not have a partner. */
  join(roomId: string, leg: Leg, settings: SeatSettings): void {
    const room = this.#rooms.get(roomId) ?? new Room(this.#onSpeech);
    this.#rooms.set(roomId, room);
    leg.partner = room.join(leg, settings);
    leg.partnerChanged();
  }

  /** False when the leg is in no room. */
  leave(leg: Leg): boolean {
    const seat = leg.partner;
    if (!(seat instanceof Seat)) return false;
    seat.room.leave(seat);
    leg.partner = undefined;
    leg.partnerChanged();
    for (const [roomId, room] of this.#rooms) {
      if (room !== seat.room || !room.isEmpty) continue;
      this.#rooms.delete(roomId);
      this.#onClose(room);
      room.close();
    }
    return true;
  }

  /** @throws MediaError `leg-state` when the leg is in no room. */
  adjust(leg: Leg, settings: SeatSettings): void {
    if (!(leg.partner instanceof Seat)) throw new MediaError('leg-state', 'The leg is in no room');
    leg.partner.adjust(settings);
  }

  /** @throws MediaError `room-unknown` when it is empty. */
  get(roomId: string): Room {
    const room = this.#rooms.get(roomId);
    if (room === undefined) throw new MediaError('room-unknown', 'Nobody is in that room');
    return room;
  }

  /** Plays to a room until `signal` aborts. @throws MediaError `room-unknown` when it is empty. */
  async play(roomId: string, playback: Playback, signal: AbortSignal): Promise<void> {
    const room = this.get(roomId);
    await new Promise<void>((resolve) => {
      const player = room.play(playback, () => {
        signal.removeEventListener('abort', stop);
        resolve();
      });
      const stop = (): void => player.stop();
      signal.addEventListener('abort', stop, { once: true });
    });
  }

  tick(nominalMs: number): void {
    for (const room of this.#rooms.values()) room.tick(nominalMs);
  }
}
