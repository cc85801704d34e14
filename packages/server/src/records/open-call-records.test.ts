import { FakePlatform } from '../testing/fake-platform.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { storedCall } from '../testing/call-record-store-suite.js';
import { TestClock, testConfig } from '../testing/test-server.js';
import { openCallRecords, type CallRecords } from './open-call-records.js';

const HOUR_MS = 3_600_000;
const logger = pino({ level: 'silent' });

let directory: string;
let records: CallRecords;
const clock = new TestClock();

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'offhook-records-'));
});
afterEach(async () => {
  vi.useRealTimers();
  await records.close();
  rmSync(directory, { recursive: true });
});

async function open(retentionDays?: number): Promise<void> {
  const yaml = retentionDays === undefined ? '{}' : `records: { retentionDays: ${retentionDays} }`;
  const config = testConfig({ yaml, env: { OFFHOOK_DATA: directory }, voice: { mode: 'twilio' } });
  records = await openCallRecords({ config, clock, logger, platform: new FakePlatform() });
}

async function ended(sid: string, startedAt: string): Promise<void> {
  await records.store.create(storedCall(sid, { startedAt: Date.parse(startedAt) }));
  const at = Date.parse(startedAt) + 1000;
  await records.store.report(sid, { type: 'caller-ended', end: { failed: false, at } });
}

const sids = async () => (await records.store.list({ limit: 10 })).map(({ sid }) => sid).toSorted();

describe('the upkeep of call records', () => {
  it('deletes what is older than the retention period, to the millisecond, over a day of 25 hours', async () => {
    // Europe sets its clocks back in the night to 25 October 2026: that day has 25 hours there.
    clock.set('2026-10-26T00:30:00Z');
    await open();
    await ended('CA-older', '2026-10-24T00:29:59.999Z');
    await ended('CA-exactly', '2026-10-24T00:30:00.000Z');
    await ended('CA-today', '2026-10-25T23:00:00.000Z');
    await records.close();
    await open(2);
    await expect.poll(sids).toEqual(['CA-exactly', 'CA-today']);
  });

  it('keeps everything without a retention period', async () => {
    clock.set('2026-10-26T00:30:00Z');
    await open();
    await ended('CA-old', '2016-01-01T00:00:00Z');
    await records.close();
    await open();
    expect(await sids()).toEqual(['CA-old']);
  });

  it('comes round every hour, and closes calls that no platform has spoken of for a day', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    clock.set('2026-07-01T10:00:00Z');
    await open(1);
    await ended('CA-done', '2026-07-01T09:00:00Z');
    await records.store.create(storedCall('CA-open', { startedAt: Date.parse('2026-07-01T09:00:00Z') }));
    clock.advance(22 * HOUR_MS);
    vi.advanceTimersByTime(HOUR_MS);
    expect(await sids()).toEqual(['CA-done', 'CA-open']);
    clock.advance(1.5 * HOUR_MS);
    vi.advanceTimersByTime(HOUR_MS);
    await expect.poll(sids).toEqual([]);
  });
});
