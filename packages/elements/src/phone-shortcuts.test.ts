import type { PhoneState, SecondCall } from '@offhook/client';
import { expect, it } from 'vitest';
import { runShortcut, shortcutKeys, shortcutOf } from './phone-shortcuts.js';

const call = { direction: 'incoming', party: 'client:bob', parameters: {} } as const;
const incoming: PhoneState = { name: 'incoming', call, silenced: false };
const inCall: PhoneState = { name: 'in-call', call, muted: false, reconnecting: false };
const ringing: SecondCall = { name: 'ringing', call, ignored: false };
const aside: SecondCall = { name: 'aside', call, muted: false, reconnecting: false };
const key = (code: string, more = {}) => ({
  code,
  altKey: true,
  shiftKey: true,
  ctrlKey: false,
  metaKey: false,
  repeat: false,
  ...more,
});

it.each([
  ['KeyA', incoming, 'answer'],
  ['KeyA', inCall, undefined],
  ['KeyE', incoming, 'hang-up'],
  ['KeyE', inCall, 'hang-up'],
  ['KeyE', { name: 'ready' }, undefined],
  ['KeyM', inCall, 'mute'],
  ['KeyM', incoming, undefined],
  ['KeyS', incoming, 'silence'],
  ['KeyS', { ...incoming, silenced: true }, undefined],
  ['KeyF', { name: 'ready' }, 'search'],
  ['KeyQ', inCall, undefined],
] as const)('%s in %j means %s', (code, state, action) => {
  expect(shortcutOf(key(code), { state })).toBe(action);
});

it.each([
  ['KeyA', ringing, 'answer'],
  ['KeyA', aside, undefined],
  ['KeyE', ringing, 'hang-up'],
  ['KeyS', ringing, 'silence'],
  ['KeyS', { ...ringing, ignored: true }, undefined],
  ['KeyD', ringing, 'end-second'],
  ['KeyD', aside, 'end-second'],
  ['KeyD', { name: 'over', call, end: 'completed' }, undefined],
  ['KeyW', aside, 'swap'],
  ['KeyW', ringing, undefined],
] as const)('%s beside a call with %j means %s', (code, second, action) => {
  expect(shortcutOf(key(code), { state: inCall, second })).toBe(action);
});

it('does not swap before the front call is answered', () => {
  const state: PhoneState = { name: 'connecting', call };
  expect(shortcutOf(key('KeyW'), { state, second: aside })).toBeUndefined();
});

it.each([{ altKey: false }, { shiftKey: false }, { ctrlKey: true }, { metaKey: true }, { repeat: true }])(
  'means nothing with %j',
  (more) => {
    expect(shortcutOf(key('KeyM', more), { state: inCall })).toBeUndefined();
  },
);

it('is written as the keys are', () => {
  expect(shortcutKeys('hang-up')).toEqual(['Alt', 'Shift', 'E']);
});

it.each([
  ['answer', incoming, undefined, 'accept'],
  ['answer', inCall, ringing, 'second answerSecond'],
  ['silence', incoming, undefined, 'silence'],
  ['silence', inCall, ringing, 'second ignoreSecond'],
  ['hang-up', inCall, aside, 'hangUp'],
  ['mute', inCall, undefined, 'mute true'],
  ['mute', { ...inCall, muted: true }, undefined, 'mute false'],
  ['end-second', inCall, aside, 'second endSecond'],
  ['swap', inCall, aside, 'second swap'],
  ['search', inCall, aside, 'search'],
] as const)('%s, with %j and %j, does %s', (action, state, second, done) => {
  const log: string[] = [];
  runShortcut(
    action,
    { state, second },
    {
      perform: (name) => log.push(name),
      mute: (on) => log.push(`mute ${on}`),
      second: (name) => log.push(`second ${name}`),
      search: () => log.push('search'),
    },
  );
  expect(log).toEqual([done]);
});
