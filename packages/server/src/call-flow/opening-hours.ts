import type { OpeningHours } from '../config/configuration-file.js';
import type { OpenSpan, Weekday } from '../config/weekly-hours.js';

/** Whether it is open at `now` (milliseconds since the epoch), by the wall clock of the hours' time zone. */
export function isOpen(hours: OpeningHours, now: number): boolean {
  const { date, weekday, minute } = wallClock(hours.timeZone, now);
  if (hours.closed.includes(date)) return false;
  return (hours.weekly[weekday] ?? []).some((span) => covers(span, minute));
}

function covers({ startMinute, endMinute }: OpenSpan, minute: number): boolean {
  return startMinute <= minute && minute < endMinute;
}

function wallClock(timeZone: string, now: number): { date: string; weekday: Weekday; minute: number } {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const parts = new Map(format.formatToParts(now).map((part) => [part.type, part.value]));
  const read = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  return {
    date: `${read('year')}-${read('month')}-${read('day')}`,
    weekday: read('weekday').toLowerCase() as Weekday,
    minute: Number(read('hour')) * 60 + Number(read('minute')),
  };
}
