import { expect, it } from 'vitest';
import { parsePreferences, PreferenceStore } from './phone-preferences.js';

it.each([undefined, null, 'x', 7, [], {}, { shortcuts: 'no', wrapUpSeconds: 17, callerId: 5 }])(
  'makes the defaults of %j',
  (stored) => {
    expect(parsePreferences(stored)).toEqual({ shortcuts: true, notifications: false, wrapUpSeconds: 0 });
  },
);

function memoryStorage(): Storage {
  const texts = new Map<string, string>();
  return {
    getItem: (key: string) => texts.get(key) ?? null,
    setItem: (key: string, text: string) => void texts.set(key, text),
  } as unknown as Storage;
}

it('remembers what was set, also for the next tab', () => {
  const storage = memoryStorage();
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

it('keeps from the next agent at the same computer what the last one dialed and chose', () => {
  const storage = memoryStorage();
  const store = new PreferenceStore(() => storage);
  store.open('alice');
  store.set({ lastDialed: '+16175550100', callerId: '+16175550199' });
  store.open('bob');
  expect(store.get().lastDialed).toBeUndefined();
  expect(store.get().callerId).toBeUndefined();
  store.open('alice');
  expect(store.get().lastDialed).toBe('+16175550100');
});
