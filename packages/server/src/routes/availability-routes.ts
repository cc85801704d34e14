import { AvailabilityQuery } from '@offhook/contract';
import { Hono } from 'hono';
import { judgeAvailability } from '../call-flow/availability.js';
import { agentsOf } from '../call-flow/ringing-agents.js';
import { RequestError } from '../errors.js';
import { readQuery } from '../middleware/read-request.js';
import type { ServerDeps, ServerEnv } from '../server-env.js';

/** How long a browser may go by an answer: short enough for agents who come and go. */
const FRESH_SECONDS = 5;

/** `GET /api/availability`: whether a destination takes calls now. It says nothing that calling would not tell. */
export function availabilityRoutes({ config, clock, presence }: ServerDeps): Hono<ServerEnv> {
  const routes = new Hono<ServerEnv>();
  routes.get('/', async (context) => {
    const { destination: name } = readQuery(context, AvailabilityQuery);
    const destination = Object.hasOwn(config.destinations, name) ? config.destinations[name] : undefined;
    if (!destination?.visitors) {
      throw new RequestError(404, 'destination-unknown', 'There is no destination of this name.');
    }
    const agents = await presence.statusesOf(agentsOf(config.destinations, name));
    const now = clock.now();
    context.header('Cache-Control', `private, max-age=${FRESH_SECONDS}`);
    return context.json(judgeAvailability(config, name, destination, { now, agents }));
  });
  return routes;
}
