/** G.711 (ITU-T G.711): mu-law, and the decoding of A-law, by tables. */

/** The mu-law code of silence. */
export const PCMU_SILENCE = 0xff;

const BIAS = 0x84;
const CLIP = 32_635;

const decodeTable = buildDecodeTable();
const aLawTable = buildALawTable();
const encodeTable = buildEncodeTable();

function buildDecodeTable(): Int16Array {
  return Int16Array.from({ length: 256 }, (_, code) => {
    const inverted = ~code & 0xff;
    const exponent = (inverted >> 4) & 7;
    const magnitude = (((inverted & 0x0f) << 3) + BIAS) << exponent;
    return (inverted & 0x80) === 0 ? magnitude - BIAS : BIAS - magnitude;
  });
}

function buildALawTable(): Int16Array {
  return Int16Array.from({ length: 256 }, (_, each) => {
    const code = each ^ 0x55;
    const exponent = (code >> 4) & 7;
    const mantissa = ((code & 0x0f) << 4) + 8;
    const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
    return (code & 0x80) === 0 ? -magnitude : magnitude;
  });
}

// Indexed by the upper 14 bits of a sample: mu-law resolves no more than that.
function buildEncodeTable(): Uint8Array {
  return Uint8Array.from({ length: 16_384 }, (_, index) => {
    const sample = (index << 18) >> 16;
    const sign = sample < 0 ? 0x80 : 0;
    const magnitude = Math.min(CLIP, Math.abs(sample)) + BIAS;
    const exponent = 31 - Math.clz32(magnitude) - 7;
    return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff;
  });
}

/** Encodes `samples` to `target` from `offset` on. */
export function encodePcmu(samples: Int16Array, target: Uint8Array, offset: number): void {
  for (let i = 0; i < samples.length; i += 1) {
    target[offset + i] = encodeTable[((samples[i] ?? 0) >> 2) & 0x3fff] ?? PCMU_SILENCE;
  }
}

/** Decodes the codes from `start` to `end`. */
export function decodePcmu(source: Uint8Array, start: number, end: number): Int16Array {
  const samples = new Int16Array(end - start);
  decodePcmuInto(source, start, end, samples, 0);
  return samples;
}

/** Decodes the codes from `start` to `end` to `target` from `at` on. */
export function decodePcmuInto(
  source: Uint8Array,
  start: number,
  end: number,
  target: Int16Array,
  at: number,
): void {
  for (let i = start; i < end; i += 1) target[at + i - start] = decodeTable[source[i] ?? PCMU_SILENCE] ?? 0;
}

/** Decodes A-law codes from `start` to `end`. */
export function decodePcma(source: Uint8Array, start: number, end: number): Int16Array {
  const samples = new Int16Array(end - start);
  for (let i = start; i < end; i += 1) samples[i - start] = aLawTable[source[i] ?? 0] ?? 0;
  return samples;
}
