import { expect, it } from 'vitest';
import { TestClock } from '../testing/test-server.js';
import { EarlyReports } from './early-reports.js';

const report = (sid: string) => ({ sid, event: { type: 'leg-ringing' as const, at: 1 }, key: undefined });

it('gives the reports of a call once', () => {
  const early = new EarlyReports({ clock: new TestClock() });
  early.keep(report('one'));
  early.keep(report('other'));
  early.keep(report('one'));
  expect(early.take('one')).toMatchObject([report('one'), report('one')]);
  expect(early.take('one')).toEqual([]);
  expect(early.take('other')).toHaveLength(1);
});

it('forgets them after a minute, and the oldest of more than a thousand', () => {
  const clock = new TestClock();
  const early = new EarlyReports({ clock });
  early.keep(report('one'));
  clock.advance(60_000);
  expect(early.take('one')).toEqual([]);
  for (let index = 0; index <= 1000; index += 1) early.keep(report(`call-${index}`));
  expect(early.take('call-0')).toEqual([]);
  expect(early.take('call-1')).toHaveLength(1);
  expect(early.take('call-1000')).toHaveLength(1);
});
