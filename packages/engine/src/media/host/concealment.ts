/** Sound in place of packets that did not come: the last pitch period goes on and fades within 60 ms. */

const RATE = 16_000;
const HISTORY = 800;
const SHORTEST_LAG = 40;
const LONGEST_LAG = 400;
const WINDOW = 160;
const HOLD_SAMPLES = RATE / 100;
const FADE_SAMPLES = RATE / 20;
const CROSSFADE = 64;

/** For one stream at 16000 samples a second. */
export class Concealment {
  readonly #history = new Int16Array(HISTORY);
  #lag = 0;
  /** Samples made up since the last real one. */
  #position = 0;

  /** Tells of real samples; the first ones after a hole are blended with what filled it. */
  heard(samples: Int16Array, from: number, to: number): void {
    if (this.#position > 0) {
      const blended = Math.min(CROSSFADE, to - from);
      for (let i = 0; i < blended; i += 1) {
        const real = samples[from + i] ?? 0;
        const made = this.#sample(this.#position + i);
        samples[from + i] = made + ((real - made) * i) / blended;
      }
      this.#position = 0;
    }
    this.#remember(samples, from, to);
  }

  /** Makes up the samples from `from` to `to`. */
  fill(samples: Int16Array, from: number, to: number): void {
    if (this.#position === 0) this.#lag = this.#pitch();
    for (let i = from; i < to; i += 1) {
      samples[i] = this.#sample(this.#position);
      this.#position += 1;
    }
  }

  #sample(position: number): number {
    const gain = 1 - Math.max(0, position - HOLD_SAMPLES) / FADE_SAMPLES;
    if (gain <= 0) return 0;
    return gain * (this.#history[HISTORY - this.#lag + (position % this.#lag)] ?? 0);
  }

  #remember(samples: Int16Array, from: number, to: number): void {
    const count = Math.min(HISTORY, to - from);
    this.#history.copyWithin(0, count);
    for (let i = 0; i < count; i += 1) this.#history[HISTORY - count + i] = samples[to - count + i] ?? 0;
  }

  /** The distance at which the end of the past looks most like itself. */
  #pitch(): number {
    const history = this.#history;
    let best = SHORTEST_LAG;
    let bestScore = 0;
    for (let lag = SHORTEST_LAG; lag <= LONGEST_LAG; lag += 1) {
      let product = 0;
      let energy = 1;
      for (let i = HISTORY - WINDOW; i < HISTORY; i += 2) {
        const before = history[i - lag] ?? 0;
        product += (history[i] ?? 0) * before;
        energy += before * before;
      }
      const score = product <= 0 ? 0 : (product * product) / energy;
      if (score > bestScore * 1.001) {
        best = lag;
        bestScore = score;
      }
    }
    return best;
  }
}
