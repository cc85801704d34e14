/** Objects that refuse unknown keys and name the key that was probably meant. */
import { z } from 'zod';

/** A strict object whose complaint about an unknown key names the nearest known one. */
export function section<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? describeUnknown(issue['keys'], known) : undefined,
  });
}

function describeUnknown(keys: unknown, known: readonly string[]): string {
  const unknown = Array.isArray(keys) ? keys.map(String) : [];
  return unknown
    .map((key) => {
      const nearest = nearestKey(key, known);
      return nearest === undefined
        ? `has no key "${key}"; it knows ${known.join(', ')}`
        : `has no key "${key}"; did you mean "${nearest}"?`;
    })
    .join('. ');
}

/** The known key closest in spelling, or undefined when none is close. */
function nearestKey(key: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: distance(key.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(2, key.length / 2) ? best.candidate : undefined;
}

/** A key that is only the beginning of another is as good as a typing error. */
function distance(key: string, candidate: string): number {
  return key.length > 2 && candidate.startsWith(key) ? 1 : editDistance(key, candidate);
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
