import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDataDirectory } from './data-lock.js';

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lock-'));
  file = join(directory, 'engine.lock');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Rewrites who owns the directory. */
async function leaveBehind(changes: Record<string, unknown>): Promise<void> {
  const lock = await lockDataDirectory(directory);
  const written: Record<string, unknown> = JSON.parse(readFileSync(file, 'utf8'));
  lock.release();
  writeFileSync(file, JSON.stringify({ ...written, ...changes }));
}

describe('a data directory', () => {
  it('is refused to a second engine, with its name and what to do', async () => {
    const lock = await lockDataDirectory(directory);
    await expect(lockDataDirectory(directory)).rejects.toMatchObject({
      code: 'data-in-use',
      message: expect.stringContaining(`${directory} is in use by another engine (process ${process.pid}`),
    });
    lock.release();
  });

  it('is free again when it is given back, and holds nothing of the lock', async () => {
    (await lockDataDirectory(directory)).release();
    expect(readdirSync(directory)).toEqual([]);
    (await lockDataDirectory(directory)).release();
  });

  it('is made when it is not there', async () => {
    const inner = join(directory, 'a', 'b');
    (await lockDataDirectory(inner)).release();
    expect(readdirSync(join(directory, 'a'))).toEqual(['b']);
  });

  it('is taken over from a process that was killed', async () => {
    const owner = spawn('sleep', ['60']);
    await once(owner, 'spawn');
    await leaveBehind({ pid: owner.pid, began: beganOf(owner.pid ?? 0) });
    await expect(lockDataDirectory(directory)).rejects.toThrow(`process ${owner.pid}`);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    (await lockDataDirectory(directory)).release();
  });

  it('is taken over when the number of the process has gone to another one', async () => {
    await leaveBehind({ began: '1' });
    (await lockDataDirectory(directory)).release();
  });

  it('is taken over from a file that no engine wrote', async () => {
    writeFileSync(file, '{"id":');
    (await lockDataDirectory(directory)).release();
  });

  it('is refused while an engine elsewhere touches the file, and had once it no longer does', async () => {
    await leaveBehind({ host: 'another-container' });
    const beat = setInterval(() => utimesSync(file, new Date(), new Date()), 300);
    await expect(lockDataDirectory(directory)).rejects.toThrow('another-container');
    clearInterval(beat);
    (await lockDataDirectory(directory)).release();
  });

  it('goes to one of many that take it over at the same moment', async () => {
    await leaveBehind({ began: '1' });
    const takers = await Promise.allSettled(Array.from({ length: 8 }, () => lockDataDirectory(directory)));
    const locks = takers.flatMap((taker) => (taker.status === 'fulfilled' ? [taker.value] : []));
    expect(locks).toHaveLength(1);
    locks[0]?.release();
  });

  it('that cannot be one is named', async () => {
    writeFileSync(join(directory, 'file'), '');
    await expect(lockDataDirectory(join(directory, 'file'))).rejects.toMatchObject({
      code: 'data-unusable',
      message: expect.stringContaining(join(directory, 'file')),
    });
  });
});

function beganOf(pid: number): string | undefined {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19];
}
