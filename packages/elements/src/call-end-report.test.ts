import type { PhoneState } from '@offhook/client';
import { expect, it } from 'vitest';
import { CallEndReport } from './call-end-report.js';

const call = { direction: 'outgoing', party: 'destination:support', sid: 'CA1', parameters: {} } as const;
const told = (...states: PhoneState[]): unknown[] => {
  const report = new CallEndReport();
  return states.flatMap((state) => report.take(state) ?? []);
};

it('tells of an end once, with what is known of it', () => {
  expect(told({ name: 'ended', call, end: 'completed', seconds: 42 }, { name: 'ready' })).toEqual([
    { destination: 'support', end: 'completed', callSid: 'CA1', seconds: 42 },
  ]);
});

it('waits for the record where the call itself does not say how it ended', () => {
  const problem = { code: 'closed' } as const;
  expect(
    told(
      { name: 'ended', call, end: 'ended' },
      { name: 'ended', call, end: 'failed', problem },
      { name: 'ready' },
    ),
  ).toEqual([{ destination: 'support', end: 'failed', callSid: 'CA1', problem: 'closed' }]);
});

it('does not wait for ever', () => {
  expect(told({ name: 'ended', call, end: 'ended' }, { name: 'ready' })).toEqual([
    { destination: 'support', end: 'ended', callSid: 'CA1' },
  ]);
});

it('names the destination that was called', () => {
  const other = { ...call, party: 'destination:sales' } as const;
  expect(told({ name: 'ended', call: other, end: 'busy' })).toEqual([
    { destination: 'sales', end: 'busy', callSid: 'CA1' },
  ]);
});

it('has nothing to tell of states without an end', () => {
  expect(told({ name: 'ready' }, { name: 'connecting', call })).toEqual([]);
});
