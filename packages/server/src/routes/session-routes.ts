import { type DestinationInfo, type SessionReply, SessionRequest } from '@offhook/contract';
import { Hono } from 'hono';
import { agentName, callerIdsOf, isAgent } from '../agents.js';
import { magicNumber } from '../call-flow/magic-numbers.js';
import type { ServerConfig } from '../config/config.js';
import { RequestError } from '../errors.js';
import { readJson } from '../middleware/read-request.js';
import type { ServerDeps, ServerEnv } from '../server-env.js';
import { openSession, type SessionOwner, visitorIdentity } from '../session.js';

/** `POST /api/session`: a visitor's session, or in development an agent's. */
export function sessionRoutes({ config, clock, random, logger, stores }: ServerDeps): Hono<ServerEnv> {
  const routes = new Hono<ServerEnv>();
  routes.post('/', async (context) => {
    const { identity } = await readJson(context, SessionRequest);
    const origin = context.get('origin');
    const owner: SessionOwner =
      identity === undefined
        ? { identity: visitorIdentity(random), role: 'visitor', origin }
        : { identity: chosenIdentity(config, identity, origin), role: 'agent', origin };
    const { session, sessionToken } = await openSession({ store: stores.sessions, clock, random }, owner);
    logger.info({ sessionId: session.id, role: session.role }, 'session opened');
    return context.json(describeSession(config, owner, sessionToken));
  });
  return routes;
}

/** Only a person at this very machine may be whoever they say they are. */
function chosenIdentity(config: ServerConfig, identity: string, origin: string): string {
  if (!config.openSignIn || origin !== config.publicUrl) {
    throw new RequestError(
      403,
      'identity-not-accepted',
      'An identity can be chosen only in development, on a page that this machine serves to itself.',
    );
  }
  if (!isAgent(config, identity)) {
    throw new RequestError(403, 'agent-unknown', 'The configuration has no agent of this name.');
  }
  return identity;
}

function describeSession(config: ServerConfig, owner: SessionOwner, sessionToken: string): SessionReply {
  const { identity, role } = owner;
  const agent = role === 'agent';
  const destinations = Object.entries(config.destinations)
    .filter(([, destination]) => agent || destination.visitors)
    .map(([name, { title }]): DestinationInfo => ({
      name,
      title: Object.keys(title).length > 0 ? title : { en: name },
    }));
  const colleagues = Object.entries(config.agents)
    .filter(([id]) => agent && id !== identity)
    .map(([id, { name }]) => ({ identity: id, name }));
  const echo = config.demo && config.voice.mode === 'engine' && agent ? magicNumber('echo') : undefined;
  return {
    sessionToken,
    identity,
    role,
    name: agent ? agentName(config, identity) : identity,
    destinations,
    callerIds: agent ? [...callerIdsOf(config, identity)] : [],
    colleagues,
    ...(echo !== undefined && { defaultNumber: echo }),
  };
}
