import type { CallControl, CallParty } from '@offhook/contract';
import { expect, it } from 'vitest';
import { consulted, isOnHold, othersIn } from './call-parties.js';

const party = (id: string, name: string, more: Partial<CallParty> = {}): CallParty => ({
  id,
  party: name,
  state: 'present',
  onHold: false,
  muted: false,
  ...more,
});
const alice = party('CA1', 'client:alice');
const control = (...others: CallParty[]): CallControl => ({
  mode: 'conference',
  parties: [alice, ...others],
});

it('knows who is there besides the agent', () => {
  const ann = party('CA2', '+16175550123');
  expect(othersIn(control(ann), 'alice')).toEqual([ann]);
  expect(othersIn(undefined, 'alice')).toEqual([]);
});

it('is on hold when all who are there are, and not for a consultation', () => {
  const held = party('CA2', '+16175550123', { onHold: true });
  const ringing = party('CA3', 'client:bob', { state: 'ringing' });
  expect(isOnHold(control(held), 'alice')).toBe(true);
  expect(isOnHold(control(held, ringing), 'alice')).toBe(true);
  expect(isOnHold(control(held, party('CA4', 'client:carol')), 'alice')).toBe(false);
  expect(isOnHold(control(), 'alice')).toBe(false);
  const asks = { ...control(held, ringing), consult: { party: 'CA3', by: 'CA1', state: 'ringing' } as const };
  expect(isOnHold(asks, 'alice')).toBe(false);
  expect(consulted(asks)).toEqual(ringing);
});
