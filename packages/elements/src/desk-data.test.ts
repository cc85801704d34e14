import { AgentRecords } from '@offhook/client';
import { FakeBackend } from '@offhook/client/testing';
import { expect, it } from 'vitest';
import { DeskData } from './desk-data.js';

const bob = { identity: 'bob', name: 'Bob Baker' };

it('keeps what it is told while it reads, since the answer may be older', async () => {
  let answer: (presence: object) => void = () => undefined;
  const presence = new Promise<object>((resolve) => (answer = resolve));
  const request = async (_method: string, path: string): Promise<object> =>
    path === '/api/presence' ? presence : Promise.resolve({ calls: [], requests: [] });
  const desk = new DeskData({
    session: undefined,
    calls: [],
    addController: () => undefined,
    removeController: () => undefined,
    requestUpdate: () => undefined,
    updateComplete: Promise.resolve(true),
  });
  const order = (): Promise<void> => Promise.resolve();
  desk.open(new FakeBackend(), new AgentRecords({ request: request as never, order }));
  const read = desk.refresh();
  desk.hear({ type: 'presence', agent: { ...bob, status: 'dnd' } });
  answer({ agents: [{ ...bob, status: 'available' }] });
  await read;
  expect(desk.presence.get('bob')).toBe('dnd');
  desk.hear({ type: 'presence', agent: { ...bob, status: 'available' } });
  expect(desk.presence.get('bob')).toBe('available');
});
