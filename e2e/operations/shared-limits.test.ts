import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '../../packages/server/src/testing/redis.js';
import { freePort, OffhookProcess } from '../support/offhook-process.js';
import { OWN_ENVIRONMENT } from '../support/own-environment.js';

const PUBLIC_URL = 'http://localhost:8080';
const LIMIT = 25;
const HEADERS = { 'Content-Type': 'application/json', Origin: PUBLIC_URL };

let redis: TestRedis;
let directory: string;
let servers: { process: OffhookProcess; address: string }[] = [];

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
  const start = async (name: string) => {
    const port = await freePort();
    const process = await OffhookProcess.start(['start'], /Offhook is ready/, {
      ...OWN_ENVIRONMENT,
      PORT: String(port),
      PUBLIC_URL,
      NODE_ENV: 'production',
      REDIS_URL: redis.url,
      OFFHOOK_CONFIG: config,
      OFFHOOK_DATA: path.join(directory, name),
    });
    return { process, address: `http://127.0.0.1:${port}` };
  };
  servers = await Promise.all(['one', 'two'].map(start));
});
afterAll(async () => {
  await Promise.all(servers.map(({ process }) => process.stop()));
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
