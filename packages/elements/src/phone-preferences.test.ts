import { expect, it } from 'vitest';
import { parsePreferences, PreferenceStore } from './phone-preferences.js';

it.each([undefined, null, 'x', 7, [], {}, { shortcuts: 'no', wrapUpSeconds: 17, callerId: 5 }])(
  'makes the defaults of %j',
  (stored) => {
    expect(parsePreferences(stored)).toEqual({ shortcuts: true, notifications: false, wrapUpSeconds: 0 });
  },
);

it('remembers what was set, also for the next tab', () => {
  const texts = new Map<string, string>();
  const storage = {
    getItem: (key: string) => texts.get(key) ?? null,
    setItem: (key: string, text: string) => void texts.set(key, text),
  } as unknown as Storage;
  const store = new PreferenceStore(() => storage);
  const other = new PreferenceStore(() => storage);
  expect(other.get().shortcuts).toBe(true);
  store.set({ shortcuts: false, callerId: '+16175550100' });
  store.set({ wrapUpSeconds: 30 });
  other.forget();
  const expected = { shortcuts: false, notifications: false, wrapUpSeconds: 30, callerId: '+16175550100' };
  expect(other.get()).toEqual(expected);
});

it('keeps what was set where the page may store nothing', () => {
  const store = new PreferenceStore(() => {
    throw new Error('denied');
  });
  store.set({ shortcuts: false });
  expect(store.get().shortcuts).toBe(false);
});
