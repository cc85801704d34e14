import { describe, expect, it } from 'vitest';
import type { OpeningHours } from '../config/configuration-file.js';
import { SeededRandom } from '../testing/seeded-random.js';
import { testConfig } from '../testing/test-server.js';
import { isOpen, judgeHours } from './opening-hours.js';

const { destinations } = testConfig({
  yaml: `
destinations:
  support:
    ring: [agent:alice]
    hours:
      timeZone: Europe/Berlin
      weekly: { mon-fri: ["09:00-12:30", "13:30-17:00"], sat-mon: ["20:00-24:00"] }
      closed: [2026-12-25]
agents: { alice: { name: Alice } }
`,
});

it.each([
  ['2026-07-01T06:59:59Z', false, 'a second before nine on a summer Wednesday'],
  ['2026-07-01T07:00:00Z', true, 'nine in summer time'],
  ['2026-01-07T07:30:00Z', false, 'half past eight in winter time'],
  ['2026-01-07T08:00:00Z', true, 'nine in winter time'],
  ['2026-07-01T10:30:00Z', false, 'the lunch break'],
  ['2026-07-01T15:00:00Z', false, 'five sharp'],
  ['2026-07-04T10:00:00Z', false, 'Saturday noon'],
  ['2026-07-04T21:59:00Z', true, 'Saturday just before midnight'],
  ['2026-07-04T22:00:00Z', false, 'Sunday, midnight'],
  ['2026-07-06T18:00:00Z', true, 'Monday evening, of a range across the weekend'],
  ['2026-12-25T09:00:00Z', false, 'a holiday'],
  ['2026-12-24T23:30:00Z', false, 'the holiday, which begins earlier than in UTC'],
])('at %s says %s: %s', (time, open) => {
  const hours = destinations['support']?.hours;
  expect(hours && isOpen(hours, Date.parse(time))).toBe(open);
});

const MINUTE_MS = 60_000;
const NINE_TO_FIVE = { startMinute: 540, endMinute: 1020 };
const EVERY_DAY = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

function everyDay(timeZone: string, startMinute: number, endMinute: number): OpeningHours {
  const weekly = Object.fromEntries(EVERY_DAY.map((day) => [day, [{ startMinute, endMinute }]]));
  return { timeZone, weekly, closed: [] };
}

describe('the next opening', () => {
  const workdays: OpeningHours = {
    timeZone: 'Europe/Berlin',
    weekly: Object.fromEntries(EVERY_DAY.slice(0, 5).map((day) => [day, [NINE_TO_FIVE]])),
    closed: ['2026-12-25'],
  };
  const opensAt = (hours: OpeningHours, now: string) => {
    const verdict = judgeHours(hours, Date.parse(now));
    return verdict.open || verdict.opensAt === undefined
      ? undefined
      : new Date(verdict.opensAt).toISOString();
  };

  it.each([
    ['the same day', '2026-07-01T05:00:00Z', '2026-07-01T07:00:00.000Z'],
    ['after the weekend on which summer time ends', '2026-10-23T16:00:00Z', '2026-10-26T08:00:00.000Z'],
    ['after the weekend on which it begins', '2026-03-27T17:00:00Z', '2026-03-30T07:00:00.000Z'],
    ['after a holiday and a weekend', '2026-12-24T16:00:00Z', '2026-12-28T08:00:00.000Z'],
  ])('is found %s', (_, now, expected) => {
    expect(opensAt(workdays, now)).toBe(expected);
  });

  it('is the end of the hour that a day of 23 hours leaves out', () => {
    expect(opensAt(everyDay('Europe/Berlin', 150, 240), '2026-03-29T00:00:00Z')).toBe(
      '2026-03-29T01:00:00.000Z',
    );
  });

  it('comes twice where the clock shows the same time twice', () => {
    const hours = everyDay('Europe/Berlin', 150, 165);
    expect(opensAt(hours, '2026-10-25T00:00:00Z')).toBe('2026-10-25T00:30:00.000Z');
    expect(opensAt(hours, '2026-10-25T00:45:00Z')).toBe('2026-10-25T01:30:00.000Z');
  });

  it('names the reason, and stays unknown when there is none within a year', () => {
    expect(judgeHours(workdays, Date.parse('2026-12-25T10:00:00Z'))).toMatchObject({ reason: 'holiday' });
    expect(judgeHours(workdays, Date.parse('2026-12-26T10:00:00Z'))).toMatchObject({ reason: 'hours' });
    const never = { timeZone: 'UTC', weekly: {}, closed: [] };
    expect(judgeHours(never, 0)).toEqual({ open: false, reason: 'hours', opensAt: undefined });
    expect(judgeHours(everyDay('UTC', 0, 1440), 0)).toEqual({ open: true, closesAt: undefined });
  });
});

it('says the same whether or not it was asked before', () => {
  const random = new SeededRandom(7);
  const hours: OpeningHours = { ...everyDay('Europe/Berlin', 540, 1020), closed: ['2026-10-26'] };
  let now = Date.parse('2026-10-20T00:00:00Z');
  for (let round = 0; round < 500; round += 1) {
    now += (random.below(120) - 20) * MINUTE_MS;
    expect(judgeHours(hours, now)).toEqual(judgeHours({ ...hours }, now));
  }
});

/** What Intl's clock says, minute by minute: slow, and with nothing to get wrong. */
function scan(
  hours: OpeningHours,
  start: number,
  minutes: number,
): { isOpen: boolean; changesAt: number | undefined } {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: hours.timeZone,
    dateStyle: 'full',
    timeStyle: 'short',
  });
  const isOpenAt = (moment: number) => {
    const [, weekday = '', time = ''] = /^(\w+)\W.* (\d\d:\d\d)$/.exec(clock.format(moment)) ?? [];
    const [hour = 0, minute = 0] = time.split(':').map(Number);
    const spans = hours.weekly[weekday.slice(0, 3).toLowerCase() as (typeof EVERY_DAY)[number]] ?? [];
    const passed = hour * 60 + minute;
    return spans.some((span) => span.startMinute <= passed && passed < span.endMinute);
  };
  const isOpenNow = isOpenAt(start);
  for (let minute = 1; minute <= minutes; minute += 1) {
    const moment = start + minute * MINUTE_MS;
    if (isOpenAt(moment) !== isOpenNow) return { isOpen: isOpenNow, changesAt: moment };
  }
  return { isOpen: isOpenNow, changesAt: undefined };
}

it('agrees with a minute-by-minute scan around every kind of change of a zone', () => {
  const changes: readonly (readonly [zone: string, around: string])[] = [
    ['Europe/Berlin', '2026-03-29T01:00:00Z'],
    ['Europe/Berlin', '2026-10-25T01:00:00Z'],
    ['America/New_York', '2026-11-01T06:00:00Z'],
    ['America/St_Johns', '2026-03-08T05:30:00Z'],
    ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
    ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
    ['America/Santiago', '2026-09-06T04:00:00Z'],
    ['Africa/Cairo', '2026-04-23T22:00:00Z'],
    ['Pacific/Chatham', '2026-09-26T14:00:00Z'],
    ['Pacific/Apia', '2011-12-30T10:00:00Z'],
    ['Asia/Kathmandu', '2026-06-01T00:00:00Z'],
  ];
  const random = new SeededRandom(6);
  for (let round = 0; round < 300; round += 1) {
    const [timeZone, around] = random.pick(changes);
    const weekly = Object.fromEntries(
      EVERY_DAY.map((day) => {
        const [a = 0, b = 0, c = 0, d = 0] = Array.from({ length: 4 }, () => random.below(1441)).sort(
          (x, y) => x - y,
        );
        const spans = [
          { startMinute: a, endMinute: b },
          { startMinute: c, endMinute: d },
        ];
        return [day, spans.filter(({ startMinute, endMinute }) => startMinute < endMinute)];
      }),
    );
    const hours: OpeningHours = { timeZone, weekly, closed: [] };
    const now = Date.parse(around) + (random.below(2880) - 1440) * MINUTE_MS;
    const verdict = judgeHours(hours, now);
    const change = verdict.open ? verdict.closesAt : verdict.opensAt;
    const isNear = change !== undefined && change <= now + 600 * MINUTE_MS;
    const found = { isOpen: verdict.open, changesAt: isNear ? change : undefined };
    expect({ timeZone, now, weekly, ...found }).toEqual({ timeZone, now, weekly, ...scan(hours, now, 600) });
  }
});
