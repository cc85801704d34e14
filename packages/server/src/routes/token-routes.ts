import { type TokenReply, TokenRequest } from '@offhook/contract';
import { Hono } from 'hono';
import { createAccessTokenIssuer } from '../access-token.js';
import { RequestError } from '../errors.js';
import { readJson } from '../middleware/read-request.js';
import { requireSession } from '../middleware/require-session.js';
import type { ServerDeps, ServerEnv } from '../server-env.js';
import { voiceHosts } from '../voice-hosts.js';

const AGENT_TOKEN_SECONDS = 3600;

/** `POST /api/token`: an access token for exactly what the session may do. */
export function tokenRoutes({ config, clock, random, logger, stores }: ServerDeps): Hono<ServerEnv> {
  const issueToken = createAccessTokenIssuer({ credentials: config.credentials, clock, random });
  const routes = new Hono<ServerEnv>();
  routes.post('/', requireSession(stores.sessions), async (context) => {
    const { destination } = await readJson(context, TokenRequest);
    const { id, identity, role } = context.get('session');
    if (role === 'visitor') {
      await stores.sessions.grantDestination(id, visitorDestination(destination));
    }
    const agent = role === 'agent';
    const ttlSeconds = agent ? AGENT_TOKEN_SECONDS : config.limits.visitorTokenSeconds;
    const token = issueToken({ identity, ttlSeconds, incoming: agent });
    logger.info({ sessionId: id, role, destination }, 'access token issued');
    const voice = voiceHosts(config, context.req.header('host'));
    return context.json({ token, identity, ttlSeconds, voice } satisfies TokenReply);
  });
  return routes;

  function visitorDestination(name: string | undefined): string {
    if (name === undefined) {
      throw new RequestError(400, 'destination-required', 'Name the destination that you want to call.');
    }
    if (!Object.hasOwn(config.destinations, name) || !config.destinations[name]?.visitors) {
      throw new RequestError(404, 'destination-unknown', 'There is no destination of this name.');
    }
    return name;
  }
}
