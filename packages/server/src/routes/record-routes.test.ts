import type { CallRecord } from '@offhook/contract';
import { describe, expect, it } from 'vitest';
import { MemoryCallRecordStore } from '../stores/memory-call-record-store.js';
import { storedCall } from '../testing/call-record-store-suite.js';
import { callSid, TestServer, testConfig } from '../testing/test-server.js';
import { callLine } from './call-csv.js';

const YAML = `
agents:
  alice: { name: Alice, supervisor: true }
  bob: { name: Bob }
destinations: { support: { visitors: true, ring: [agent:bob] } }
`;

async function serverWithCalls() {
  const calls = new MemoryCallRecordStore();
  const server = new TestServer(testConfig({ yaml: YAML }), { stores: { calls } });
  for (let index = 0; index < 7; index += 1) {
    await calls.create(
      storedCall(callSid(index), { startedAt: Date.parse('2026-07-01T10:00:00Z') + index * 1000 }),
    );
  }
  await calls.report(callSid(3), { type: 'leg-answered', callSid: callSid(99), to: 'client:bob', at: 1 });
  const [, alice] = await server.openSession({ identity: 'alice' });
  const [, bob] = await server.openSession({ identity: 'bob' });
  const [, visitor] = await server.openSession();
  return { server, calls, alice, bob, visitor };
}

async function listed(response: Response): Promise<{ sids: string[]; nextCursor?: string }> {
  expect(response.status).toBe(200);
  const { calls, nextCursor } = (await response.json()) as { calls: CallRecord[]; nextCursor?: string };
  return { sids: calls.map(({ sid }) => sid), ...(nextCursor !== undefined && { nextCursor }) };
}

describe('call records', () => {
  it('come in pages that hold every call once', async () => {
    const { server, alice } = await serverWithCalls();
    const sids: string[] = [];
    let cursor: string | undefined = '';
    for (let pages = 0; cursor !== undefined && pages < 10; pages += 1) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = await listed(await server.get(`/api/calls?limit=3${query}`, alice));
      sids.push(...page.sids);
      cursor = page.nextCursor;
    }
    expect(sids).toEqual([6, 5, 4, 3, 2, 1, 0].map(callSid));
  });

  it.each([
    'limit=1e9',
    'limit=0',
    'limit=201',
    'limit=-1',
    'limit=x',
    'cursor=x',
    'cursor=MSBDQQ',
    'status=x',
    'since=yesterday',
    'sort=from',
    'limit=1&limit=2',
    "to='&__proto__=1",
  ])('refuse the query %s', async (query) => {
    const { server, alice } = await serverWithCalls();
    expect((await server.get(`/api/calls?${query}`, alice)).status).toBe(400);
  });

  it('are narrowed by time, text and state', async () => {
    const { server, alice } = await serverWithCalls();
    const list = async (query: string) => (await listed(await server.get(`/api/calls?${query}`, alice))).sids;
    expect(await list('since=2026-07-01T10:00:05Z')).toEqual([callSid(6), callSid(5)]);
    expect(await list('until=2026-07-01T12:00:01%2B02:00')).toEqual([callSid(0)]);
    expect(await list('status=in-progress')).toEqual([callSid(3)]);
    expect(await list('from=VISITOR&destination=support&limit=1')).toEqual([callSid(6)]);
    expect(await list('direction=outbound')).toEqual([]);
  });

  it('show an agent only the calls it took part in', async () => {
    const { server, bob } = await serverWithCalls();
    expect((await listed(await server.get('/api/calls', bob))).sids).toEqual([callSid(3)]);
    expect((await server.get(`/api/calls/${callSid(3)}`, bob)).status).toBe(200);
    expect((await server.get(`/api/calls/${callSid(4)}`, bob)).status).toBe(404);
    expect(await (await server.get('/api/calls.csv', bob)).text()).not.toContain(callSid(4));
    expect((await server.post('/api/calls/erase', { party: 'visitor_1' }, bob)).status).toBe(403);
  });

  it('are nothing for visitors and strangers', async () => {
    const { server, visitor } = await serverWithCalls();
    for (const path of ['/api/calls', '/api/calls.csv', `/api/calls/${callSid(3)}`]) {
      expect((await server.get(path, visitor)).status).toBe(403);
      expect((await server.get(path)).status).toBe(401);
    }
    expect((await server.get(`/api/calls/${callSid(3)}/outcome`, visitor)).status).toBe(404);
    expect((await server.post('/api/calls/erase', { party: 'visitor_1' }, visitor)).status).toBe(403);
  });

  it('forget a person on request, and log nobody', async () => {
    const { server, alice, calls } = await serverWithCalls();
    await calls.create(storedCall(callSid(50), { from: '+16175550123', callerIdentity: undefined }));
    const response = await server.post('/api/calls/erase', { party: '+16175550123' }, alice);
    expect(await response.json()).toEqual({ erasedCalls: 1, erasedCallbackRequests: 0 });
    expect((await calls.find(callSid(50)))?.from).toBe('erased');
    expect(server.logLines.join('')).not.toContain('6175550123');
    for (const body of [{}, { party: '' }, { party: '%' }, { party: 'a', all: true }, { party: ['a'] }]) {
      expect((await server.post('/api/calls/erase', body, alice)).status).toBe(400);
    }
  });

  it.each(['sip:bob@example.com', 'sips:bob@example.com;transport=tls', 'client:visitor_9'])(
    'forget %s, which is neither a number nor an identity',
    async (from) => {
      const { server, alice, calls } = await serverWithCalls();
      await calls.create(storedCall(callSid(51), { from, callerIdentity: undefined }));
      const response = await server.post('/api/calls/erase', { party: from }, alice);
      expect(await response.json()).toMatchObject({ erasedCalls: 1 });
      expect((await calls.find(callSid(51)))?.from).toBe('erased');
    },
  );
});

describe('the table of calls', () => {
  it('has a line for every call under its head', async () => {
    const { server, alice } = await serverWithCalls();
    const response = await server.get('/api/calls.csv?since=2026-07-01T10:00:03Z', alice);
    expect(response.headers.get('Content-Type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('Content-Disposition')).toContain('attachment');
    const lines = (await response.text()).split('\r\n');
    expect(lines[0]).toMatch(/^"sid","direction","from"/);
    expect(lines).toHaveLength(6);
  });

  it.each(['=cmd()', '+16175550123', '-1', '@SUM(A1)', '\t=1', ' =1', '|calc', '%0A', '=HYPERLINK("x")'])(
    'makes plain text of %j',
    (text) => {
      const record: CallRecord = {
        sid: 'CA1',
        direction: 'inbound',
        from: text,
        to: 'a"b,\n=c',
        status: 'completed',
        startedAt: '2026',
      };
      const cells = /^"CA1","inbound","((?:[^"]|"")*)","((?:[^"]|"")*)"/.exec(callLine(record));
      expect(cells?.[1]).toBe(`'${text.replaceAll('"', '""')}`);
      expect(cells?.[2]).toBe('a""b,\n=c');
    },
  );
});
