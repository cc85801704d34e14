import type { CallRecord } from '@offhook/contract';
import { expect, it } from 'vitest';
import { isMissed, outcomeText, withCall } from './call-list.js';
import { en } from './locales/en.js';

function call(sid: string, more: Partial<CallRecord> = {}): CallRecord {
  return {
    sid,
    direction: 'inbound',
    from: '+16175550123',
    to: 'destination:support',
    status: 'completed',
    startedAt: '2026-07-01T10:00:00.000Z',
    endedAt: '2026-07-01T10:01:00.000Z',
    ...more,
  };
}

it('has missed what nobody answered, and not what a colleague did, what still rings, or what one placed', () => {
  const missed = (record: CallRecord): boolean => isMissed(record, { identity: 'alice' });
  const { endedAt: _, ...ringing } = call('CA1');
  expect(missed(call('CA1', { status: 'no-answer' }))).toBe(true);
  expect(missed(call('CA1', { answeredAt: '2026-07-01T10:00:10.000Z', answeredBy: 'client:bob' }))).toBe(
    false,
  );
  expect(missed(call('CA1', { from: 'client:alice' }))).toBe(false);
  expect(missed(ringing)).toBe(false);
});

it('puts what is new or changed in its place, once', () => {
  const old = call('CA1');
  const newer = call('CA2', { startedAt: '2026-07-01T11:00:00.000Z' });
  expect(withCall([old], newer).map(({ sid }) => sid)).toEqual(['CA2', 'CA1']);
  const changed = call('CA1', { status: 'busy' });
  expect(withCall([newer, old], changed)).toEqual([newer, changed]);
});

it.each([
  [{ answeredAt: 'x', durationSeconds: 62 }, '1:02'],
  [{ outcome: 'declined', status: 'busy' }, 'Declined'],
  [{ status: 'ringing' }, 'Ringing…'],
  [{ status: 'in-progress' }, 'In call'],
] as const)('says what became of %j', (more, text) => {
  expect(outcomeText(call('CA1', more), en)).toBe(text);
});
