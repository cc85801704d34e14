import type { QueueList, QueuePlace } from '@offhook/contract';
import { Hono } from 'hono';
import type { CallPlatform } from '../call-control/platform.js';
import { titleOf } from '../call-flow/availability.js';
import { servedQueues } from '../call-flow/call-decision.js';
import { RequestError } from '../errors.js';
import { requireAgent, requireSession } from '../middleware/require-session.js';
import type { ServerDeps, ServerEnv } from '../server-env.js';
import type { StoredCall } from '../stores/call-record-store.js';
import type { Session } from '../stores/session-store.js';

/** `GET /api/queues` for agents, and `GET /api/calls/:sid/queue` for whoever waits, too. */
export function queueRoutes(deps: ServerDeps, platform: CallPlatform): Hono<ServerEnv> {
  const { config, stores } = deps;
  const routes = new Hono<ServerEnv>();

  routes.get('/queues', requireSession(deps), requireAgent(), async (context) => {
    const known = await platform.findQueues();
    const queues = servedQueues(config, context.get('session').identity).map(async (name) => {
      const destination = config.destinations[name];
      const queue = known.get(name);
      const first = queue && queue.size > 0 ? await platform.findWaiting(queue.sid, 'Front') : undefined;
      return {
        name,
        title: destination === undefined ? {} : titleOf(name, destination),
        size: queue?.size ?? 0,
        longestWaitSeconds: first?.waitedSeconds ?? 0,
        averageWaitSeconds: queue?.averageWaitSeconds ?? 0,
      };
    });
    return context.json({ queues: await Promise.all(queues) } satisfies QueueList);
  });

  routes.get('/calls/:sid{CA[0-9a-f]{32}|latest}/queue', requireSession(deps), async (context) => {
    const session = context.get('session');
    const sid = context.req.param('sid');
    const call =
      sid === 'latest' ? await stores.calls.findLatestBy(session.identity) : await stores.calls.find(sid);
    const name = call && queueOf(call, session);
    const queue = name === undefined ? undefined : (await platform.findQueues()).get(name);
    const place = call && queue && (await platform.findWaiting(queue.sid, call.sid));
    if (place === undefined || queue === undefined) {
      throw new RequestError(404, 'not-waiting', 'This call waits in no queue.');
    }
    const { position, waitedSeconds } = place;
    return context.json({ position, waitedSeconds, size: queue.size } satisfies QueuePlace);
  });

  /** The queue that the call waits in, if this session may know. */
  function queueOf(call: StoredCall, session: Session): string | undefined {
    const { queue } = call.progress;
    if (queue === undefined || queue.state === 'left') return undefined;
    const isOwn = call.callerIdentity === session.identity;
    const serves = session.role === 'agent' && servedQueues(config, session.identity).includes(queue.name);
    return isOwn || serves ? queue.name : undefined;
  }
  return routes;
}
