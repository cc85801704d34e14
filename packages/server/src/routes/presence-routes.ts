import { type PresenceList, type PresenceReply, PresenceReport } from '@offhook/contract';
import { Hono } from 'hono';
import { readJson } from '../middleware/read-request.js';
import { requireAgent, requireSession } from '../middleware/require-session.js';
import type { QueueRinger } from '../queues/queue-ringer.js';
import type { ServerDeps, ServerEnv } from '../server-env.js';

/** `/api/presence` for agents: a phone's sign of life, and who of the colleagues is there. */
export function presenceRoutes(deps: ServerDeps, ringer: QueueRinger): Hono<ServerEnv> {
  const { config, live, presence } = deps;
  const routes = new Hono<ServerEnv>();
  routes.use(requireSession(deps), requireAgent());
  routes.post('/', async (context) => {
    const report = await readJson(context, PresenceReport);
    const { identity } = context.get('session');
    const known = await presence.report(identity, report);
    await live.lookAtPresence();
    ringer.agentSeen(identity, report.status !== undefined);
    return context.json({ status: known } satisfies PresenceReply);
  });
  routes.get('/', async (context) => {
    const statuses = await presence.statusesOf(Object.keys(config.agents));
    const agents = Object.entries(config.agents).map(([identity, { name }]) => ({
      identity,
      name,
      status: statuses.get(identity) ?? 'offline',
    }));
    return context.json({ agents } satisfies PresenceList);
  });
  return routes;
}
