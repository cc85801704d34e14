import { Hono } from 'hono';
import type { ServerEnv } from '../server-env.js';

/** `/healthz`: the process answers. `/readyz`: it also takes calls, else 503. */
export function healthRoutes({ isReady }: { isReady: () => boolean }): Hono<ServerEnv> {
  const routes = new Hono<ServerEnv>();
  routes.get('/healthz', (context) => context.json({ status: 'ok' }));
  routes.get('/readyz', (context) =>
    isReady() ? context.json({ status: 'ready' }) : context.json({ status: 'not-ready' }, 503),
  );
  return routes;
}
