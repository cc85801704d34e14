import { AgentRecords } from '@offhook/client';
import type { SessionReply } from '@offhook/contract';
import { FakeBackend } from '@offhook/client/testing';
import { expect, it } from 'vitest';
import { DeskData } from './desk-data.js';

const bob = { identity: 'bob', name: 'Bob Baker' };

/** Shown by nothing; `request` answers what is read. */
function openDesk(
  request: (method: string, path: string) => Promise<object>,
  session?: SessionReply,
): DeskData {
  const desk = new DeskData({
    session,
    calls: [],
    addController: () => undefined,
    removeController: () => undefined,
    requestUpdate: () => undefined,
    updateComplete: Promise.resolve(true),
  });
  const order = (): Promise<void> => Promise.resolve();
  desk.open(new FakeBackend(), new AgentRecords({ request: request as never, order }));
  return desk;
}

it('keeps what it is told while it reads, since the answer may be older', async () => {
  let answer: (presence: object) => void = () => undefined;
  const presence = new Promise<object>((resolve) => (answer = resolve));
  const request = async (_method: string, path: string): Promise<object> =>
    path === '/api/presence' ? presence : Promise.resolve({ calls: [], requests: [] });
  const desk = openDesk(request);
  const read = desk.refresh();
  desk.hear({ type: 'presence', agent: { ...bob, status: 'dnd' } });
  answer({ agents: [{ ...bob, status: 'available' }] });
  await read;
  expect(desk.presence.get('bob')).toBe('dnd');
  desk.hear({ type: 'presence', agent: { ...bob, status: 'available' } });
  expect(desk.presence.get('bob')).toBe('available');
});

it('asks for the next page of what it asked for the first one', async () => {
  const asked: URLSearchParams[] = [];
  const request = async (_method: string, path: string): Promise<object> => {
    asked.push(new URL(path, 'http://localhost').searchParams);
    return Promise.resolve({ calls: [], nextCursor: 'next' });
  };
  const desk = openDesk(request, { ...(await new FakeBackend().session()), colleagues: [bob] });
  await desk.find('Bob');
  await desk.readMore();
  const terms = asked.map((query) => [query.get('search'), query.get('cursor')]);
  expect(terms).toEqual([
    ['client:bob', null],
    ['client:bob', 'next'],
  ]);
});
