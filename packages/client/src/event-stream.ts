/**
 * Reads Server-Sent Events (HTML Living Standard §9.2.6) from a `fetch`, since `EventSource` can send no bearer token.
 * Our server writes each event's data as one line of JSON, so that is all that is read.
 */
import { ClientError } from './errors.js';

const DATA = 'data: ';

/** The events of a stream, as they arrive, until it ends or is aborted. Throws `ClientError` for what is no JSON. */
export async function* readEventStream(body: ReadableStream<Uint8Array>): AsyncGenerator<unknown, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let unread = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (unread + decoder.decode(value, { stream: true })).split('\n');
      unread = lines.pop() ?? '';
      for (const line of lines) if (line.startsWith(DATA)) yield parse(line.slice(DATA.length));
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch (cause) {
    throw new ClientError('server-error', 'The server sent an event that is not JSON.', { cause });
  }
}
