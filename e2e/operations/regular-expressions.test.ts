import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isSafe } from 'redos-detector';
import { parseAst } from 'vite';
import { expect, it } from 'vitest';

const PACKAGES = fileURLToPath(new URL('../../packages', import.meta.url));

interface Literal {
  file: string;
  pattern: string;
  flags: string;
}

/** Every regular expression in the sources of every package, as it is written. */
function literals(): Literal[] {
  const files = readdirSync(PACKAGES).flatMap((name) =>
    readdirSync(path.join(PACKAGES, name, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !/\.test\.ts$|(^|\/)testing\//.test(file))
      .map((file) => path.join(name, 'src', file)),
  );
  return files.flatMap((file) => literalsIn(file));
}

function literalsIn(file: string): Literal[] {
  const found: Literal[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || node instanceof RegExp) return;
    if ('regex' in node) {
      const { pattern, flags } = node.regex as { pattern: string; flags: string };
      found.push({ file, pattern, flags });
    }
    for (const child of Object.values(node)) visit(child);
  };
  visit(parseAst(readFileSync(path.join(PACKAGES, file), 'utf8'), { lang: 'ts' }));
  return found;
}

/** Counts the ways in which the same text can be matched, which is what makes a search slow. */
function isBounded({ pattern, flags }: Literal): boolean {
  return isSafe(new RegExp(pattern, flags), { maxScore: 1000 }).safe;
}

it('are all matched in a bounded number of steps', () => {
  const all = literals();
  expect(all.length).toBeGreaterThan(100);
  expect(all.filter((literal) => !isBounded(literal))).toEqual([]);
});

it('would be noticed if they were not', () => {
  for (const pattern of ['^(a+)+$', '^(a|ab)(c|bcd)*(d*)$', '%.*$', '^(\\w+\\s?)*$', 'a*a*b']) {
    expect([pattern, isBounded({ file: '', pattern, flags: '' })]).toEqual([pattern, false]);
  }
});
