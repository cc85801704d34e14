import type { PhoneState } from '@offhook/client';
import { expect, it } from 'vitest';
import { shortcutKeys, shortcutOf } from './phone-shortcuts.js';

const call = { direction: 'incoming', party: 'client:bob', parameters: {} } as const;
const incoming: PhoneState = { name: 'incoming', call, silenced: false };
const inCall: PhoneState = { name: 'in-call', call, muted: false, reconnecting: false };
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
  expect(shortcutOf(key(code), state)).toBe(action);
});

it.each([{ altKey: false }, { shiftKey: false }, { ctrlKey: true }, { metaKey: true }, { repeat: true }])(
  'means nothing with %j',
  (more) => {
    expect(shortcutOf(key('KeyM', more), inCall)).toBeUndefined();
  },
);

it('is written as the keys are', () => {
  expect(shortcutKeys('hang-up')).toEqual(['Alt', 'Shift', 'E']);
});
