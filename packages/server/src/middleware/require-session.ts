import { type Role, ROLE_HEADER } from '@offhook/contract';
import type { Context, MiddlewareHandler } from 'hono';
import type { ServerConfig } from '../config/config.js';
import { acceptedSession } from '../agents.js';
import { RequestError } from '../errors.js';
import type { ServerEnv } from '../server-env.js';
import type { Sessions } from '../session.js';
import type { Session } from '../stores/session-store.js';
import { readSessionCookie } from './session-cookie.js';

/** What recognising a session needs. */
interface SessionDeps {
  config: ServerConfig;
  sessions: Sessions;
}

/**
 * The live session that a request presents, from the session's own origin: by bearer token where there is one, else
 * by the cookie of the role that it speaks for.
 */
export async function findSession(
  context: Context<ServerEnv>,
  { config, sessions }: SessionDeps,
): Promise<Session | undefined> {
  const authorization = context.req.header('authorization');
  const [presentedBy, token] =
    authorization === undefined
      ? (['cookie', readSessionCookie(context, config, roleOf(context))] as const)
      : (['bearer', /^Bearer (\S{1,200})$/i.exec(authorization)?.[1]] as const);
  const found = token === undefined ? undefined : await sessions.find(token, presentedBy);
  const session = acceptedSession(config, found);
  return session?.origin === context.get('origin') ? session : undefined;
}

function roleOf(context: Context<ServerEnv>): Role {
  return context.req.header(ROLE_HEADER) === 'visitor' ? 'visitor' : 'agent';
}

/** Answers 401 unless the request presents a live session. */
export function requireSession(deps: SessionDeps): MiddlewareHandler<ServerEnv> {
  return async (context, next) => {
    const session = await findSession(context, deps);
    if (session === undefined) {
      context.header('WWW-Authenticate', 'Bearer');
      throw new RequestError(401, 'session-required', 'Your session ended. Reload the page.');
    }
    context.set('session', session);
    return next();
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
