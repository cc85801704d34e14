import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { afterEach, expect, it, vi } from 'vitest';
import { RequestError } from '../errors.js';
import { MemoryCallbackStore } from '../stores/memory-callback-store.js';
import { MemoryCallRecordStore } from '../stores/memory-call-record-store.js';
import { storedCall } from '../testing/call-record-store-suite.js';
import { callSid, TestServer, testConfig } from '../testing/test-server.js';
import { csvLine } from './csv.js';

const YAML = `
agents: { alice: { name: Alice, supervisor: true } }
destinations: { support: { visitors: true, ring: [agent:alice] } }
`;
const DOWN = new RequestError(503, 'records-unavailable', 'The database is down.');

afterEach(() => vi.restoreAllMocks());

it.each(['/api/calls.csv', '/api/callback-requests.csv'])(
  '%s answers 503 while the database is down',
  async (path) => {
    const calls = new MemoryCallRecordStore();
    const callbacks = new MemoryCallbackStore();
    vi.spyOn(calls, 'list').mockRejectedValue(DOWN);
    vi.spyOn(callbacks, 'list').mockRejectedValue(DOWN);
    const server = new TestServer(testConfig({ yaml: YAML }), { stores: { calls, callbacks } });
    const [, alice] = await server.openSession({ identity: 'alice' });
    const response = await server.get(path, alice);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: { code: 'records-unavailable' } });
  },
);

it('an export whose later rows cannot be read breaks off, and prints nothing', async () => {
  const calls = new MemoryCallRecordStore();
  for (let index = 0; index < 600; index += 1) await calls.create(storedCall(callSid(index)));
  const read = calls.list.bind(calls);
  vi.spyOn(calls, 'list').mockImplementation((selection) =>
    selection.after === undefined ? read(selection) : Promise.reject(DOWN),
  );
  const printed = [vi.spyOn(console, 'error'), vi.spyOn(console, 'info')];
  const server = new TestServer(testConfig({ yaml: YAML }), { stores: { calls } });
  const [, alice] = await server.openSession({ identity: 'alice' });
  const listener = createAdaptorServer({ fetch: server.app.fetch });
  await new Promise<void>((resolve) => void listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  const download = fetch(`http://127.0.0.1:${port}/api/calls.csv`, { headers: alice });
  await expect(download.then((response) => response.text())).rejects.toThrow();
  await new Promise((resolve) => void listener.close(resolve));
  for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  expect(server.logLines.join('')).toContain('export cut short');
});

it.each([
  '＝cmd()',
  '＋1',
  '－1',
  '＠SUM(A1)',
  '\u200B=1',
  '\uFEFF\u2060＝1',
  '\u00AD+1',
  '\u0000=1',
  '\u3164=1',
])('makes plain text of %j', (text) => expect(csvLine([text])).toBe(`"'${text}"\r\n`));

it.each(['Ann = Bob', '\u200Bhello', 'a-b', '', ' '])('leaves %j as it is', (text) =>
  expect(csvLine([text])).toBe(`"${text}"\r\n`),
);
