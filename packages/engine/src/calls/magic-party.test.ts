import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { magicByIdentity, magicByNumber, MAGIC_NUMBERS, TIMED_MAGIC_NUMBERS } from './magic-party.js';

const page = readFileSync(new URL('../../../../docs/magic-destinations.md', import.meta.url), 'utf8');

it('finds magic destinations by number and by identity', () => {
  expect(magicByNumber('+15005550100')).toEqual({ name: 'echo' });
  expect(magicByIdentity('magic_keypad_readback')).toEqual({ name: 'keypad-readback' });
  expect(magicByNumber('+15005550113')).toEqual({ name: 'answers-after', seconds: 3 });
  expect(magicByIdentity('magic_hangs_up_after_0')).toEqual({ name: 'hangs-up-after', seconds: 0 });
  expect(magicByNumber('+15005550130')).toEqual({ name: 'bad-network' });
  for (const nobody of [
    '+15005550107',
    '+1500555011x',
    'magic_answers_after_',
    'magic_answers_after_10',
    '',
  ]) {
    expect(magicByNumber(nobody) ?? magicByIdentity(nobody)).toBeUndefined();
  }
});

it('has every magic destination on its page', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  const expected = [
    ...Object.entries(MAGIC_NUMBERS).map(([name, number]) => [
      name,
      number,
      `magic_${name.replaceAll('-', '_')}`,
    ]),
    ...Object.entries(TIMED_MAGIC_NUMBERS).map(([name, number]) => [
      `${name}-N`,
      `${number}N`,
      `magic_${name.replaceAll('-', '_')}_N`,
    ]),
  ];
  const written = rows.map((row) =>
    row
      .split('|')
      .slice(1, 4)
      .map((cell) => cell.replaceAll('`', '').trim()),
  );
  const lines = (cells: string[][]): Set<string> => new Set(cells.map((row) => row.join(' ')));
  expect(lines(written)).toEqual(lines(expected));
});
