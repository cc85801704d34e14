import type { LiveEvent } from '@offhook/contract';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { AgentPresence } from './agent-presence.js';
import type { AgentPresenceOptions } from './agent-presence.js';
import { FakeBackend } from './testing/index.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  life.abort();
  vi.useRealTimers();
});

let life: AbortController;
let canRing: boolean;

function start(more: Partial<AgentPresenceOptions> = {}): {
  backend: FakeBackend;
  presence: AgentPresence;
  streams: (() => StreamEnd)[];
} {
  life = new AbortController();
  canRing = true;
  const backend = new FakeBackend();
  const presence = new AgentPresence({ backend, canRing: () => canRing, ...more });
  const streams = [0, 1].map(() => openStream(backend));
  void presence.start(life.signal);
  return { backend, presence, streams };
}

type StreamEnd = ReadableStreamDefaultController<LiveEvent>;

/** A stream of events under the test's control. */
function openStream(backend: FakeBackend): () => StreamEnd {
  let controller: StreamEnd | undefined;
  backend.eventStreams.push(
    new ReadableStream<LiveEvent>({
      start(own) {
        controller = own;
      },
    }),
  );
  return () => {
    if (!controller) throw new Error('The stream has not been opened.');
    return controller;
  };
}

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

it('answers the pings of the server while the phone can ring', async () => {
  const { backend, streams } = start();
  streams[0]?.().enqueue({ type: 'reset' });
  streams[0]?.().enqueue({ type: 'ping' });
  await settle();
  expect(backend.presenceReports).toEqual([{}]);
  canRing = false;
  streams[0]?.().enqueue({ type: 'ping' });
  await settle();
  expect(backend.presenceReports).toEqual([{}]);
});

it('comes back when the stream breaks', async () => {
  const { backend, streams } = start();
  streams[0]?.().error(new Error('The network changed.'));
  streams[1]?.().enqueue({ type: 'ping' });
  await settle();
  expect(backend.presenceReports).toEqual([]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(backend.presenceReports).toEqual([{}]);
});

it('is busy during a call and available after it', async () => {
  const { backend, presence, streams } = start();
  streams[0]?.().enqueue({ type: 'ping' });
  await settle();
  presence.callChanged(true, life.signal);
  await settle();
  presence.callChanged(false, life.signal);
  await settle();
  expect(backend.presenceReports).toEqual([{}, { status: 'busy' }, { status: 'available' }]);
});

it('leaves alone what the agent has chosen', async () => {
  const { backend, presence, streams } = start();
  backend.status = 'dnd';
  streams[0]?.().enqueue({ type: 'ping' });
  await settle();
  presence.callChanged(true, life.signal);
  presence.callChanged(false, life.signal);
  await settle();
  expect(backend.presenceReports).toEqual([{}]);
});

it('winds up after a conversation for as long as the agent wants, and not after a call without one', async () => {
  const { backend, presence, streams } = start({ wrapUpSeconds: () => 30 });
  streams[0]?.().enqueue({ type: 'ping' });
  await settle();
  for (const hadConversation of [true, false]) {
    presence.callChanged(true, life.signal);
    await settle();
    presence.callChanged(false, life.signal, hadConversation);
    await settle();
  }
  expect(backend.presenceReports.slice(1)).toEqual([
    { status: 'busy' },
    { status: 'wrap-up', seconds: 30 },
    { status: 'busy' },
    { status: 'available' },
  ]);
});

it('passes on what happens, with a reset where something may have been missed', async () => {
  const heard: string[] = [];
  const { streams } = start({ onEvent: ({ type }) => heard.push(type) });
  streams[0]?.().enqueue({ type: 'ping' });
  streams[0]?.().enqueue({ type: 'reset' });
  await settle();
  streams[0]?.().close();
  await vi.advanceTimersByTimeAsync(1_000);
  streams[1]?.().enqueue({ type: 'ping' });
  await settle();
  expect(heard).toEqual(['reset', 'reset']);
});

it('tells the status that the server has, whoever chose it', async () => {
  const heard: string[] = [];
  const { backend, presence, streams } = start({ onStatus: (status) => heard.push(status) });
  await presence.choose('away', life.signal);
  backend.status = 'dnd';
  streams[0]?.().enqueue({ type: 'ping' });
  await settle();
  expect(heard).toEqual(['away', 'dnd']);
});
