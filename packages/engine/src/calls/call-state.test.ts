import { describe, expect, it } from 'vitest';
import { isFinal, transition, type CallEvent, type CallState } from './call-state.js';

const QUEUED: CallState = { status: 'queued' };
const RINGING: CallState = { status: 'ringing' };
const TALKING: CallState = { status: 'in-progress', answeredAtMs: 1000 };
const ring: CallEvent = { type: 'ring' };
const answer: CallEvent = { type: 'answer', atMs: 1000 };
const end = (status: 'completed' | 'busy' | 'failed' | 'no-answer' | 'canceled'): CallEvent => ({
  type: 'end',
  atMs: 5000,
  status,
  cause: {},
});

describe('the state of a call', () => {
  it('goes from queued over ringing to in-progress to completed', () => {
    expect(transition(QUEUED, ring)).toEqual(RINGING);
    expect(transition(RINGING, answer)).toEqual(TALKING);
    expect(transition(TALKING, end('completed'))).toEqual({
      status: 'completed',
      answeredAtMs: 1000,
      endedAtMs: 5000,
      cause: {},
    });
  });

  it('keeps every outcome of a call that was never answered', () => {
    for (const status of ['busy', 'failed', 'no-answer', 'canceled'] as const) {
      expect(transition(RINGING, end(status))).toMatchObject({ status, answeredAtMs: undefined });
    }
  });

  it('turns any end of an answered call but a failure into completed', () => {
    expect(transition(TALKING, end('canceled'))).toMatchObject({ status: 'completed' });
    expect(transition(TALKING, end('failed'))).toMatchObject({ status: 'failed' });
  });

  it('has no way on from an end, and none back', () => {
    const ended = transition(TALKING, end('completed'));
    expect(ended && isFinal(ended)).toBe(true);
    for (const event of [ring, answer, end('failed')])
      expect(ended && transition(ended, event)).toBeUndefined();
    expect(transition(TALKING, ring)).toBeUndefined();
    expect(transition(TALKING, answer)).toBeUndefined();
    expect(transition(RINGING, ring)).toBeUndefined();
  });
});
