import { type TokenReply, TokenRequest } from '@offhook/contract';
import { type Context, Hono } from 'hono';
import { createAccessTokenIssuer } from '../access-token.js';
import { decideStep, isBlockedVisitor } from '../call-flow/call-decision.js';
import { TICKET_PARAMETER } from '../call-flow/call-tickets.js';
import { recordingDestinations } from '../call-flow/ring-plan.js';
import { RequestError } from '../errors.js';
import { answerJson } from '../middleware/answer-headers.js';
import { readJson } from '../middleware/read-request.js';
import { requestAddress } from '../middleware/request-address.js';
import { requireSession } from '../middleware/require-session.js';
import type { ServerDeps, ServerEnv } from '../server-env.js';
import type { Session } from '../stores/session-store.js';
import { createVoiceHosts } from '../voice-hosts.js';

/** Half of what an agent's session outlives its last use, so that a phone that is open keeps it alive. */
const AGENT_TOKEN_SECONDS = 900;

/** `POST /api/token`: an access token for exactly what the session may do. */
export function tokenRoutes(deps: ServerDeps): Hono<ServerEnv> {
  const { config, clock, random, logger, visitors } = deps;
  const issueToken = createAccessTokenIssuer({ credentials: config.credentials, clock, random });
  const voiceHosts = createVoiceHosts(config);
  const routes = new Hono<ServerEnv>();
  routes.post('/', requireSession(deps), async (context) => {
    const request = await readJson(context, TokenRequest);
    const { destination, context: siteWord } = request;
    const session = context.get('session');
    const { id, identity, role } = session;
    const agent = role === 'agent';
    const parameters = agent ? await renew(deps, session) : await reserveCall(deps, context, request);
    if (!agent && destination !== undefined && siteWord !== undefined) {
      await visitors.keep(identity, destination, siteWord);
    }
    const ttlSeconds = agent ? AGENT_TOKEN_SECONDS : config.limits.visitorTokenSeconds;
    const token = issueToken({ identity, ttlSeconds, incoming: agent, parameters });
    logger.info({ sessionId: id, role, destination }, 'access token issued');
    const voice = voiceHosts(context.req.header('host'));
    return answerJson(context, { token, identity, ttlSeconds, voice } satisfies TokenReply);
  });
  return routes;
}

/** An agent's token says nothing of the calls to come. */
async function renew({ limits }: ServerDeps, session: Session): Promise<undefined> {
  await limits.renewToken(session);
}

/**
 * A visitor's token is for one call to one destination, which has to be callable and to have room, and to be
 * recorded only with consent; returns what the
 * token says of that call.
 */
async function reserveCall(
  { config, clock, sessions, limits, tickets }: ServerDeps,
  context: Context<ServerEnv>,
  { destination: name, consent }: TokenRequest,
): Promise<Record<string, string>> {
  if (name === undefined) {
    throw new RequestError(400, 'destination-required', 'Name the destination that you want to call.');
  }
  if (!Object.hasOwn(config.destinations, name) || !config.destinations[name]?.visitors) {
    throw new RequestError(404, 'destination-unknown', 'There is no destination of this name.');
  }
  const address = requestAddress(context, config);
  if (isBlockedVisitor(config, address)) throw new RequestError(403, 'blocked', 'This call is not allowed.');
  // Who calls although it is closed, or although no agent is there, shall hear so: neither refuses the token.
  const decision = decideStep(config, { destination: name, step: 0, now: clock.now(), agents: new Map() });
  if (decision.kind === 'refuse' && decision.reason !== 'closed') {
    throw new RequestError(403, decision.reason, 'This destination cannot be called at the moment.');
  }
  if (consent !== true && recordingDestinations(config.destinations, name).length > 0) {
    throw new RequestError(
      403,
      'consent-required',
      'Calls to this destination may be recorded. Ask the caller, and send "consent": true.',
    );
  }
  const session = context.get('session');
  const place = await limits.reservePlace(session, name, address);
  await sessions.noteAddress(session, address);
  const subject = { identity: session.identity, destination: name };
  const ttlSeconds = config.limits.visitorTokenSeconds;
  return { [TICKET_PARAMETER]: tickets.issue(subject, { place, ttlSeconds }) };
}
