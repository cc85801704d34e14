import { describe, expect, it } from 'vitest';
import { transition } from './phone-state.js';
import type { PhoneCall, PhoneEvent, PhoneState } from './phone-state.js';

const outgoing: PhoneCall = { direction: 'outgoing', party: 'client:bob', parameters: {} };
const incoming: PhoneCall = { direction: 'incoming', party: 'client:bob', sid: 'CA1', parameters: {} };
const problem = { code: 'microphone-denied' } as const;

const states = {
  offline: { name: 'offline' },
  registering: { name: 'registering' },
  ready: { name: 'ready' },
  'ready with problem': { name: 'ready', problem },
  asking: { name: 'asking-for-microphone', call: outgoing },
  'asking to answer': { name: 'asking-for-microphone', call: incoming },
  connecting: { name: 'connecting', call: outgoing },
  answering: { name: 'connecting', call: incoming },
  ringing: { name: 'ringing', call: outgoing, earlyMedia: false },
  incoming: { name: 'incoming', call: incoming, silenced: false },
  'in call': { name: 'in-call', call: outgoing, muted: false, reconnecting: false },
  muted: { name: 'in-call', call: outgoing, muted: true, reconnecting: false },
  reconnecting: { name: 'in-call', call: outgoing, muted: false, reconnecting: true },
  ended: { name: 'ended', call: outgoing, end: 'ended' },
  completed: { name: 'ended', call: outgoing, end: 'completed', seconds: 5 },
  failed: { name: 'ended', call: outgoing, end: 'failed', problem },
} satisfies Record<string, PhoneState>;

const events = {
  start: { type: 'start' },
  registered: { type: 'registered' },
  'line-lost': { type: 'line-lost' },
  'went-offline': { type: 'went-offline', retryInSeconds: 2 },
  dial: { type: 'dial', to: 'client:bob' },
  'microphone-prompted': { type: 'microphone-prompted' },
  'microphone-allowed': { type: 'microphone-allowed' },
  'microphone-failed': { type: 'microphone-failed', problem },
  ringing: { type: 'ringing', sid: 'CA2', earlyMedia: true },
  answered: { type: 'answered', sid: 'CA2' },
  incoming: { type: 'incoming', from: 'client:bob', sid: 'CA1', parameters: {} },
  silence: { type: 'silence' },
  answer: { type: 'answer' },
  mute: { type: 'muted', on: true },
  unmute: { type: 'muted', on: false },
  reconnecting: { type: 'reconnecting' },
  reconnected: { type: 'reconnected' },
  ended: { type: 'ended', end: 'busy' },
  'end-known': { type: 'end-known', end: 'declined' },
  'reset up': { type: 'reset', registered: true },
  'reset down': { type: 'reset', registered: false },
  dismiss: { type: 'dismiss' },
} satisfies Record<string, PhoneEvent>;

type StateName = keyof typeof states;
type EventName = keyof typeof events;

const named: PhoneCall = { ...outgoing, sid: 'CA2' };
const answered: PhoneState = { name: 'in-call', call: named, muted: false, reconnecting: false };
const offline: PhoneState = { name: 'offline', retryInSeconds: 2, problem: undefined };
const busy = (call: PhoneCall): PhoneState => ({
  name: 'ended',
  call,
  end: 'busy',
  seconds: undefined,
  problem: undefined,
});
const failed: PhoneState = { name: 'ended', call: outgoing, end: 'failed', problem };
const ringingAgain: PhoneState = { name: 'incoming', call: incoming, silenced: true, problem };
const heard: PhoneState = { name: 'ringing', call: named, earlyMedia: true };

/** Every transition there is. What is not listed changes nothing. */
const table: Record<StateName, Partial<Record<EventName, PhoneState>>> = {
  offline: {
    start: states.registering,
    registered: states.ready,
    'line-lost': states.registering,
    'went-offline': offline,
  },
  registering: { registered: states.ready, 'went-offline': offline, incoming: states.incoming },
  ready: {
    'line-lost': states.registering,
    'went-offline': offline,
    dial: states.connecting,
    incoming: states.incoming,
  },
  'ready with problem': {
    'line-lost': states.registering,
    'went-offline': offline,
    dial: states.connecting,
    incoming: states.incoming,
    dismiss: states.ready,
  },
  asking: {
    'microphone-allowed': states.connecting,
    'microphone-failed': failed,
    ended: busy(outgoing),
  },
  'asking to answer': {
    'microphone-allowed': states.answering,
    'microphone-failed': ringingAgain,
    ended: busy(incoming),
  },
  connecting: {
    'microphone-prompted': states.asking,
    'microphone-failed': failed,
    ringing: heard,
    answered,
    ended: busy(outgoing),
  },
  answering: {
    'microphone-prompted': states['asking to answer'],
    'microphone-failed': ringingAgain,
    ringing: { name: 'ringing', call: { ...incoming, sid: 'CA2' }, earlyMedia: true },
    answered: { name: 'in-call', call: { ...incoming, sid: 'CA2' }, muted: false, reconnecting: false },
    ended: busy(incoming),
  },
  ringing: { ringing: heard, answered, ended: busy(outgoing) },
  incoming: {
    silence: { name: 'incoming', call: incoming, silenced: true },
    answer: states.answering,
    ended: busy(incoming),
  },
  'in call': { mute: states.muted, reconnecting: states.reconnecting, ended: busy(outgoing) },
  muted: {
    unmute: states['in call'],
    reconnecting: { ...states.muted, reconnecting: true },
    ended: busy(outgoing),
  },
  reconnecting: {
    mute: { ...states.reconnecting, muted: true },
    reconnected: states['in call'],
    ended: busy(outgoing),
  },
  ended: {
    dial: states.connecting,
    incoming: states.incoming,
    'end-known': { name: 'ended', call: outgoing, end: 'declined', problem: undefined },
    'reset up': { name: 'ready', problem: undefined },
    'reset down': states.registering,
  },
  completed: {
    dial: states.connecting,
    incoming: states.incoming,
    'reset up': { name: 'ready', problem: undefined },
    'reset down': states.registering,
  },
  failed: {
    dial: states.connecting,
    incoming: states.incoming,
    'reset up': states['ready with problem'],
    'reset down': states.registering,
  },
};

describe('transition', () => {
  for (const stateName of Object.keys(states) as StateName[]) {
    for (const eventName of Object.keys(events) as EventName[]) {
      const state: PhoneState = states[stateName];
      const expected = table[stateName][eventName];
      it(`${expected ? 'goes on' : 'stays'} when "${stateName}" meets "${eventName}"`, () => {
        const next = transition(state, events[eventName]);
        expect(next).toEqual(expected ?? state);
        // An event that means nothing must not look like a change.
        expect(next === state).toBe(expected === undefined);
      });
    }
  }
});
