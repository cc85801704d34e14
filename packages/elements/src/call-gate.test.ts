import type { Availability } from '@offhook/contract';
import { expect, it } from 'vitest';
import { callGate } from './call-gate.js';

const open: Availability = { destination: 'support', title: {}, open: true, callbackRequests: false };
const recorded: Availability = { ...open, consent: {} };

it('calls an open destination whose calls are not recorded', () => {
  expect(callGate(open, 'support', undefined)).toBeUndefined();
});

it('calls no destination of which nothing is known, whatever the visitor agreed to', () => {
  expect(callGate(undefined, 'support', undefined)).toMatchObject({
    problem: { code: 'server-unreachable' },
  });
  expect(callGate(undefined, 'support', 'support')).toMatchObject({
    problem: { code: 'server-unreachable' },
  });
  expect(callGate(open, 'sales', undefined)).toMatchObject({ problem: { code: 'server-unreachable' } });
});

it('calls no destination that is closed', () => {
  expect(callGate({ ...recorded, open: false }, 'support', 'support')).toEqual({ view: 'home' });
});

it('asks for consent once for each destination', () => {
  expect(callGate(recorded, 'support', undefined)).toEqual({ view: 'consent' });
  expect(callGate(recorded, 'support', 'support')).toBeUndefined();
  expect(callGate({ ...recorded, destination: 'sales' }, 'sales', 'support')).toEqual({ view: 'consent' });
});

it('says what is wrong with the page rather than with the network, where that is known', () => {
  const fault = { code: 'destination-unknown', detail: 'Look into offhook.yaml.' } as const;
  expect(callGate(undefined, 'suport', undefined, fault)).toEqual({ view: 'call', problem: fault });
  expect(callGate(open, 'support', undefined, fault)).toBeUndefined();
});
