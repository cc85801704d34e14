/**
 * Level of one frequency in a recording, in dBov (0 is the power of a full-scale square wave, ITU-T G.100.1),
 * by Goertzel's algorithm with a Hann window.
 */
export function toneLevelDbov(samples: Int16Array, sampleRate: number, frequencyHz: number): number {
  const count = samples.length;
  const coefficient = 2 * Math.cos((2 * Math.PI * frequencyHz) / sampleRate);
  let previous = 0;
  let beforePrevious = 0;
  for (let i = 0; i < count; i += 1) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (count - 1));
    const next = ((samples[i] ?? 0) / 32_768) * window + coefficient * previous - beforePrevious;
    beforePrevious = previous;
    previous = next;
  }
  const power = previous ** 2 + beforePrevious ** 2 - coefficient * previous * beforePrevious;
  // The window halves the amplitude; a sine of amplitude a has the power a²/2.
  const amplitude = (Math.sqrt(Math.max(power, 1e-20)) * 2) / (count * 0.5);
  return 20 * Math.log10(amplitude / Math.SQRT2);
}

/** Level of everything in a recording, in dBov. */
export function levelDbov(samples: Int16Array): number {
  const sum = samples.reduce((total, sample) => total + (sample / 32_768) ** 2, 0);
  return 10 * Math.log10(Math.max(sum / samples.length, 1e-12));
}
