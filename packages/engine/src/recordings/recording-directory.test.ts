import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RecordingRecord } from '../calls/recording-record.js';
import { RecordingDirectory } from './recording-directory.js';

const RECORD: RecordingRecord = {
  sid: `RE${'1'.repeat(32)}`,
  accountSid: `AC${'2'.repeat(32)}`,
  callSid: `CA${'3'.repeat(32)}`,
  conferenceSid: null,
  source: 'DialVerb',
  channels: 2,
  track: 'both',
  status: 'in-progress',
  startTime: '2026-01-02T03:04:05.000Z',
  updatedAt: '2026-01-02T03:04:05.000Z',
  durationSeconds: null,
  errorCode: null,
};

it('marks as cut what a process was recording when it was killed, and reads nothing that is broken', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'recording-directory-'));
  const limits = { maxMegabytes: 1, minFreeMegabytes: 0, keepDays: 1 };
  const files = new RecordingDirectory({ directory, limits, now: () => new Date() });
  const [whole, empty] = [RECORD, { ...RECORD, sid: `RE${'4'.repeat(32)}`, status: 'paused' as const }];
  for (const record of [whole, empty]) files.save(record);
  writeFileSync(files.path(whole.sid), Buffer.alloc(44 + 3 * 32_000));
  writeFileSync(join(directory, `RE${'5'.repeat(32)}.json`), '{"sid":');
  const records = await files.load();
  expect(
    records.map(({ status, durationSeconds, errorCode }) => [status, durationSeconds, errorCode]),
  ).toEqual([
    ['completed', 3, 53405],
    ['absent', 0, 53405],
  ]);
  rmSync(directory, { recursive: true });
});
