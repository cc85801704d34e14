import { describe, expect, it } from 'vitest';
import { InsightsStore } from './insights-store.js';

const event = (name: string, payload: unknown) => ({
  group: 'connection',
  name,
  timestamp: `2026-01-01T00:00:0${name}Z`,
  payload,
});
const names = (store: InsightsStore, callSid: string) => store.eventsOf(callSid).map(({ name }) => name);

describe('the events of calls', () => {
  it('are found by either id of a call, in the order in which they happened', () => {
    const store = new InsightsStore();
    store.add(event('2', { temp_call_sid: 'TJS1', call_sid: 'CA1' }));
    store.add(event('1', { temp_call_sid: 'TJS1' }));
    store.add(event('3', [{ call_sid: 'CA1', mos: 4.1 }]));
    store.add(event('4', { call_sid: 'CA2' }));
    expect(names(store, 'CA1')).toEqual(['1', '2', '3']);
    expect(names(store, 'TJS1')).toEqual(['1', '2', '3']);
    expect(store.eventsOf('CA2')).toEqual([event('4', { call_sid: 'CA2' })]);
  });

  it('take no more memory for one call, or for all, than is theirs', () => {
    const store = new InsightsStore();
    store.add(event('0', { call_sid: 'CA-first' }));
    const large = 'x'.repeat(200_000);
    for (let call = 0; call < 18; call += 1)
      for (const name of ['1', '2', '3']) store.add(event(name, { call_sid: `CA${call}`, large }));
    expect(names(store, 'CA-first')).toEqual(['0']);
    expect(names(store, 'CA17')).toEqual(['1', '2']);
    for (const call of [18, 19])
      for (const name of ['1', '2']) store.add(event(name, { call_sid: `CA${call}`, large }));
    expect([names(store, 'CA-first'), names(store, 'CA0'), names(store, 'CA1')]).toEqual([
      [],
      [],
      ['1', '2'],
    ]);
    expect(names(store, 'CA19')).toEqual(['1', '2']);
  });
});
