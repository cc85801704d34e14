/** `hours.weekly` of a destination: `mon-fri: ["09:00-17:00"]` becomes minutes for each day of the week. */
import { z } from 'zod';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const DAY_MINUTES = 24 * 60;

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
  const fail = (message: string) => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  const match = /^([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$/.exec(text);
  if (match === null) return fail('must be a time span like "09:00-17:00"');
  const [startHour = 0, startMinute = 0, endHour = 0, endMinute = 0] = match.slice(1).map(Number);
  const start = startHour * 60 + startMinute;
  const end = endHour * 60 + endMinute;
  if (end > DAY_MINUTES) return fail('must end at 24:00 at the latest');
  if (start >= end) {
    return fail(
      `ends before it starts; past midnight, write two spans: "${text.slice(0, 5)}-24:00", and "00:00-${text.slice(6)}" for the next day`,
    );
  }
  return { startMinute: start, endMinute: end };
});

const Days = z
  .string()
  .refine((key) => daysOf(key) !== undefined, 'must be a day or a range like mon, mon-fri, sat-sun');

/** Schema of `weekly`: a day or a range of days to a list of spans. Days named twice get both lists. */
export const WeeklyHours = z.record(Days, z.array(Span)).transform((entries, context): WeeklyHours => {
  const week: Partial<Record<Weekday, OpenSpan[]>> = {};
  for (const [key, spans] of Object.entries(entries)) {
    for (const day of daysOf(key) ?? []) week[day] = [...(week[day] ?? []), ...spans];
  }
  for (const [day, spans] of Object.entries(week)) {
    const message = overlapOf(spans);
    if (message !== undefined) context.addIssue({ code: 'custom', path: [day], message });
  }
  return week;
});

/** The first two spans that overlap, in words. */
function overlapOf(spans: readonly OpenSpan[]): string | undefined {
  const sorted = spans.toSorted((a, b) => a.startMinute - b.startMinute);
  for (const [index, span] of sorted.entries()) {
    const next = sorted[index + 1];
    if (next === undefined || next.startMinute >= span.endMinute) continue;
    return `"${spell(span)}" and "${spell(next)}" overlap`;
  }
  return undefined;
}

function spell({ startMinute, endMinute }: OpenSpan): string {
  const time = (minute: number) =>
    [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');
  return `${time(startMinute)}-${time(endMinute)}`;
}

function daysOf(key: string): Weekday[] | undefined {
  const [from, to = from, ...rest] = key.toLowerCase().split('-');
  const first = DAYS.findIndex((day) => day === from);
  const last = DAYS.findIndex((day) => day === to);
  if (first < 0 || last < 0 || rest.length > 0) return undefined;
  const length = ((last - first + DAYS.length) % DAYS.length) + 1;
  return [...DAYS, ...DAYS].slice(first, first + length);
}
