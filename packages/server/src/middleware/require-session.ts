import type { MiddlewareHandler } from 'hono';
import { RequestError } from '../errors.js';
import type { ServerEnv } from '../server-env.js';
import { findSession } from '../session.js';
import type { SessionStore } from '../stores/session-store.js';

/** Answers 401 unless the request carries the bearer token of a live session, from the session's own origin. */
export function requireSession(sessions: SessionStore): MiddlewareHandler<ServerEnv> {
  return async (context, next) => {
    const [, token] = /^Bearer ([\w-]{20,200})$/i.exec(context.req.header('authorization') ?? '') ?? [];
    const session = token === undefined ? undefined : await findSession(sessions, token);
    if (session === undefined || session.origin !== context.get('origin')) {
      context.header('WWW-Authenticate', 'Bearer');
      throw new RequestError(401, 'session-required', 'Your session ended. Reload the page.');
    }
    context.set('session', session);
    await next();
  };
}

/** Answers 403 unless the session is an agent's. Comes after `requireSession`. */
export function requireAgent(): MiddlewareHandler<ServerEnv> {
  return async (context, next) => {
    if (context.get('session').role !== 'agent') {
      throw new RequestError(403, 'agents-only', 'Only agents may do this.');
    }
    await next();
  };
}
