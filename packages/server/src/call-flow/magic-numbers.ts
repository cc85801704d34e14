/** Fictitious numbers that the engine answers itself, so that every outcome of a call can be had offline. */

const NUMBERS: ReadonlyMap<string, string> = new Map([
  ['echo', '+15005550100'],
  ['tone', '+15005550101'],
  ['keypad-readback', '+15005550102'],
  ['busy', '+15005550103'],
  ['no-answer', '+15005550104'],
  ['decline', '+15005550105'],
  ['invalid-number', '+15005550106'],
  ['bad-network', '+15005550130'],
  ...timed('answers-after', '+1500555011'),
  ...timed('hangs-up-after', '+1500555012'),
]);
const ALL = new Set(NUMBERS.values());

/** One name and number for each number of seconds from 0 to 9. */
function timed(name: string, prefix: string): [name: string, number: string][] {
  return Array.from({ length: 10 }, (_, seconds) => [`${name}-${seconds}`, `${prefix}${seconds}`]);
}

/** The number of `magic:NAME`, or undefined when there is none of this name. */
export function magicNumber(name: string): string | undefined {
  return NUMBERS.get(name);
}

/** Whether the engine answers this number itself. */
export function isMagicNumber(number: string): boolean {
  return ALL.has(number);
}
