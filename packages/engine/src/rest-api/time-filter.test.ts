import { expect, it } from 'vitest';
import { timeFilter } from './time-filter.js';

const MIDNIGHT = '2026-01-02T00:00:00.000Z';
const NOON = '2026-01-02T12:00:00.500Z';
const NEXT = '2026-01-03T00:00:00.000Z';

/** Which of the three times a query takes in. */
function taken(query: string): string[] {
  const filter = timeFilter(new URLSearchParams(query), 'DateCreated');
  return [MIDNIGHT, NOON, NEXT].filter((time) => filter(new Date(time)));
}

it.each([
  ['DateCreated=2026-01-02', [MIDNIGHT, NOON]],
  ['DateCreated=2026-01-02T00:00:00Z', [MIDNIGHT, NOON]],
  ['DateCreated=2026-01-02T12:00:00Z', [NOON]],
  ['DateCreated<=2026-01-02', [MIDNIGHT]],
  ['DateCreated<=2026-01-03', [MIDNIGHT, NOON, NEXT]],
  ['DateCreated<=2026-01-02T13:00:00%2B01:00', [MIDNIGHT]],
  ['DateCreated<=2026-01-02T12:00:01', [MIDNIGHT, NOON]],
  ['DateCreated>=2026-01-02', [MIDNIGHT, NOON, NEXT]],
  ['DateCreated>=2026-01-02&DateCreated<=2026-01-02', [MIDNIGHT]],
  ['', [MIDNIGHT, NOON, NEXT]],
])('%s takes in %j', (query, times) => {
  expect(taken(query)).toEqual(times);
});

it('takes in nothing that has no time yet, unless any time will do', () => {
  expect(timeFilter(new URLSearchParams('EndTime>=2026-01-02'), 'EndTime')(undefined)).toBe(false);
  expect(timeFilter(new URLSearchParams(), 'EndTime')(undefined)).toBe(true);
});
