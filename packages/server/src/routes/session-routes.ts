import { Identity, SessionRequest } from '@offhook/contract';
import { type Context, Hono } from 'hono';
import { credentialOf, isAgent } from '../agents.js';
import { RequestError } from '../errors.js';
import { readJson } from '../middleware/read-request.js';
import { requestAddress } from '../middleware/request-address.js';
import { findSession } from '../middleware/require-session.js';
import { writeSessionCookie } from '../middleware/session-cookie.js';
import type { ServerDeps, ServerEnv } from '../server-env.js';
import { visitorIdentity } from '../session.js';
import type { Session } from '../stores/session-store.js';
import { describeSession } from './session-description.js';

/** `POST /api/session`: a visitor's new session, or the session of the agent who is signed in. */
export function sessionRoutes(deps: ServerDeps): Hono<ServerEnv> {
  const routes = new Hono<ServerEnv>();
  routes.post('/', async (context) => {
    const { identity, role, presentation } = await readJson(context, SessionRequest);
    if (identity === undefined && role !== 'agent') return openVisitorSession(deps, context, presentation);
    return presentAgentSession(deps, context, identity);
  });
  return routes;
}

/** By cookie for a page of our own that asks for one, where a visitor who comes again goes on as the same. */
async function openVisitorSession(
  deps: ServerDeps,
  context: Context<ServerEnv>,
  wanted: 'cookie' | undefined,
): Promise<Response> {
  const { config, random, logger, sessions, limits } = deps;
  const origin = context.get('origin');
  const presentedBy = wanted === 'cookie' && origin === config.publicUrl ? 'cookie' : 'bearer';
  const known = presentedBy === 'cookie' ? await cookieSession(deps, context) : undefined;
  if (known?.role === 'visitor') return context.json(describeSession(config, known));
  const address = requestAddress(context, config);
  await limits.openSession(address);
  const { session, token } = await sessions.open({
    identity: visitorIdentity(random),
    role: 'visitor',
    origin,
    presentedBy,
    credential: undefined,
    address,
  });
  logger.info({ sessionId: session.id, role: session.role }, 'session opened');
  if (presentedBy === 'bearer') return context.json(describeSession(config, session, token));
  writeSessionCookie(context, config, { role: 'visitor', token });
  return context.json(describeSession(config, session));
}

/** Whoever the adopter's own sign-in names, else whoever the cookie presents, else in development anybody. */
async function presentAgentSession(
  deps: ServerDeps,
  context: Context<ServerEnv>,
  wanted: string | undefined,
): Promise<Response> {
  const { config } = deps;
  const authenticated = await authenticatedAgent(deps, context);
  if (authenticated !== undefined) {
    if (wanted !== undefined && wanted !== authenticated) {
      throw new RequestError(403, 'identity-not-accepted', 'You are signed in under another name.');
    }
    return openAgentSession(deps, context, authenticated);
  }
  const known = await cookieSession(deps, context);
  if (known?.role === 'agent' && (wanted === undefined || wanted === known.identity)) {
    return context.json(describeSession(config, known));
  }
  if (!config.openSignIn) {
    throw new RequestError(401, 'sign-in-required', 'Sign in to use the phone.');
  }
  if (context.get('origin') !== config.publicUrl) {
    throw new RequestError(
      403,
      'identity-not-accepted',
      'An identity can be chosen only in development, on a page that this machine serves to itself.',
    );
  }
  if (wanted === undefined) {
    throw new RequestError(
      401,
      'identity-required',
      'In development on this machine, name who you want to be.',
    );
  }
  return openAgentSession(deps, context, wanted);
}

async function openAgentSession(
  { config, logger, sessions }: ServerDeps,
  context: Context<ServerEnv>,
  identity: string,
): Promise<Response> {
  if (!isAgent(config, identity)) {
    throw new RequestError(403, 'agent-unknown', 'The configuration has no agent of this name.');
  }
  const { session, token } = await sessions.open({
    identity,
    role: 'agent',
    origin: context.get('origin'),
    presentedBy: 'bearer',
    credential: credentialOf(config, identity),
    address: requestAddress(context, config),
  });
  logger.info({ sessionId: session.id, role: session.role }, 'session opened');
  return context.json(describeSession(config, session, token));
}

/** The identity that `authenticate` gives for the request. What it gives is checked like any other input. */
async function authenticatedAgent(
  { authenticate }: ServerDeps,
  context: Context<ServerEnv>,
): Promise<string | undefined> {
  const identity = await authenticate?.(context.req.raw);
  if (identity === undefined) return undefined;
  if (Identity.safeParse(identity).success) return identity;
  throw new TypeError('authenticate gave something that is not an identity.');
}

/** A page asks with its cookie alone; a bearer token is what it wants to get. */
async function cookieSession(deps: ServerDeps, context: Context<ServerEnv>): Promise<Session | undefined> {
  return context.req.header('authorization') === undefined ? findSession(context, deps) : undefined;
}
