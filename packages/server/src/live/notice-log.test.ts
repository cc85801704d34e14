import { expect, it } from 'vitest';
import { LiveNotice } from './live-notices.js';
import { NoticeLog } from './notice-log.js';

const call = (number: number): LiveNotice => ({
  type: 'call',
  id: `CA${number.toString(16).padStart(32, '0')}`,
});

it.each([
  { type: 'call', id: '../../etc' },
  { type: 'call', id: `CA${'0'.repeat(32)}`, call: {} },
  { type: 'callback-request', id: `CA${'0'.repeat(32)}` },
  { type: 'presence', id: 'alice' },
])('is no notice: %j', (notice) => {
  expect(LiveNotice.safeParse(notice).success).toBe(false);
});

it('gives what came after a position, each change once', () => {
  const log = new NoticeLog('log');
  const start = log.position;
  const first = log.add(call(1));
  log.add(call(2));
  log.add(call(1));
  expect(log.since(start)).toEqual([call(1), call(2)]);
  expect(log.since(first)).toEqual([call(2), call(1)]);
  expect(log.since(log.position)).toEqual([]);
});

it('knows nothing of positions that are forgotten, to come, of another log, or none', () => {
  const log = new NoticeLog('log', 10);
  const start = log.position;
  for (let number = 0; number < 100; number += 1) log.add(call(number));
  const kept = log.since('log:95');
  expect(kept).toEqual([95, 96, 97, 98, 99].map(call));
  for (const position of [start, 'log:101', 'log:-1', 'log:1.5', 'other:99', 'log', '', 'log:', ':']) {
    expect(log.since(position)).toBeUndefined();
  }
});
