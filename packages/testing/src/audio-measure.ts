/** Measures recorded sound: which tone, how loud, and for how long it was missing. */

/** Mono samples from -1 to 1. */
export interface Recording {
  samples: Float32Array;
  sampleRateHz: number;
}

/**
 * Level of one frequency in dBFS, where a full-scale sine is 0 (Goertzel's algorithm over the whole
 * recording).
 */
export function toneLevelDb({ samples, sampleRateHz }: Recording, frequencyHz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequencyHz) / sampleRateHz);
  let [previous, beforeThat] = [0, 0];
  for (const sample of samples)
    [previous, beforeThat] = [sample + coefficient * previous - beforeThat, previous];
  const power = previous ** 2 + beforeThat ** 2 - coefficient * previous * beforeThat;
  return 20 * Math.log10((2 * Math.sqrt(Math.max(power, 0))) / samples.length + 1e-9);
}

/** Level of everything in dBFS, where a full-scale sine is 0. */
export function levelDb({ samples }: Recording): number {
  const meanSquare = samples.reduce((sum, sample) => sum + sample ** 2, 0) / Math.max(samples.length, 1);
  return 10 * Math.log10(2 * meanSquare + 1e-9);
}

/** The loudest frequency of `candidatesHz`. */
export function loudestTone(recording: Recording, candidatesHz: readonly number[]): number | undefined {
  let best: { hz: number; level: number } | undefined;
  for (const hz of candidatesHz) {
    const level = toneLevelDb(recording, hz);
    if (!best || level > best.level) best = { hz, level };
  }
  return best?.hz;
}

/**
 * The longest time in ms for which a tone was missing, i.e. `dropDb` or more below its median level, looking
 * at windows of 10 ms. Silence before its first and after its last sound counts too.
 */
export function longestGapMs(recording: Recording, frequencyHz: number, dropDb = 15): number {
  const { samples, sampleRateHz } = recording;
  const windowLength = Math.round(sampleRateHz / 100);
  const levels: number[] = [];
  for (let start = 0; start + windowLength <= samples.length; start += windowLength) {
    const window = { samples: samples.subarray(start, start + windowLength), sampleRateHz };
    levels.push(toneLevelDb(window, frequencyHz));
  }
  const median = [...levels].sort((a, b) => a - b)[Math.floor(levels.length / 2)] ?? Number.NEGATIVE_INFINITY;
  let [longest, current] = [0, 0];
  for (const level of levels) {
    current = level < median - dropDb ? current + 1 : 0;
    longest = Math.max(longest, current);
  }
  return longest * 10;
}
