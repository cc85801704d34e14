/**
 * Hears keys in sound (ITU-T Q.23, Q.24), for far ends that send no telephone events: two tones, one of each group,
 * that stand out from everything else for 40 ms at least, are about equally loud, and have no overtones.
 */

const RATE = 8000;
/** 12.75 ms at a time; 102 samples put all eight frequencies near the middle of a bin. */
const BLOCK = 102;
const ROWS_HZ = [697, 770, 852, 941] as const;
const COLUMNS_HZ = [1209, 1336, 1477, 1633] as const;
const KEYS = '123A456B789C*0#D';
/** Blocks in a row that must agree: 38 ms. */
const BLOCKS_ON = 3;
/** Blocks without the key that end it. */
const BLOCKS_OFF = 2;
/** About -36 dBov for each tone. */
const LEAST_POWER = 260_000;
/** The high group may be 6 dB stronger than the low one, the low group 9 dB stronger than the high one. */
const MAX_TWIST = 4;
const MAX_REVERSE_TWIST = 8;
/** How much stronger a tone is than the others of its group. */
const SELECTIVITY = 6;
/** Share of all power that the two tones have. */
const PURITY = 0.7;
/** A voice has overtones where a key has none. */
const MAX_OVERTONE = 0.1;

/** For one stream at 8000 samples a second. */
export class DtmfDetector {
  readonly #block = new Float64Array(BLOCK);
  #filled = 0;
  #candidate: string | undefined;
  #agreed = 0;
  #pressed: string | undefined;
  #missed = 0;

  /** The key that is pressed within these samples; each press counts once. */
  feed(samples: Int16Array, count: number): string | undefined {
    let found: string | undefined;
    for (let i = 0; i < count; i += 1) {
      this.#block[this.#filled] = samples[i] ?? 0;
      this.#filled += 1;
      if (this.#filled < BLOCK) continue;
      this.#filled = 0;
      found = this.#judge(keyIn(this.#block)) ?? found;
    }
    return found;
  }

  #judge(key: string | undefined): string | undefined {
    if (this.#pressed !== undefined) {
      this.#missed = key === this.#pressed ? 0 : this.#missed + 1;
      if (this.#missed >= BLOCKS_OFF) this.#pressed = undefined;
      if (this.#pressed !== undefined) return undefined;
    }
    this.#agreed = key !== undefined && key === this.#candidate ? this.#agreed + 1 : 1;
    this.#candidate = key;
    if (key === undefined || this.#agreed < BLOCKS_ON) return undefined;
    this.#pressed = key;
    this.#missed = 0;
    return key;
  }
}

function keyIn(block: Float64Array): string | undefined {
  let energy = 0;
  for (const sample of block) energy += sample * sample;
  if (energy / BLOCK < LEAST_POWER) return undefined;
  const row = strongest(block, ROWS_HZ);
  const column = strongest(block, COLUMNS_HZ);
  if (row === undefined || column === undefined) return undefined;
  if (Math.min(row.power, column.power) < LEAST_POWER) return undefined;
  if (column.power > row.power * MAX_TWIST || row.power > column.power * MAX_REVERSE_TWIST) return undefined;
  if (row.power + column.power < PURITY * (energy / BLOCK)) return undefined;
  // The first overtone of some rows lies beside their column.
  const overtones =
    power(block, 3 * (ROWS_HZ[row.index] ?? 0)) / row.power +
    power(block, 2 * (COLUMNS_HZ[column.index] ?? 0)) / column.power;
  return overtones > MAX_OVERTONE ? undefined : KEYS[row.index * 4 + column.index];
}

/** The frequency that stands out of its group. */
function strongest(
  block: Float64Array,
  group: readonly number[],
): { index: number; power: number } | undefined {
  let index = 0;
  let best = 0;
  let second = 0;
  for (const [i, frequencyHz] of group.entries()) {
    const found = power(block, frequencyHz);
    if (found > best) {
      second = best;
      best = found;
      index = i;
    } else if (found > second) {
      second = found;
    }
  }
  return best > SELECTIVITY * second ? { index, power: best } : undefined;
}

/** Mean power of one frequency, by Goertzel's algorithm. */
function power(block: Float64Array, frequencyHz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequencyHz) / RATE);
  let previous = 0;
  let beforeThat = 0;
  for (const sample of block) {
    const next = sample + coefficient * previous - beforeThat;
    beforeThat = previous;
    previous = next;
  }
  const squared = previous ** 2 + beforeThat ** 2 - coefficient * previous * beforeThat;
  return (2 * squared) / BLOCK ** 2;
}
