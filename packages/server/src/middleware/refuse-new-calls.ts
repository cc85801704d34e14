import type { MiddlewareHandler } from 'hono';
import { RequestError } from '../errors.js';
import type { ServerEnv } from '../server-env.js';

/** Answers 503 to whoever would begin a call on a server that is not ready, such as one that is being stopped. */
export function refuseNewCalls(isReady: () => boolean): MiddlewareHandler<ServerEnv> {
  return async (context, next) => {
    if (!isReady()) {
      // A server that is being stopped closes the connection after its answer; a body that it has not read by then
      // would make the client lose the answer.
      await context.req.arrayBuffer();
      context.header('Retry-After', '5');
      throw new RequestError(503, 'not-ready', 'The server takes no new calls now. Try again in a moment.');
    }
    return next();
  };
}
