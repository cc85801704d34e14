import { SignInRequest } from '@offhook/contract';
import { type Context, Hono } from 'hono';
import { credentialOf, findAgent } from '../agents.js';
import { RequestError } from '../errors.js';
import { readJson } from '../middleware/read-request.js';
import { requestAddress } from '../middleware/request-address.js';
import { findSession, requireSession } from '../middleware/require-session.js';
import { clearSessionCookie, writeSessionCookie } from '../middleware/session-cookie.js';
import { isPassword, parsePasswordHash, unmatchableHash } from '../password-hash.js';
import type { ServerDeps, ServerEnv } from '../server-env.js';
import { describeSession } from './session-description.js';

/**
 * `POST /api/sign-in` and `POST /api/sign-out` for agents. On our own pages a cookie presents the session; pages of
 * configured sites, to which our cookie does not come, get a token.
 */
export function signInRoutes(deps: ServerDeps): Hono<ServerEnv> {
  const routes = new Hono<ServerEnv>();
  routes.post('/sign-in', (context) => signIn(deps, context));
  routes.post('/sign-out', requireSession(deps), (context) => signOut(deps, context));
  return routes;
}

async function signIn(deps: ServerDeps, context: Context<ServerEnv>): Promise<Response> {
  const { config, random, logger, sessions, limits } = deps;
  const { identity, password } = await readJson(context, SignInRequest);
  const address = requestAddress(context, config);
  const attempt = await limits.trySignIn(address, identity);
  const stored = parsePasswordHash(findAgent(config, identity)?.password ?? '');
  // An agent that does not exist takes as long as a wrong password, or the time would tell which names do.
  const matches = await isPassword(password, stored ?? unmatchableHash(random));
  if (!matches || stored === undefined) {
    logger.warn({ limit: 'sign-ins' }, 'sign-in failed');
    throw new RequestError(401, 'sign-in-failed', 'That name or password is wrong.');
  }
  await attempt.succeeded();
  const previous = await findSession(context, deps);
  if (previous !== undefined) await sessions.close(previous);
  const origin = context.get('origin');
  const presentedBy = origin === config.publicUrl ? 'cookie' : 'bearer';
  const credential = credentialOf(config, identity);
  const { session, token } = await sessions.open({
    identity,
    role: 'agent',
    origin,
    presentedBy,
    credential,
    address,
  });
  logger.info({ sessionId: session.id, agent: identity }, 'agent signed in');
  if (presentedBy === 'bearer') return context.json(describeSession(config, session, token));
  writeSessionCookie(context, config, { role: 'agent', token });
  return context.json(describeSession(config, session));
}

async function signOut(
  { config, logger, sessions }: ServerDeps,
  context: Context<ServerEnv>,
): Promise<Response> {
  const session = context.get('session');
  await sessions.close(session);
  if (session.presentedBy === 'cookie') clearSessionCookie(context, config, session.role);
  logger.info({ sessionId: session.id }, 'signed out');
  return context.body(null, 204);
}
