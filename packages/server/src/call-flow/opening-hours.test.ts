import { expect, it } from 'vitest';
import { testConfig } from '../testing/test-server.js';
import { isOpen } from './opening-hours.js';

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
