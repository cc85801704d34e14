/** `hours.weekly` of a destination: `mon-fri: ["09:00-17:00"]` becomes minutes for each day of the week. */
import { z } from 'zod';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** A day of the week as the configuration spells it. */
export type Weekday = (typeof DAYS)[number];

/** Open from `startMinute` until before `endMinute`, counted from local midnight. */
export interface OpenSpan {
  startMinute: number;
  endMinute: number;
}

/** The opening spans of each day; a day without spans is closed. */
export type WeeklyHours = Readonly<Partial<Record<Weekday, readonly OpenSpan[]>>>;

const Span = z.string().transform((text, context): OpenSpan => {
  const match = /^(\d{2}):([0-5]\d)-(\d{2}):([0-5]\d)$/.exec(text);
  const [, startHour, startMinute, endHour, endMinute] = (match ?? []).map(Number);
  const start = (startHour ?? Number.NaN) * 60 + (startMinute ?? 0);
  const end = (endHour ?? Number.NaN) * 60 + (endMinute ?? 0);
  if (start < end && end <= 24 * 60) return { startMinute: start, endMinute: end };
  context.addIssue({ code: 'custom', message: 'must be a time span within one day like "09:00-17:00"' });
  return z.NEVER;
});

/** Schema of `weekly`: a day or a range of days to a list of spans. Days named twice get both lists. */
export const WeeklyHours = z.record(z.string(), z.array(Span)).transform((entries, context): WeeklyHours => {
  const week: Partial<Record<Weekday, OpenSpan[]>> = {};
  for (const [key, spans] of Object.entries(entries)) {
    const days = daysOf(key);
    if (days === undefined) {
      context.addIssue({
        code: 'custom',
        path: [key],
        message: 'must be a day or a range like mon, mon-fri, sat-sun',
      });
      continue;
    }
    for (const day of days) week[day] = [...(week[day] ?? []), ...spans];
  }
  return week;
});

function daysOf(key: string): Weekday[] | undefined {
  const [from, to = from, ...rest] = key.toLowerCase().split('-');
  const first = DAYS.findIndex((day) => day === from);
  const last = DAYS.findIndex((day) => day === to);
  if (first < 0 || last < 0 || rest.length > 0) return undefined;
  const length = ((last - first + DAYS.length) % DAYS.length) + 1;
  return [...DAYS, ...DAYS].slice(first, first + length);
}
