/** Keeps a sum of voices below full scale: turns down at once where it must and up again within half a second. */

/** -1 dB below full scale. */
const CEILING = 29_000;
const ATTACK_SAMPLES = 32;
/** A frame's step on the way back to full level. */
const RELEASE = 0.04;

/** For one output. */
export class Limiter {
  #gain = 1;

  /** Goes on where another one stands. */
  continueFrom(other: Limiter): void {
    this.#gain = other.#gain;
  }

  /** Writes the sum's frame to `target`. */
  run(sum: Int32Array, target: Int16Array): void {
    let peak = 0;
    for (let i = 0; i < sum.length; i += 1) peak = Math.max(peak, Math.abs(sum[i] ?? 0));
    const wanted = peak > CEILING ? CEILING / peak : 1;
    const before = this.#gain;
    const after = wanted < before ? wanted : Math.min(wanted, before + RELEASE);
    this.#gain = after;
    if (before === 1 && after === 1) {
      for (let i = 0; i < target.length; i += 1) target[i] = sum[i] ?? 0;
      return;
    }
    const steps = after < before ? ATTACK_SAMPLES : target.length;
    for (let i = 0; i < target.length; i += 1) {
      const gain = before + (after - before) * Math.min(1, (i + 1) / steps);
      target[i] = Math.max(-32_768, Math.min(32_767, (sum[i] ?? 0) * gain));
    }
  }
}
