import { EventsQuery, type LiveEvent } from '@offhook/contract';
import { type Context, Hono } from 'hono';
import { readQuery } from '../middleware/read-request.js';
import { findSession, requireAgent, requireSession } from '../middleware/require-session.js';
import type { ServerDeps, ServerEnv } from '../server-env.js';

/** What may wait for a reader, in bytes; who is further behind reads the lists again when it comes back. */
const MAX_WAITING_BYTES = 256 * 1024;

/** `GET /api/events`: Server-Sent Events (HTML Living Standard §9.2) for agents. */
export function eventRoutes(deps: ServerDeps): Hono<ServerEnv> {
  const routes = new Hono<ServerEnv>();
  routes.get('/', requireSession(deps), requireAgent(), (context) => {
    const { lastEventId = context.req.header('last-event-id') } = readQuery(context, EventsQuery);
    context.header('Content-Type', 'text/event-stream; charset=utf-8');
    // Some proxies collect what they pass on, unless they are told not to.
    context.header('X-Accel-Buffering', 'no');
    return context.body(openStream(deps, context, lastEventId?.slice(0, 100)));
  });
  return routes;
}

function openStream(
  deps: ServerDeps,
  context: Context<ServerEnv>,
  lastEventId: string | undefined,
): ReadableStream<Uint8Array> {
  const { id, identity } = context.get('session');
  const encoder = new TextEncoder();
  let unsubscribe = (): void => undefined;
  let isOver = false;
  return new ReadableStream<Uint8Array>(
    {
      async start(controller) {
        const end = () => {
          if (isOver) return;
          isOver = true;
          controller.close();
        };
        const send = (event: LiveEvent, eventId?: string) => {
          if (isOver) return false;
          controller.enqueue(encoder.encode(frame(event, eventId)));
          if ((controller.desiredSize ?? 0) > 0) return true;
          isOver = true;
          // An error, other than an end, leaves nothing that still waits for the reader.
          controller.error(new Error('The reader of live events is too slow.'));
          return false;
        };
        const isLive = async () => (await findSession(context, deps))?.id === id;
        unsubscribe = await deps.live.subscribe({ identity, send, isLive, end }, lastEventId);
        if (isOver) unsubscribe();
      },
      cancel() {
        isOver = true;
        unsubscribe();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MAX_WAITING_BYTES }),
  );
}

/** JSON has no line breaks of its own, so the data is one line. */
function frame(event: LiveEvent, id: string | undefined): string {
  const idLine = id === undefined ? '' : `id: ${id}\n`;
  return `${idLine}event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
