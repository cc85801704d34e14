import { describe, expect, it } from 'vitest';
import { type LivenessEvent, type LivenessState, transition } from './liveness-state.js';

function after(...events: LivenessEvent[]): LivenessState {
  return events.reduce(transition, { phase: 'offered' } as LivenessState);
}

const exchanged = { type: 'exchanged', nowMs: 0 } as const;
const up = { type: 'up' } as const;
const check = (nowMs: number, packetAtMs = nowMs, rtpAtMs = packetAtMs): LivenessEvent => ({
  type: 'check',
  nowMs,
  packetAtMs,
  rtpAtMs,
});

describe('the liveness of a leg', () => {
  it('waits for an answer as long as it takes, and for the connection 30 s', () => {
    expect(after(check(100_000))).toEqual({ phase: 'offered' });
    expect(after(exchanged, check(29_999, 0)).phase).toBe('connecting');
    expect(after(exchanged, check(30_000, 0))).toEqual({ phase: 'failed', reason: 'never-connected' });
  });

  it('is interrupted by a transport that goes down and by 10 s without any packet', () => {
    expect(after(exchanged, up, { type: 'down', nowMs: 5 }).phase).toBe('interrupted');
    expect(after(exchanged, up, check(9999, 0)).phase).toBe('connected');
    expect(after(exchanged, up, check(10_000, 0)).phase).toBe('interrupted');
  });

  it('recovers when the far end is heard again', () => {
    expect(after(exchanged, up, check(10_000, 0), check(12_000, 11_000)).phase).toBe('connected');
    expect(after(exchanged, up, { type: 'down', nowMs: 5 }, up).phase).toBe('connected');
  });

  it('fails 30 s after an interruption, or after the last restart', () => {
    const down = [exchanged, up, { type: 'down', nowMs: 1000 }] as const;
    expect(after(...down, check(30_999, 900)).phase).toBe('interrupted');
    expect(after(...down, check(31_000, 900))).toEqual({ phase: 'failed', reason: 'connection-lost' });
    expect(after(...down, { type: 'restarted', nowMs: 20_000 }, check(49_999, 900)).phase).toBe(
      'interrupted',
    );
    expect(after(...down, { type: 'restarted', nowMs: 20_000 }, check(50_000, 900)).phase).toBe('failed');
  });

  it('fails after 60 s without RTP although reports still come', () => {
    expect(after(exchanged, up, check(59_999, 59_000, 0)).phase).toBe('connected');
    expect(after(exchanged, up, check(60_000, 59_000, 0))).toEqual({
      phase: 'failed',
      reason: 'connection-lost',
    });
  });
});
