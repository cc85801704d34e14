import { describe, expect, it } from 'vitest';
import { offerOf, type QueuedCall, type QueueEvent, transition } from './queue-state.js';

const WAITS: QueueEvent = { type: 'waits', name: 'desk', step: 2, isRecorded: false };

function offered(id: string, at = 0): QueueEvent {
  return { type: 'offered', offer: { id, agent: `agent of ${id}`, until: at + 1000 }, at };
}

function after(...events: QueueEvent[]): QueuedCall | undefined {
  return events.reduce<QueuedCall | undefined>(transition, undefined);
}

describe('a caller who waits', () => {
  it('is offered to one agent at a time, whoever else wants to ring at the same moment', () => {
    expect(offerOf(after(WAITS, offered('a'), offered('b')))?.id).toBe('a');
    const declined = after(WAITS, offered('a'), { type: 'offer-over', id: 'a' }, offered('b'));
    expect(offerOf(declined)?.id).toBe('b');
  });

  it('is offered anew when the end of a ring was never reported', () => {
    expect(offerOf(after(WAITS, offered('a'), offered('b', 999)))?.id).toBe('a');
    expect(offerOf(after(WAITS, offered('a'), offered('b', 1000)))?.id).toBe('b');
  });

  it('remembers in all that happens to it that it was told of being recorded', () => {
    const recorded = after({ ...WAITS, isRecorded: true }, offered('a'), { type: 'answered', id: 'a' });
    expect(recorded).toMatchObject({ isRecorded: true, offer: { id: 'a', isAnswered: true } });
    expect(transition(recorded, { type: 'taken', leg: 'CA1', isRung: true })).toMatchObject({
      isRecorded: true,
      leg: 'CA1',
    });
  });

  it('is not given up by the late end of an earlier ring', () => {
    const rung = after(WAITS, offered('a'), { type: 'offer-over', id: 'a' }, offered('b'));
    expect(transition(rung, { type: 'offer-over', id: 'a' })).toBe(rung);
    expect(transition(rung, { type: 'rings', id: 'a', leg: 'CA1' })).toBe(rung);
  });

  it('is offered to nobody once it was taken or has left, and remembers who still rings', () => {
    expect(after(WAITS, offered('a'), { type: 'taken', leg: 'CA1', isRung: true }, offered('b'))?.state).toBe(
      'taken',
    );
    const left = after(WAITS, offered('a'), { type: 'left' }, { type: 'rings', id: 'a', leg: 'CA1' });
    expect(offerOf(left)).toMatchObject({ id: 'a', leg: 'CA1' });
    expect(transition(left, offered('b'))).toBe(left);
    expect(left && transition(left, { type: 'offer-over', id: 'a' })).toEqual({
      name: 'desk',
      step: 2,
      state: 'left',
    });
    expect(transition(undefined, offered('a'))).toBeUndefined();
  });

  it('waits anew after it was taken or has left, and keeps its agent when it is told twice that it waits', () => {
    const again: QueueEvent = { ...WAITS, name: 'shop' };
    const taken = after(WAITS, offered('a'), { type: 'taken', leg: 'CA1', isRung: true });
    for (const before of [taken, after(WAITS, offered('a'), { type: 'left' })]) {
      expect(before && transition(before, again)).toEqual({ name: 'shop', step: 2, state: 'waiting' });
    }
    const rung = after(WAITS, offered('a'));
    expect(transition(rung, again)).toBe(rung);
  });
});
