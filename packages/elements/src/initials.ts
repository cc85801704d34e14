/** The first letters of the first and last word; a sign for a number. */
export function initials(name: string): string {
  if (/^\+?\d/.test(name)) return '#';
  const words = name.split(/\s+/).filter((word) => word !== '');
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : words;
  return chosen
    .map((word) => String.fromCodePoint(word?.codePointAt(0) ?? 0x20))
    .join('')
    .toUpperCase();
}
