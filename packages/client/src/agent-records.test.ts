import { expect, it } from 'vitest';
import { AgentRecords } from './agent-records.js';

/** Writes down what is asked of the server, and gives one answer to all of it. */
function recordsThatGet(answer: object): { records: AgentRecords; asked: unknown[][] } {
  const asked: unknown[][] = [];
  const records = new AgentRecords({
    request: async <Reply>(...parts: unknown[]): Promise<Reply> => {
      asked.push(parts);
      return Promise.resolve(answer as Reply);
    },
    order: async (...parts: unknown[]) => {
      asked.push(parts);
      await Promise.resolve();
    },
  });
  return { records, asked };
}

it('asks for calls that match, page by page', async () => {
  const { records, asked } = recordsThatGet({ calls: [], nextCursor: 'next' });
  expect((await records.calls({})).nextCursor).toBe('next');
  await records.calls({ search: '+1 & 2', cursor: 'next' });
  expect(asked).toEqual([
    ['GET', '/api/calls?limit=50'],
    ['GET', '/api/calls?limit=50&search=%2B1+%26+2&cursor=next'],
  ]);
});

it('reads and writes about one call, and about who is there', async () => {
  const { records, asked } = recordsThatGet({ calls: [], agents: [], requests: [] });
  await records.call('CA1');
  expect(await records.earlierCalls('CA1')).toEqual([]);
  await records.saveNote('CA1', 'Wants a bell.');
  expect(await records.agents()).toEqual([]);
  expect(await records.callbackRequests()).toEqual([]);
  await records.changeCallbackRequest('CB1', 'done');
  expect(asked).toEqual([
    ['GET', '/api/calls/CA1'],
    ['GET', '/api/calls/CA1/earlier'],
    ['POST', '/api/calls/CA1/note', { text: 'Wants a bell.' }],
    ['GET', '/api/presence'],
    ['GET', '/api/callback-requests'],
    ['POST', '/api/callback-requests/CB1/done', {}],
  ]);
});
