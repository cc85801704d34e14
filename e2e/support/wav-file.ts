/** A tone, mono, 8000 samples a second. */
export function wavFile({ frequencyHz = 500, seconds = 1 } = {}): Buffer {
  const length = Math.round(seconds * 8000);
  const file = Buffer.alloc(44 + 2 * length);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  for (const [at, value] of [
    [16, 16],
    [24, 8000],
    [28, 16_000],
    [40, 2 * length],
  ] as const)
    file.writeUInt32LE(value, at);
  for (const [at, value] of [
    [20, 1],
    [22, 1],
    [32, 2],
    [34, 16],
  ] as const)
    file.writeUInt16LE(value, at);
  file.write('data', 36, 'latin1');
  for (let i = 0; i < length; i += 1) {
    file.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * frequencyHz * i) / 8000)), 44 + i * 2);
  }
  return file;
}
