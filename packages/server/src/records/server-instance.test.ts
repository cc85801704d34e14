import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServerError } from '../errors.js';
import { TestClock } from '../testing/test-server.js';
import { claimInstance } from './server-instance.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'offhook-instance-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function faultOf(dataDirectory: string): unknown {
  try {
    claimInstance(dataDirectory, new TestClock()).close();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('a data directory that cannot be used', () => {
  it('is refused in one line when it is a file, or lies below one', () => {
    const file = join(directory, 'file');
    writeFileSync(file, '');
    for (const path of [file, join(file, 'below')]) {
      const fault = faultOf(path);
      expect(fault).toBeInstanceOf(ServerError);
      expect(fault).toMatchObject({ code: 'data-unusable' });
      expect(String(fault)).toContain(`OFFHOOK_DATA: ${path} cannot be used: `);
      expect(String(fault)).toMatch(/is a file, not a directory\.$/);
    }
  });

  it('is refused in one line when its file cannot be written', () => {
    mkdirSync(join(directory, 'instance.json'));
    expect(faultOf(directory)).toMatchObject({ code: 'data-unusable' });
  });
});

it('keeps its id over restarts', () => {
  const first = claimInstance(directory, new TestClock());
  first.close();
  const second = claimInstance(directory, new TestClock());
  second.close();
  expect(second.id).toBe(first.id);
});
