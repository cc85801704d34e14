import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { ServerConfig } from '../config/config.js';
import { RequestError } from '../errors.js';
import type { ServerEnv } from '../server-env.js';

/** Lets the browsers of configured sites read the API's answers; others get no CORS header at all. */
export function allowSites(config: ServerConfig): MiddlewareHandler {
  const allowed = new Set([...config.ownOrigins, ...config.sites]);
  return cors({
    origin: (origin) => (allowed.has(origin) ? origin : null),
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['Authorization', 'Content-Type'],
    exposeHeaders: ['Retry-After'],
    maxAge: 600,
  });
}

/**
 * Refuses requests from pages of other origins. Browsers name the origin in every POST; only a GET from our own
 * pages comes without.
 */
export function checkOrigin(config: ServerConfig): MiddlewareHandler<ServerEnv> {
  return async (context, next) => {
    const isRead = context.req.method === 'GET' || context.req.method === 'HEAD';
    const origin = context.req.header('origin') ?? (isRead ? config.publicUrl : undefined);
    if (origin !== undefined && config.ownOrigins.includes(origin)) context.set('origin', config.publicUrl);
    else if (origin !== undefined && config.sites.includes(origin)) context.set('origin', origin);
    else throw new RequestError(403, 'origin-not-allowed', 'This site is not allowed to use this server.');
    await next();
  };
}
