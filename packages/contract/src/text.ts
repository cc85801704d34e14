/** Text that strangers write and agents read: one line of it never breaks a layout, a header or an XML document. */
import { z } from 'zod';

// XML 1.0 §2.2 has no place for control characters nor for halves of a surrogate pair; the last ranges turn the
// direction of what follows.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\uFFFE\uFFFF\u202A-\u202E\u2066-\u2069]/u;
const UNPRINTABLE_BUT_LINES = /(?!\n)[\p{Cc}\p{Cs}\uFFFE\uFFFF\u202A-\u202E\u2066-\u2069]/u;

/** One line of plain text, without spaces around it. */
export function PlainLine(maxLength: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .refine((text) => !UNPRINTABLE.test(text));
}

/** Plain text of several lines. */
export function PlainText(maxLength: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .refine((text) => !UNPRINTABLE_BUT_LINES.test(text));
}

/** A moment: ISO 8601 with a zone. */
export const Moment = z.iso.datetime({ offset: true });

/** Text by the language that it is in, such as `{ en: 'Support', ja: 'サポート' }`. */
export const Translations = z.record(z.string(), z.string());
