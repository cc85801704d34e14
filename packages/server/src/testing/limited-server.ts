/** A server whose limits count, and visitors who ask it for tokens. */
import { expect } from 'vitest';
import { TestServer, testConfig } from './test-server.js';

/** Limits that no test reaches. */
const ROOMY = {
  callsPerSecond: 1_000_000,
  callsPerIpPerDay: 1_000_000,
  callsPerSessionPerHour: 1_000_000,
  concurrentPerIp: 1_000_000,
  concurrentPerDestination: 1_000_000,
};

/** A public server, where every limit counts, with all limits wide open but those given. */
export function limited(
  limits: Partial<typeof ROOMY> = {},
  more: { policy?: string; env?: Record<string, string> } = {},
) {
  const yaml = `
destinations:
  support: { visitors: true, ring: [agent:alice], timeoutSeconds: 20 }
  sales: { visitors: true, ring: [agent:alice] }
  phone: { visitors: true, ring: ["number:+16175550123"], callerId: "+16175550100", maxMinutes: 10 }
agents: { alice: { name: Alice, callerIds: ["+16175550100"] } }
numbers: { "+16175550100": { destination: support } }
limits: ${JSON.stringify({ ...ROOMY, ...limits })}
policy: { countries: [US], ${more.policy ?? ''} }
`;
  const server = new TestServer(
    testConfig({ yaml, env: { PUBLIC_URL: 'https://calls.example.com', ...more.env } }),
  );
  server.peer = '203.0.113.9';
  return server;
}

/** What presents a session. */
type Headers = { Authorization: string };

/** Asks for a token. */
export async function ask(
  server: TestServer,
  headers: Headers,
  more: Record<string, string> = {},
  destination = 'support',
) {
  return server.post('/api/token', { destination }, { ...headers, ...more });
}

/** How many of `count` requests at once get a token. */
export async function askMany(server: TestServer, count: number, headers: Headers): Promise<number> {
  const answers = await Promise.all(Array.from({ length: count }, () => ask(server, headers)));
  expect(answers.every(({ status }) => status === 200 || status === 429)).toBe(true);
  return answers.filter(({ status }) => status === 200).length;
}

/** How many of `count` visitors at once get a token. */
export async function visitMany(server: TestServer, count: number): Promise<number> {
  const visitors = await Promise.all(Array.from({ length: count }, () => server.openSession()));
  const answers = await Promise.all(visitors.map(([, headers]) => ask(server, headers)));
  return answers.filter(({ status }) => status === 200).length;
}
