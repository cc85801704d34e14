import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '../../packages/server/src/testing/redis.js';
import { freePort, OffhookProcess } from '../support/offhook-process.js';

const PUBLIC_URL = 'http://localhost:8080';
const LIMIT = 25;
const HEADERS = { 'Content-Type': 'application/json', Origin: PUBLIC_URL };

let redis: TestRedis;
let directory: string;
const servers: { process: OffhookProcess; address: string }[] = [];

beforeAll(async () => {
  redis = await startRedis();
  directory = await mkdtemp(path.join(tmpdir(), 'offhook-shared-'));
  const config = path.join(directory, 'offhook.yaml');
  await writeFile(
    config,
    `destinations: { support: { visitors: true, ring: [agent:alice] } }
agents: { alice: { name: Alice } }
limits: { callsPerIpPerDay: ${LIMIT}, callsPerSecond: 100000, callsPerSessionPerHour: 1000, concurrentPerIp: 1000, concurrentPerDestination: 1000 }`,
  );
  for (const name of ['one', 'two']) {
    const port = await freePort();
    const process = await OffhookProcess.start(['start'], /Offhook is ready/, {
      PORT: String(port),
      PUBLIC_URL,
      NODE_ENV: 'production',
      REDIS_URL: redis.url,
      OFFHOOK_VOICE: 'engine',
      OFFHOOK_CONFIG: config,
      OFFHOOK_DATA: path.join(directory, name),
      OFFHOOK_SESSION_KEYS: 'session-key-of-the-tests-0123456789-abc',
      TWILIO_ACCOUNT_SID: `AC${'1'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: 'auth-token-of-the-tests-0123456789',
      TWILIO_API_KEY: `SK${'2'.repeat(32)}`,
      TWILIO_API_SECRET: 'api-secret-of-the-tests-0123456789',
      TWILIO_APP_SID: `AP${'3'.repeat(32)}`,
    });
    servers.push({ process, address: `http://127.0.0.1:${port}` });
  }
});
afterAll(async () => {
  for (const { process } of servers) await process.stop();
  await redis.close();
  await rm(directory, { recursive: true, force: true });
});

it('two processes on one Redis let exactly the limit of 1,000 parallel requests pass', async () => {
  const [one, two] = servers;
  if (one === undefined || two === undefined) throw new Error('There are two servers.');
  const session = await fetch(`${one.address}/api/session`, { method: 'POST', headers: HEADERS, body: '{}' });
  const { sessionToken } = (await session.json()) as { sessionToken: string };
  const statuses = await Promise.all(
    Array.from({ length: 1000 }, async (_, index) => {
      const response = await fetch(`${(index % 2 === 0 ? one : two).address}/api/token`, {
        method: 'POST',
        headers: { ...HEADERS, Authorization: `Bearer ${sessionToken}` },
        body: '{"destination":"support"}',
      });
      await response.text();
      return response.status;
    }),
  );
  expect(statuses.filter((status) => status === 200)).toHaveLength(LIMIT);
  expect(statuses.filter((status) => status === 429)).toHaveLength(1000 - LIMIT);
});
