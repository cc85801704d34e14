import { expect, it } from 'vitest';
import { readEventStream } from './event-stream.js';

/** Reads a text that arrives in chunks of `size` bytes. */
async function read(text: string, size: number): Promise<unknown[]> {
  const bytes = new TextEncoder().encode(text);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
      controller.close();
    },
  });
  const events: unknown[] = [];
  for await (const event of readEventStream(body)) events.push(event);
  return events;
}

it('reads each event, wherever the network cuts the stream', async () => {
  const text = 'id: 1\nevent: ping\ndata: {"type":"ping"}\n\n: a comment\n\ndata: {"name":"日本"}\n\n';
  const expected = [{ type: 'ping' }, { name: '日本' }];
  expect(await read(text, 1000)).toEqual(expected);
  expect(await read(text, 1)).toEqual(expected);
});

it('names what is no JSON', async () => {
  await expect(read('data: {oops\n\n', 1000)).rejects.toMatchObject({ code: 'server-error' });
});
