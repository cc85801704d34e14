import type { MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { Logger } from 'pino';
import type { Metrics } from '../metrics.js';
import type { Random } from '../ports.js';
import type { ServerEnv } from '../server-env.js';

/** Health checks come every few seconds and say nothing. */
const QUIET = new Set(['/healthz', '/readyz', '/metrics']);

/** What the log is written with. */
export interface RequestLogOptions {
  logger: Logger;
  metrics: Metrics;
  random: Random;
  /** Milliseconds that never run backwards. */
  monotonicMs: () => number;
}

/**
 * Gives every request an id, and logs how it was answered. Of the address
 * only the route that matched is logged: the rest of it is the sender's own text.
 */
export function requestLog({
  logger,
  metrics,
  random,
  monotonicMs,
}: RequestLogOptions): MiddlewareHandler<ServerEnv> {
  return async (context, next) => {
    const requestId = Buffer.from(random.bytes(12)).toString('base64url');
    context.set('requestId', requestId);
    const startedMs = monotonicMs();
    await next();
    const seconds = (monotonicMs() - startedMs) / 1000;
    const route = matchedRoutes(context).findLast(({ path }) => !path.includes('*'))?.path ?? 'other';
    const { status } = context.res;
    metrics.requestAnswered({ route, method: method(context.req.method), status, seconds });
    if (QUIET.has(route)) return;
    logger.info(
      { requestId, method: method(context.req.method), route, status, ms: Math.round(seconds * 1000) },
      'request',
    );
  };
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Methods are the sender's text too. */
function method(name: string): string {
  return METHODS.has(name) ? name : 'other';
}
