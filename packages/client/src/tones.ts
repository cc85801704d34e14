import type { TonePlayer } from './voice-ports.js';

/** A cadence: frequencies that sound together, and seconds of sound and silence in turn. */
interface Tone {
  readonly hertz: readonly number[];
  readonly cadence: readonly number[];
  /** How often the cadence is repeated. */
  readonly times: number;
  readonly gain: number;
}

const LONGEST_RING_SECONDS = 300;

/** The tones by name. Ringback, busy, reorder and call waiting are those of the United States in ITU-T E.180. */
const tones = {
  ringback: { hertz: [440, 480], cadence: [2, 4], times: LONGEST_RING_SECONDS / 6, gain: 0.08 },
  busy: { hertz: [480, 620], cadence: [0.5, 0.5], times: 5, gain: 0.08 },
  reorder: { hertz: [480, 620], cadence: [0.25, 0.25], times: 8, gain: 0.08 },
  end: { hertz: [425], cadence: [0.16, 0.12], times: 2, gain: 0.06 },
  ringtone: {
    hertz: [400, 450],
    cadence: [0.4, 0.2, 0.4, 2],
    times: LONGEST_RING_SECONDS / 3,
    gain: 0.2,
  },
  'call-waiting': { hertz: [440], cadence: [0.3, 9.7], times: LONGEST_RING_SECONDS / 10, gain: 0.03 },
  reconnecting: { hertz: [440], cadence: [0.12, 2.88], times: 40, gain: 0.03 },
} satisfies Record<string, Tone>;

/** Names of the generated tones. */
export type ToneName = keyof typeof tones;

// Short ramps: switching a sine on or off at once would click.
const RAMP_SECONDS = 0.012;

/** Generates the tones of a telephone with Web Audio; nothing is fetched. Silent where there is no Web Audio. */
export class Tones implements TonePlayer {
  #context: AudioContext | undefined;
  #sounding: { oscillators: OscillatorNode[]; gain: GainNode } | undefined;

  /** `context` is one that a click has already unlocked; without it, the first tone makes one. */
  constructor(context?: AudioContext) {
    this.#context = context;
  }

  play(name: ToneName, outputId?: string): void {
    this.stop();
    if (typeof AudioContext === 'undefined') return;
    this.#context ??= new AudioContext();
    const context = this.#context;
    // Before the first gesture the browser keeps the context suspended; it starts to sound when it may.
    void context.resume().catch(() => undefined);
    void useOutput(context, outputId);
    this.#sounding = start(context, tones[name]);
  }

  stop(): void {
    if (!this.#sounding) return;
    for (const oscillator of this.#sounding.oscillators) {
      oscillator.stop();
      oscillator.disconnect();
    }
    this.#sounding.gain.disconnect();
    this.#sounding = undefined;
  }

  /** Resolves once the browser lets this page sound: at once, or with the first click or key in it. */
  async untilAudible(): Promise<void> {
    if (typeof AudioContext === 'undefined') return;
    this.#context ??= new AudioContext();
    const context = this.#context;
    const found = new AbortController();
    await new Promise<void>((resolve) => {
      const look = (): void => {
        context.resume().then(
          () => resolve(),
          () => undefined,
        );
      };
      for (const gesture of ['pointerdown', 'pointerup', 'keydown']) {
        addEventListener(gesture, look, { signal: found.signal, capture: true });
      }
      look();
    });
    found.abort();
    // A silent context that runs would keep the sound card awake.
    if (!this.#sounding && context.state === 'running') await context.suspend();
  }

  close(): void {
    this.stop();
    void this.#context?.close();
    this.#context = undefined;
  }
}

function start(context: AudioContext, tone: Tone): { oscillators: OscillatorNode[]; gain: GainNode } {
  const gain = new GainNode(context, { gain: 0 });
  gain.connect(context.destination);
  let at = context.currentTime + 0.02;
  for (let round = 0; round < tone.times; round += 1) {
    for (const [index, seconds] of tone.cadence.entries()) {
      if (index % 2 === 0) {
        gain.gain.setValueAtTime(0, at);
        gain.gain.linearRampToValueAtTime(tone.gain, at + RAMP_SECONDS);
        gain.gain.setValueAtTime(tone.gain, at + seconds - RAMP_SECONDS);
        gain.gain.linearRampToValueAtTime(0, at + seconds);
      }
      at += seconds;
    }
  }
  const oscillators = tone.hertz.map((frequency) => {
    const oscillator = new OscillatorNode(context, { frequency });
    oscillator.connect(gain);
    oscillator.start();
    oscillator.stop(at);
    return oscillator;
  });
  return { oscillators, gain };
}

async function useOutput(
  context: AudioContext & { setSinkId?: (id: string) => Promise<void> },
  outputId = '',
): Promise<void> {
  try {
    await context.setSinkId?.(outputId);
  } catch {
    // The chosen speaker is gone: the default one rings.
  }
}
