/**
 * Records what a leg says and hears, or what is said in a room, on the clock of the media host: every 20 ms of time
 * become 160 samples of each side, whatever came.
 */
import type { PauseBehavior, RecordingSettings } from '../../calls/ports.js';
import { Decimator } from './decimator.js';
import { FRAME_MS } from './frame-wheel.js';
import type { OpusRate } from './opus-codec.js';
import type { RelayedPacket } from './outgoing-audio.js';
import { RECORDING_RATE, RecordingChannel } from './recording-channel.js';
import { WavWriter } from './wav-writer.js';

const SAMPLES_PER_MS = RECORDING_RATE / 1000;
const FRAME = FRAME_MS * SAMPLES_PER_MS;
/** How long packets may be under way and still find their place: 300 ms. */
const DELAY = 300 * SAMPLES_PER_MS;
/** What is louder than about -44 dBov is no silence. */
const AUDIBLE_PEAK = 300;
/** Kept of the silence around what is audible when it is trimmed: 100 ms. */
const MARGIN = 100 * SAMPLES_PER_MS;

/** What is written while the recording pauses. */
type Mode = 'on' | PauseBehavior;

/** What became of a recording. */
export interface RecordingOutcome {
  durationMs: number;
}

/** See the top of this file. */
export class Recorder {
  readonly #settings: RecordingSettings;
  readonly #writer: WavWriter;
  readonly #said = new RecordingChannel();
  readonly #heard = new RecordingChannel();
  readonly #left = new Int16Array(FRAME);
  readonly #right = new Int16Array(FRAME);
  readonly #narrow = new Int16Array(FRAME);
  readonly #decimators = new Map<OpusRate, Decimator>();
  readonly #onQuiet: () => void;
  readonly #startMs: number;
  /** Changes of the mode that are still to be reached. */
  readonly #changes: { at: number; mode: Mode }[] = [];
  #mode: Mode = 'on';
  #taken = 0;
  #lastAudible = 0;
  /** Samples written up to the last audible one. */
  #audibleLength = 0;
  #hasBegun: boolean;
  #wasQuiet = false;
  #outcome: Promise<RecordingOutcome> | undefined;

  constructor(options: {
    settings: RecordingSettings;
    path: string;
    nowMs: number;
    /** Called once when `quietMs` of silence have passed. */
    onQuiet: () => void;
    onFault: (fault: unknown) => void;
  }) {
    const { settings, path, onFault } = options;
    this.#settings = settings;
    this.#startMs = options.nowMs;
    this.#onQuiet = options.onQuiet;
    this.#hasBegun = !settings.trim;
    this.#writer = new WavWriter({ path, channels: settings.channels, onFault });
  }

  /** Creates the file. */
  open(): Promise<void> {
    return this.#writer.open();
  }

  /** The far end has said a packet. */
  said(relayed: RelayedPacket): void {
    this.#said.packet(relayed, this.#position(relayed.nowMs));
  }

  /** The far end is sent somebody else's packet. */
  heard(relayed: RelayedPacket): void {
    this.#heard.packet(relayed, this.#position(relayed.nowMs));
  }

  /** The far end is sent 20 ms of our own. */
  heardFrame(samples: Int16Array, rate: OpusRate, nominalMs: number): void {
    this.#frame(this.#heard, samples, rate, nominalMs);
  }

  /** 20 ms of a room. */
  saidFrame(samples: Int16Array, rate: OpusRate, nominalMs: number): void {
    this.#frame(this.#said, samples, rate, nominalMs);
  }

  tick(nominalMs: number): void {
    if (this.#outcome === undefined) this.#writeUpTo(this.#position(nominalMs) - DELAY);
  }

  pause(behavior: PauseBehavior, nowMs: number): void {
    this.#changes.push({ at: this.#position(nowMs), mode: behavior });
  }

  resume(nowMs: number): void {
    this.#changes.push({ at: this.#position(nowMs), mode: 'on' });
  }

  /** Ends the recording; a second call gives the same outcome. */
  finish(nowMs: number): Promise<RecordingOutcome> {
    this.#outcome ??= this.#finish(nowMs);
    return this.#outcome;
  }

  async #finish(nowMs: number): Promise<RecordingOutcome> {
    this.#writeUpTo(this.#position(nowMs));
    const { length } = this.#writer;
    const kept = this.#keptOf(length);
    this.#said.release();
    this.#heard.release();
    return { durationMs: Math.round((await this.#writer.close(kept)) / SAMPLES_PER_MS) };
  }

  #keptOf(length: number): number {
    // Whoever was to say something, and has not, is not recorded at all.
    if (this.#wasQuiet && this.#audibleLength === 0) return 0;
    return this.#settings.trim ? Math.min(length, this.#audibleLength + MARGIN) : length;
  }

  #position(ms: number): number {
    return Math.round((ms - this.#startMs) * SAMPLES_PER_MS);
  }

  #frame(channel: RecordingChannel, samples: Int16Array, rate: OpusRate, nominalMs: number): void {
    const place = this.#position(nominalMs) - FRAME;
    if (rate === RECORDING_RATE) {
      channel.frame(samples, samples.length, place);
      return;
    }
    let decimator = this.#decimators.get(rate);
    if (decimator === undefined) {
      decimator = new Decimator(rate / RECORDING_RATE, (rate * FRAME_MS) / 1000);
      this.#decimators.set(rate, decimator);
    }
    channel.frame(this.#narrow, decimator.run(samples, this.#narrow), place);
  }

  #writeUpTo(position: number): void {
    for (; this.#taken + FRAME <= position; this.#taken += FRAME) {
      this.#said.take(this.#left, this.#taken);
      this.#heard.take(this.#right, this.#taken);
      this.#select();
      this.#applyChanges();
      this.#writeFrame();
    }
  }

  /** Leaves what the recording is of in `left`, and for two channels `right`. */
  #select(): void {
    const { channels, track } = this.#settings;
    if (track === 'outbound') this.#left.set(this.#right);
    if (channels === 2 || track !== 'both') return;
    for (let i = 0; i < FRAME; i += 1) {
      const sum = (this.#left[i] ?? 0) + (this.#right[i] ?? 0);
      this.#left[i] = Math.max(-32_768, Math.min(32_767, sum));
    }
  }

  #applyChanges(): void {
    while ((this.#changes[0]?.at ?? Infinity) <= this.#taken) {
      this.#mode = this.#changes.shift()?.mode ?? 'on';
    }
    if (this.#mode !== 'silence') return;
    this.#left.fill(0);
    this.#right.fill(0);
  }

  #writeFrame(): void {
    const isAudible = peak(this.#left) > AUDIBLE_PEAK || this.#isRightAudible;
    if (isAudible) this.#lastAudible = this.#taken;
    this.#watchQuiet();
    if (isAudible) this.#hasBegun = true;
    if (this.#mode === 'skip' || !this.#hasBegun) return;
    this.#writer.append(this.#left, this.#settings.channels === 2 ? this.#right : undefined);
    if (isAudible) this.#audibleLength = this.#writer.length;
  }

  get #isRightAudible(): boolean {
    return this.#settings.channels === 2 && peak(this.#right) > AUDIBLE_PEAK;
  }

  #watchQuiet(): void {
    const { quietMs } = this.#settings;
    if (quietMs === undefined || this.#wasQuiet || this.#mode !== 'on') return;
    if (this.#taken - this.#lastAudible < quietMs * SAMPLES_PER_MS) return;
    this.#wasQuiet = true;
    this.#onQuiet();
  }
}

function peak(samples: Int16Array): number {
  let highest = 0;
  for (let i = 0; i < samples.length; i += 1) highest = Math.max(highest, Math.abs(samples[i] ?? 0));
  return highest;
}
