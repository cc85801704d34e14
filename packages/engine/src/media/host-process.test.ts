import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMediaGateway } from './media-gateway.js';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'offhook-host-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

it('refuses a request that makes no sense, instead of leaving it unanswered', async () => {
  const gateway = createMediaGateway({ logger: pino({ level: 'silent' }) });
  const request = gateway.openVirtualLeg({ legId: 'a'.repeat(1000), codec: 'pcmu', behaviour: 'echo' });
  await expect(request).rejects.toMatchObject({ code: 'transport-failed' });
  await gateway.close();
});

it('gives a media host seconds to start, as it needs on a busy machine', async () => {
  const hostEntry = join(directory, 'slow-host.mjs');
  const host = createRequire(import.meta.url).resolve('@offhook/engine/media-host');
  // The time itself is what is tested: longer than a host that runs may be silent.
  const program = `await new Promise((go) => setTimeout(go, 3000)); await import(${JSON.stringify(host)});`;
  writeFileSync(hostEntry, program);
  const gateway = createMediaGateway({ logger: pino({ level: 'silent' }), hostEntry });
  const pid = gateway.hostPid;
  await gateway.openVirtualLeg({ legId: 'a', codec: 'pcmu', behaviour: 'echo' });
  expect(gateway.hostPid).toBe(pid);
  await gateway.close();
});
