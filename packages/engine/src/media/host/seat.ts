import type { JitterBufferSize, SeatSettings } from '../../calls/ports.js';
import type { Leg, Partner } from './leg.js';
import type { RelayedPacket } from './outgoing-audio.js';
import type { MixedFrame } from './playback.js';
import type { Room } from './room.js';
import { ROOM_FRAME, ROOM_RATE, SeatInput } from './seat-input.js';
import { SeatOutput } from './seat-output.js';

/** Packets that may be held back, by Twilio's names. */
const MAX_RESERVE: Readonly<Record<JitterBufferSize, number>> = { off: 1, small: 3, medium: 6, large: 10 };
/** Sound below this adds nothing but noise: about -65 dBov. */
const AUDIBLE_RMS = 18;
/** Somebody speaks: about -42 dBov. */
const SPEECH_RMS = 260;
/** Frames that a sender counts as audible, or as speaking, after the last loud one. */
const AUDIBLE_FRAMES = 10;
const SPEECH_FRAMES = 40;

/** A leg's place in a room: what it says to the others, and what it hears of them. */
export class Seat implements Partner, MixedFrame {
  readonly kind = 'mixed';
  readonly leg: Leg;
  readonly room: Room;
  readonly hasTelephoneEvents = false;
  /** What the leg says during the present frame; meaningful while `isAudible`. */
  readonly input = new Int16Array(ROOM_FRAME);
  settings: SeatSettings;
  readonly #packets: SeatInput;
  readonly #output: SeatOutput;
  readonly #sum = new Int32Array(ROOM_FRAME);
  readonly #onSpeech: (speaking: boolean) => void;
  #encoded: Int16Array;
  #audibleFrames = 0;
  #speechFrames = 0;
  #heardShared = true;

  constructor(options: {
    leg: Leg;
    room: Room;
    settings: SeatSettings;
    onSpeech: (speaking: boolean) => void;
  }) {
    const { leg, settings } = options;
    this.leg = leg;
    this.room = options.room;
    this.settings = settings;
    this.#onSpeech = options.onSpeech;
    this.#packets = new SeatInput(leg.codec, MAX_RESERVE[settings.jitterBufferSize]);
    this.#output = new SeatOutput(leg.codec);
    this.#encoded = this.#output.samples;
  }

  /** Whether the others hear anything of this seat now. */
  get isAudible(): boolean {
    return this.#audibleFrames > 0;
  }

  adjust(settings: SeatSettings): void {
    this.settings = settings;
    if (this.#isSilenced) this.#packets.reset();
  }

  hear(relayed: RelayedPacket): void {
    if (!this.#isSilenced) this.#packets.push(relayed);
  }

  /** Keys are for the call's own TwiML, not for the room. */
  hearEvent(): void {}

  /** The next 20 ms of what the leg says. */
  listen(): void {
    const hasSound = this.leg.isVirtual ? this.#listenInside() : this.#listenOutside();
    const level = hasSound && !this.#isSilenced ? rms(this.input) : 0;
    if (level >= AUDIBLE_RMS) this.#audibleFrames = AUDIBLE_FRAMES;
    else if (!hasSound || this.#isSilenced) this.#audibleFrames = 0;
    else this.#audibleFrames = Math.max(0, this.#audibleFrames - 1);
    this.#watchSpeech(level);
  }

  /** What the leg hears of the room, if there is anything to hear. */
  speech(): MixedFrame | undefined {
    return this.room.hasSound && !this.settings.onHold ? this : undefined;
  }

  get samples(): Int16Array {
    return this.#encoded;
  }

  encode(): Buffer {
    const { room, leg } = this;
    if (room.hearsAll(this)) {
      this.#heardShared = true;
      this.#encoded = room.sharedOutput(leg.codec).samples;
      return room.sharedPacket(leg.codec);
    }
    if (this.#heardShared) this.#output.continueFrom(room.sharedOutput(leg.codec));
    this.#heardShared = false;
    this.#encoded = this.#output.samples;
    room.mixFor(this, this.#sum);
    return this.#output.encode(this.#sum);
  }

  /** Lets a party inside the gateway hear the room. */
  passOn(): void {
    if (!this.leg.isVirtual || this.settings.onHold) return;
    this.room.mixFor(this, this.#sum);
    this.leg.hearMix(this.#sum);
  }

  release(): void {
    this.#packets.release();
    this.#output.release();
    if (this.#speechFrames > 0) this.#onSpeech(false);
  }

  get #isSilenced(): boolean {
    return this.settings.muted || this.settings.onHold;
  }

  #listenOutside(): boolean {
    return !this.#isSilenced && this.#packets.next(this.input, this.#audibleFrames === 0);
  }

  #listenInside(): boolean {
    const frame = this.leg.speech(ROOM_RATE);
    if (frame?.kind !== 'samples') return false;
    this.input.set(frame.samples);
    return true;
  }

  #watchSpeech(level: number): void {
    if (!this.settings.reportsSpeech) return;
    const before = this.#speechFrames;
    this.#speechFrames = level >= SPEECH_RMS ? SPEECH_FRAMES : Math.max(0, before - 1);
    if (before === 0 && this.#speechFrames > 0) this.#onSpeech(true);
    if (before > 0 && this.#speechFrames === 0) this.#onSpeech(false);
  }
}

function rms(samples: Int16Array): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i += 1) sum += (samples[i] ?? 0) ** 2;
  return Math.sqrt(sum / samples.length);
}
