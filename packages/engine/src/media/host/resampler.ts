/**
 * Sample rate conversion by a Kaiser-windowed sinc, one filter a phase. The pass band reaches 90 % of the lower
 * of the two rates' halves; what lies above the half is at least 70 dB down.
 */
import type { Sound } from './wav.js';

const ZERO_CROSSINGS = 24;
const KAISER_BETA = 7.5;
const CUTOFF = 0.94;
const MAX_PHASES = 640;

interface FilterBank {
  phases: number;
  taps: number;
  coefficients: Float32Array;
}

const banks = new Map<string, FilterBank>();
const MAX_BANKS = 16;

/** Fills `target` with the sound at `targetRate`, from its sample number `start` on; zeros beyond its end. */
export function resample(sound: Sound, targetRate: number, start: number, target: Int16Array): void {
  if (sound.sampleRate === targetRate) {
    for (let i = 0; i < target.length; i += 1) target[i] = sound.samples[start + i] ?? 0;
    return;
  }
  const bank = filterBank(sound.sampleRate, targetRate);
  for (let i = 0; i < target.length; i += 1) {
    target[i] = sampleAt(sound, bank, ((start + i) * sound.sampleRate) / targetRate);
  }
}

function sampleAt(sound: Sound, bank: FilterBank, position: number): number {
  const { samples } = sound;
  let whole = Math.floor(position);
  let phase = Math.round((position - whole) * bank.phases);
  if (phase === bank.phases) {
    phase = 0;
    whole += 1;
  }
  const first = whole - bank.taps / 2 + 1;
  const offset = phase * bank.taps;
  let sum = 0;
  for (let tap = Math.max(0, -first); tap < bank.taps && first + tap < samples.length; tap += 1) {
    sum += (samples[first + tap] ?? 0) * (bank.coefficients[offset + tap] ?? 0);
  }
  return Math.max(-32_768, Math.min(32_767, Math.round(sum)));
}

function filterBank(sourceRate: number, targetRate: number): FilterBank {
  const key = `${sourceRate}:${targetRate}`;
  const known = banks.get(key);
  if (known !== undefined) return known;
  const built = buildFilterBank(sourceRate, targetRate);
  const oldest = banks.keys().next().value;
  if (banks.size >= MAX_BANKS && oldest !== undefined) banks.delete(oldest);
  banks.set(key, built);
  return built;
}

function buildFilterBank(sourceRate: number, targetRate: number): FilterBank {
  const phases = Math.min(MAX_PHASES, targetRate / greatestCommonDivisor(sourceRate, targetRate));
  // Relative to the source's half rate.
  const cutoff = CUTOFF * Math.min(1, targetRate / sourceRate);
  const half = Math.ceil(ZERO_CROSSINGS / cutoff);
  const taps = 2 * half;
  const coefficients = new Float32Array(phases * taps);
  for (let phase = 0; phase < phases; phase += 1) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap += 1) {
      const distance = tap - half + 1 - phase / phases;
      const value = sinc(distance * cutoff) * kaiser(distance / half);
      coefficients[phase * taps + tap] = value;
      sum += value;
    }
    for (let tap = 0; tap < taps; tap += 1) {
      coefficients[phase * taps + tap] = (coefficients[phase * taps + tap] ?? 0) / sum;
    }
  }
  return { phases, taps, coefficients };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : besselI0(KAISER_BETA * Math.sqrt(1 - x * x)) / besselI0(KAISER_BETA);
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
