import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeJsonFile } from './json-file.js';

it('a file that cannot be written is left as it was, and nothing stays open', () => {
  const directory = mkdtempSync(join(tmpdir(), 'json-'));
  const file = join(directory, 'kept.json');
  writeJsonFile(file, { kept: true });
  symlinkSync('/dev/full', `${file}.new`);
  const openFiles = (): number => readdirSync('/proc/self/fd').length;
  const before = openFiles();
  for (let i = 0; i < 20; i += 1) expect(() => writeJsonFile(file, { kept: false })).toThrow('ENOSPC');
  // Other tests of the process may open a few.
  expect(openFiles()).toBeLessThan(before + 10);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ kept: true });
  rmSync(directory, { recursive: true });
});
