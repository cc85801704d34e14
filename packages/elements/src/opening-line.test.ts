import type { Availability } from '@offhook/contract';
import { expect, it } from 'vitest';
import { openingLine } from './opening-line.js';

const NOW = new Date('2026-11-20T15:30:00Z'); // a Friday
const BASE: Availability = {
  destination: 'support',
  title: { en: 'Support' },
  open: true,
  callbackRequests: false,
};
const line = (change: Partial<Availability>, language = 'en-GB'): string =>
  openingLine({ ...BASE, ...change }, language, NOW).replaceAll('\u202f', ' ');

it('says until when a destination is open, in its own time', () => {
  expect(line({})).toBe('Open now');
  expect(line({ closesAt: '2026-11-20T17:00:00Z', timeZone: 'UTC' })).toMatch(/^Open until 17:00/);
});

it('says when it opens: with the weekday within six days, later with the date', () => {
  const closed = { open: false, reason: 'hours', timeZone: 'UTC' } as const;
  expect(line({ ...closed, opensAt: '2026-11-20T18:00:00Z' })).toMatch(/^Closed\. Opens 18:00/);
  expect(line({ ...closed, opensAt: '2026-11-23T09:00:00Z' })).toMatch(/^Closed\. Opens Monday 0?9:00/);
  expect(line({ ...closed, opensAt: '2027-01-04T09:00:00Z' })).toMatch(/^Closed\. Opens 4 Jan/);
  expect(line(closed)).toBe('Closed');
});

it("names the destination's clock where it is not the reader's", () => {
  const closed = { open: false, reason: 'hours', opensAt: '2026-11-23T00:00:00Z' } as const;
  const zones = ['Asia/Tokyo', 'America/New_York'].map((timeZone) => line({ ...closed, timeZone }));
  expect(zones[0]).not.toBe(zones[1]);
  expect(zones.filter((text) => /GMT|UTC|E[SD]T|JST/.test(text)).length).toBeGreaterThan(0);
});

it('says that nobody is there, or that no call gets through, rather than that it is closed', () => {
  expect(line({ open: false, reason: 'no-agent' })).toBe('Nobody is available right now');
  const unavailable = { open: false, reason: 'unavailable' } as const;
  expect(line(unavailable)).toBe('This line takes no calls at the moment');
  expect(line(unavailable, 'ja')).toBe('この窓口では現在お電話を受け付けていません');
});

it('speaks Japanese', () => {
  const closed = {
    open: false,
    reason: 'holiday',
    opensAt: '2026-11-23T00:00:00Z',
    timeZone: 'Asia/Tokyo',
  } as const;
  expect(line(closed, 'ja-JP')).toMatch(/次の受付は月曜日 9:00/);
});
