/** Availability in one line, for the launcher and the panel. */
import type { Availability } from '@offhook/contract';
import { launcherTextsFor } from './locales/launcher-texts.js';

/** Whether a destination takes calls, in words. `now` is the present moment. */
export function openingLine(availability: Availability, language: string, now: Date): string {
  const texts = launcherTextsFor(language);
  const { open, reason, opensAt, closesAt, timeZone } = availability;
  const time = (iso: string): string => momentText(iso, { language, timeZone, now });
  if (open) return closesAt === undefined ? texts.openNow : texts.openUntil(time(closesAt));
  if (reason === 'no-agent') return texts.nobodyThere;
  if (reason === 'unavailable') return texts.unavailable;
  return opensAt === undefined ? texts.closed : texts.closedUntil(time(opensAt));
}

/**
 * A moment as people say it: the time alone today, after the weekday within six days, else after the date. Whose clock
 * it is shows when the destination's differs from the reader's.
 */
function momentText(
  iso: string,
  { language, timeZone, now }: { language: string; timeZone: string | undefined; now: Date },
): string {
  const date = new Date(iso);
  const zone = timeZone === undefined ? {} : { timeZone };
  const dayOf = (moment: Date): string =>
    new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', ...zone }).format(moment);
  const days = (Date.parse(dayOf(date)) - Date.parse(dayOf(now))) / 86_400_000;
  const format = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(language, { ...options, ...zone }).format(date);
  const time = format({
    hour: 'numeric',
    minute: '2-digit',
    ...(isSameClock(date, timeZone) ? {} : { timeZoneName: 'short' }),
  });
  if (days === 0) return time;
  // Asked for both at once, some languages put the day into brackets.
  const day = days > 0 && days < 7 ? format({ weekday: 'long' }) : format({ month: 'short', day: 'numeric' });
  return `${day} ${time}`;
}

function isSameClock(date: Date, timeZone: string | undefined): boolean {
  const clock = (zone: { timeZone?: string }): string =>
    new Intl.DateTimeFormat('en', { dateStyle: 'short', timeStyle: 'short', ...zone }).format(date);
  return timeZone === undefined || clock({ timeZone }) === clock({});
}
