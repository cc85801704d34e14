/** Doubles and halves a sample rate with one half-band filter (a Kaiser-windowed sinc), frame after frame. */

/** Coefficients on one side of the filter; its other ones are zero but for the middle. */
const PAIRS = 12;
const KAISER_BETA = 6;
const HISTORY = 2 * PAIRS;

const coefficients = halfBand();

function halfBand(): Float64Array {
  const raw = Array.from({ length: PAIRS }, (_, j) => {
    const distance = (2 * j + 1) / (2 * PAIRS);
    return ((j % 2 === 0 ? 1 : -1) / (Math.PI * (j + 0.5))) * kaiser(distance);
  });
  const sum = 2 * raw.reduce((total, value) => total + value, 0);
  return Float64Array.from(raw, (value) => value / sum);
}

function kaiser(x: number): number {
  return besselI0(KAISER_BETA * Math.sqrt(1 - x * x)) / besselI0(KAISER_BETA);
}

/** Modified Bessel function of the first kind, order zero, by its series. */
function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-9; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function clamp(value: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(value)));
}

/** Makes two samples of each; delays by 12 of the lower rate. */
export class Doubler {
  readonly #line: Int16Array;

  /** `maxSamples` is the longest source. */
  constructor(maxSamples: number) {
    this.#line = new Int16Array(HISTORY + maxSamples);
  }

  /** Writes twice `count` samples to `target` from `at` on. */
  run(source: Int16Array, count: number, target: Int16Array, at: number): void {
    const line = this.#line;
    for (let i = 0; i < count; i += 1) line[HISTORY + i] = source[i] ?? 0;
    for (let i = 0; i < count; i += 1) {
      const middle = i + PAIRS;
      let between = 0;
      for (let j = 0; j < PAIRS; j += 1) {
        between += (coefficients[j] ?? 0) * ((line[middle - j] ?? 0) + (line[middle + 1 + j] ?? 0));
      }
      target[at + 2 * i] = line[middle] ?? 0;
      target[at + 2 * i + 1] = clamp(between);
    }
    line.copyWithin(0, count, HISTORY + count);
  }
}

/** Makes one sample of two. */
export class Halver {
  readonly #line: Int16Array;

  /** `maxSamples` is the longest source. */
  constructor(maxSamples: number) {
    this.#line = new Int16Array(2 * HISTORY + maxSamples);
  }

  /** Goes on where another one stands. */
  continueFrom(other: Halver): void {
    this.#line.set(other.#line);
  }

  /** Fills `target` from the source, which has twice its length. */
  run(source: Int16Array, target: Int16Array): void {
    const line = this.#line;
    line.set(source, 2 * HISTORY);
    for (let i = 0; i < target.length; i += 1) {
      const middle = 2 * i + HISTORY;
      let sum = line[middle] ?? 0;
      for (let j = 0; j < PAIRS; j += 1) {
        const away = 2 * j + 1;
        sum += (coefficients[j] ?? 0) * ((line[middle - away] ?? 0) + (line[middle + away] ?? 0));
      }
      target[i] = clamp(sum / 2);
    }
    line.copyWithin(0, source.length, 2 * HISTORY + source.length);
  }
}
