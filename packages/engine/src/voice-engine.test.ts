import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { parseEngineConfig } from './config.js';
import { createVoiceEngine, type VoiceEngine } from './voice-engine.js';

function start(dataDirectory: string): Promise<VoiceEngine> {
  return createVoiceEngine({
    config: parseEngineConfig({
      accounts: [
        { sid: `AC${'1'.repeat(32)}`, authToken: 'auth-token-of-the-account', apiKeys: [], applications: [] },
      ],
      dataDirectory,
    }),
    clock: { now: () => new Date(), monotonicMs: () => performance.now() },
    logger: pino({ level: 'silent' }),
  });
}

it('has its data directory to itself until it is closed, or does not start', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'engine-'));
  const first = await start(directory);
  await expect(start(directory)).rejects.toMatchObject({ code: 'data-in-use' });
  await first.close();
  writeFileSync(join(directory, 'resources.json'), 'nonsense');
  await expect(start(directory)).rejects.toMatchObject({ code: 'invalid-data' });
  rmSync(join(directory, 'resources.json'));
  await (await start(directory)).close();
  rmSync(directory, { recursive: true });
});

it.each(['queues.json', 'status-callbacks.jsonl', 'recordings'])(
  'leaves no process behind when %s cannot be read',
  async (name) => {
    const directory = mkdtempSync(join(tmpdir(), 'engine-'));
    if (name === 'recordings') writeFileSync(join(directory, name), 'a file in place of a directory');
    else mkdirSync(join(directory, name));
    const children = (): number =>
      process.getActiveResourcesInfo().filter((resource) => resource === 'ProcessWrap').length;
    const before = children();
    await expect(start(directory)).rejects.toThrow();
    expect(children()).toBe(before);
    rmSync(directory, { recursive: true });
  },
);
