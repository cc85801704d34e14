/**
 * When a destination is open, by the wall clock of its time zone. Between two changes of the zone's offset a wall
 * clock runs like any other, so the next opening is found by walking from one such moment to the next: exact on days
 * of 23 and 25 hours, too.
 */
import type { OpeningHours } from '../config/configuration-file.js';
import type { OpenSpan, Weekday } from '../config/weekly-hours.js';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
/** What opens later than this is as good as closed for good. */
const HORIZON_MS = 366 * DAY_MINUTES * MINUTE_MS;

/** Open or closed, and until when; moments are milliseconds since the epoch, undefined beyond a year. */
export type HoursVerdict =
  | { open: true; closesAt: number | undefined }
  | { open: false; reason: 'hours' | 'holiday'; opensAt: number | undefined };

/** The verdict at `now`. */
export function judgeHours(hours: OpeningHours, now: number): HoursVerdict {
  const state = stateAt(hours, now);
  if (state === 'open') return { open: true, closesAt: nextChange(hours, now, true) };
  return { open: false, reason: state, opensAt: nextChange(hours, now, false) };
}

/** Whether it is open at `now` (milliseconds since the epoch). */
export function isOpen(hours: OpeningHours, now: number): boolean {
  return stateAt(hours, now) === 'open';
}

function stateAt({ timeZone, closed, weekly }: OpeningHours, now: number): 'open' | 'hours' | 'holiday' {
  const { date, weekday, minute } = wallClock(timeZone, now);
  if (closed.includes(date)) return 'holiday';
  return weekly[weekday]?.some((span) => covers(span, minute)) ? 'open' : 'hours';
}

function covers({ startMinute, endMinute }: OpenSpan, minute: number): boolean {
  return startMinute <= minute && minute < endMinute;
}

/** What was found last: it stays right until it comes, and strangers may ask a thousand times a second. */
const found = new WeakMap<OpeningHours, { from: number; until: number; change: number | undefined }>();

/** The first moment after `now` at which it is not `open` any more, or is. */
function nextChange(hours: OpeningHours, now: number, open: boolean): number | undefined {
  const known = found.get(hours);
  if (known !== undefined && known.from <= now && now < known.until) return known.change;
  const change = findChange(hours, now, open);
  found.set(hours, { from: now, until: change ?? now + DAY_MINUTES * MINUTE_MS, change });
  return change;
}

function findChange(hours: OpeningHours, now: number, open: boolean): number | undefined {
  if (!open && Object.values(hours.weekly).every((spans) => spans.length === 0)) return undefined;
  for (let moment = nextBoundary(hours, now); moment <= now + HORIZON_MS;) {
    if (isOpen(hours, moment) !== open) return moment;
    moment = nextBoundary(hours, moment);
  }
  return undefined;
}

/** The next moment at which the state may change: a span's edge, midnight, or a change of the zone's offset. */
function nextBoundary({ timeZone, weekly }: OpeningHours, moment: number): number {
  const { weekday, minute, offsetMs } = wallClock(timeZone, moment);
  const edges = (weekly[weekday] ?? []).flatMap(({ startMinute, endMinute }) => [startMinute, endMinute]);
  const nextMinute = Math.min(DAY_MINUTES, ...edges.filter((edge) => edge > minute));
  const startOfMinute = Math.floor(moment / MINUTE_MS) * MINUTE_MS;
  const candidate = startOfMinute + (nextMinute - minute) * MINUTE_MS;
  if (wallClock(timeZone, candidate).offsetMs === offsetMs) return candidate;
  let before = startOfMinute;
  let after = candidate;
  while (after - before > MINUTE_MS) {
    const middle = before + Math.floor((after - before) / 2 / MINUTE_MS) * MINUTE_MS;
    if (wallClock(timeZone, middle).offsetMs === offsetMs) before = middle;
    else after = middle;
  }
  return after;
}

interface WallClock {
  date: string;
  weekday: Weekday;
  /** Since midnight. */
  minute: number;
  /** What the zone is ahead of UTC. */
  offsetMs: number;
}

function wallClock(timeZone: string, moment: number): WallClock {
  const parts = new Map(
    formatFor(timeZone)
      .formatToParts(moment)
      .map(({ type, value }) => [type, value]),
  );
  const read = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  const date = `${read('year')}-${read('month')}-${read('day')}`;
  const minute = Number(read('hour')) * 60 + Number(read('minute'));
  const startOfMinute = Math.floor(moment / MINUTE_MS) * MINUTE_MS;
  return {
    date,
    weekday: read('weekday').toLowerCase() as Weekday,
    minute,
    offsetMs: Date.parse(`${date}T00:00:00Z`) + minute * MINUTE_MS - startOfMinute,
  };
}

/** Making a format costs a hundred times what using it does; there are as many as zones in the configuration. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
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
  formats.set(timeZone, format);
  return format;
}
