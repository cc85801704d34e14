import { FakePlatform } from '../testing/fake-platform.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, expect, it, vi } from 'vitest';
import { callbackRequest } from '../testing/callback-store-suite.js';
import { TestClock, testConfig } from '../testing/test-server.js';
import { openCallRecords } from './open-call-records.js';

const DAY_MS = 24 * 3_600_000;
const directories: string[] = [];

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

it('keeps callback requests over a restart, and deletes those that are too old', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'offhook-data-'));
  directories.push(directory);
  const config = testConfig({ yaml: 'records: { retentionDays: 30 }', env: { OFFHOOK_DATA: directory } });
  const clock = new TestClock();
  const logger = pino({ level: 'silent' });
  const first = await openCallRecords({ config, clock, logger, platform: new FakePlatform() });
  await first.callbacks.create(callbackRequest(1, { createdAt: clock.now() - 20 * DAY_MS }));
  await first.callbacks.create(callbackRequest(2, { createdAt: clock.now() }));
  await first.close();

  clock.advance(15 * DAY_MS);
  const second = await openCallRecords({ config, clock, logger, platform: new FakePlatform() });
  await vi.waitFor(async () => {
    const left = await second.callbacks.list({ limit: 10 });
    expect(left.map(({ id }) => id)).toEqual([callbackRequest(2).id]);
  });
  await second.close();
});
