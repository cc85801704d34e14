/** The phone's keyboard shortcuts: single letters with Alt and Shift, which neither browsers nor screen readers use. */
import type { PhoneSnapshot } from '@offhook/client';
import type { SecondCallCommand } from './phone-events.js';

/** What can be done with a shortcut. */
export const SHORTCUT_ACTIONS = [
  'answer',
  'hang-up',
  'mute',
  'silence',
  'end-second',
  'swap',
  'search',
] as const;

/** See `SHORTCUT_ACTIONS`. */
export type ShortcutAction = (typeof SHORTCUT_ACTIONS)[number];

/** The key of each, by its place on a US keyboard (`KeyboardEvent.code`): Alt changes the letters of others. */
const CODES: Readonly<Record<ShortcutAction, string>> = {
  answer: 'KeyA',
  'hang-up': 'KeyE',
  mute: 'KeyM',
  silence: 'KeyS',
  'end-second': 'KeyD',
  swap: 'KeyW',
  search: 'KeyF',
};

/** The part of a keyboard event that matters. */
export type PressedKey = Pick<
  KeyboardEvent,
  'code' | 'altKey' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'repeat'
>;

/** The phone's calls, as far as they matter. */
type Calls = Pick<PhoneSnapshot, 'state' | 'second'>;

/** What a key means with these calls; undefined: nothing. */
export function shortcutOf(key: PressedKey, calls: Calls): ShortcutAction | undefined {
  if (!key.altKey || !key.shiftKey || key.ctrlKey || key.metaKey || key.repeat) return undefined;
  const action = SHORTCUT_ACTIONS.find((name) => CODES[name] === key.code);
  return action !== undefined && isPossible(action, calls) ? action : undefined;
}

/** What shortcuts are for. */
export interface ShortcutTargets {
  readonly perform: (name: 'accept' | 'hangUp' | 'silence') => void;
  readonly mute: (on: boolean) => void;
  readonly second: (name: SecondCallCommand) => void;
  readonly search: () => void;
}

/** Does what a key means with these calls. */
export function runShortcut(
  action: ShortcutAction,
  { state, second }: Calls,
  { perform, mute, second: performOnSecond, search }: ShortcutTargets,
): void {
  const isSecond = second?.name === 'ringing';
  switch (action) {
    case 'answer':
      return isSecond ? performOnSecond('answerSecond') : perform('accept');
    case 'silence':
      return isSecond ? performOnSecond('ignoreSecond') : perform('silence');
    case 'hang-up':
      return perform('hangUp');
    case 'mute':
      return mute(state.name === 'in-call' && !state.muted);
    case 'end-second':
      return performOnSecond('endSecond');
    case 'swap':
      return performOnSecond('swap');
    case 'search':
      search();
  }
}

/** Whether a key is one of a telephone's and is not written into a field. */
export function isKeypadKey(event: KeyboardEvent): boolean {
  const [target] = event.composedPath();
  const isTyping =
    (target instanceof HTMLInputElement && !target.readOnly) ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement;
  return !isTyping && /^[0-9*#]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey;
}

/** The keys as they are written on the keyboard. */
export function shortcutKeys(action: ShortcutAction): readonly string[] {
  return ['Alt', 'Shift', CODES[action].slice(-1)];
}

function isPossible(action: ShortcutAction, { state, second }: Calls): boolean {
  const isSecondRinging = state.name === 'in-call' && second?.name === 'ringing';
  switch (action) {
    case 'answer':
      return state.name === 'incoming' || isSecondRinging;
    case 'silence':
      return (state.name === 'incoming' && !state.silenced) || (isSecondRinging && !second.ignored);
    case 'mute':
      return state.name === 'in-call';
    case 'hang-up':
      return 'call' in state && state.name !== 'ended';
    case 'end-second':
      return second?.name === 'ringing' || second?.name === 'aside';
    case 'swap':
      return state.name === 'in-call' && second?.name === 'aside';
    case 'search':
      return true;
  }
}
