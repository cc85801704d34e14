import { describe, expect, it } from 'vitest';
import { en } from './en.js';
import { ja } from './ja.js';
import { launcherTextsFor } from './launcher-texts.js';
import { loadTexts } from './load-texts.js';

/** Every sentence of a locale by its path; those that take something are told one and the same thing. */
function sentences(texts: object, path = ''): Map<string, string> {
  const entries = Object.entries(texts).flatMap(([key, value]: [string, unknown]): [string, string][] => {
    const name = `${path}${key}`;
    if (typeof value === 'string') return [[name, value]];
    if (typeof value === 'function') return [[name, String((value as (it: never) => unknown)(7 as never))]];
    return [...sentences(value as object, `${name}.`)];
  });
  return new Map(entries);
}

describe.each([
  ['panel and phone', en, ja],
  ['launcher', launcherTextsFor('en-GB'), launcherTextsFor('ja-JP')],
])('the texts of the %s', (_what, english, japanese) => {
  it('exist in both languages, and none was left in English', () => {
    const [one, other] = [sentences(english), sentences(japanese)];
    expect([...other.keys()]).toEqual([...one.keys()]);
    const left = [...other].filter(([name, text]) => text.trim() === '' || text === one.get(name));
    expect(left).toEqual([]);
  });
});

it('loads one language, and English where there is none', async () => {
  expect(await loadTexts('ja-JP')).toBe(ja);
  expect(await loadTexts('en-AU')).toBe(en);
  expect(await loadTexts('tlh')).toBe(en);
});
