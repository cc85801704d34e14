import { createHash, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import type { ServerConfig } from '../config/config.js';
import { RequestError } from '../errors.js';
import type { Metrics } from '../metrics.js';
import type { ServerEnv } from '../server-env.js';

/**
 * `GET /metrics` for whoever shows `OFFHOOK_METRICS_TOKEN` as a bearer token. Without one configured it is open in
 * development and does not exist elsewhere.
 */
export function metricsRoutes({
  config,
  metrics,
}: {
  config: ServerConfig;
  metrics: Metrics;
}): Hono<ServerEnv> {
  const routes = new Hono<ServerEnv>();
  const { metricsToken, openSignIn } = config;
  routes.get('/metrics', async (context) => {
    if (metricsToken === undefined && !openSignIn)
      throw new RequestError(404, 'not-found', 'There is nothing here.');
    if (
      metricsToken !== undefined &&
      !isSame(context.req.header('authorization') ?? '', `Bearer ${metricsToken}`)
    ) {
      context.header('WWW-Authenticate', 'Bearer');
      throw new RequestError(401, 'token-required', 'Show the token of the metrics.');
    }
    const text = await metrics.registry.metrics();
    return context.body(text, 200, {
      'Content-Type': metrics.registry.contentType,
      'Cache-Control': 'no-store',
    });
  });
  return routes;
}

function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
