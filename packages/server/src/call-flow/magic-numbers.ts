/** Fictitious numbers that the engine answers itself, so that every outcome of a call can be had offline. */

const MAGIC_NUMBERS: Readonly<Record<string, string>> = Object.freeze({
  echo: '+15005550100',
  tone: '+15005550101',
  'keypad-readback': '+15005550102',
  busy: '+15005550103',
  'no-answer': '+15005550104',
  decline: '+15005550105',
  'invalid-number': '+15005550106',
});

/** The number of `magic:NAME`, or undefined when there is none of this name. */
export function magicNumber(name: string): string | undefined {
  return Object.hasOwn(MAGIC_NUMBERS, name) ? MAGIC_NUMBERS[name] : undefined;
}

/** Whether the engine answers this number itself. */
export function isMagicNumber(number: string): boolean {
  return Object.values(MAGIC_NUMBERS).includes(number);
}
