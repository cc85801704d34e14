/** Lowers a sample rate by a whole factor through a windowed sinc, frame after frame. */

/** Taps for each step of the factor. */
const TAPS_PER_STEP = 16;

/** For one stream. */
export class Decimator {
  readonly #factor: number;
  readonly #taps: Float64Array;
  readonly #line: Int16Array;

  /** `maxSamples` is the longest source, a multiple of the factor. */
  constructor(factor: number, maxSamples: number) {
    this.#factor = factor;
    this.#taps = lowPass(factor);
    this.#line = new Int16Array(this.#taps.length + maxSamples);
  }

  /** Writes the source to `target` at the lower rate and returns the number of samples. */
  run(source: Int16Array, target: Int16Array): number {
    const line = this.#line;
    const taps = this.#taps;
    const count = source.length / this.#factor;
    line.set(source, taps.length);
    for (let i = 0; i < count; i += 1) {
      const first = (i + 1) * this.#factor;
      let sum = 0;
      for (let tap = 0; tap < taps.length; tap += 1) sum += (taps[tap] ?? 0) * (line[first + tap] ?? 0);
      target[i] = Math.max(-32_768, Math.min(32_767, Math.round(sum)));
    }
    line.copyWithin(0, source.length, taps.length + source.length);
    return count;
  }
}

function lowPass(factor: number): Float64Array {
  const length = TAPS_PER_STEP * factor;
  const cutoff = 0.9 / factor;
  const taps = Float64Array.from({ length }, (_, i) => {
    const distance = i - (length - 1) / 2;
    const sinc = Math.sin(Math.PI * distance * cutoff) / (Math.PI * distance * cutoff);
    return sinc * (0.54 + 0.46 * Math.cos((2 * Math.PI * distance) / length));
  });
  const sum = taps.reduce((total, value) => total + value, 0);
  return taps.map((value) => value / sum);
}
