import type { CallList, CallOutcome } from '@offhook/contract';
import { Hono } from 'hono';
import { z } from 'zod';
import { RequestError } from '../errors.js';
import { readQuery } from '../middleware/read-request.js';
import { requireAgent, requireSession } from '../middleware/require-session.js';
import type { ServerDeps, ServerEnv } from '../server-env.js';
import { toCallRecord } from '../stores/call-record-store.js';

const ListQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(200).default(50) });

/** `GET /api/calls` for agents, and `GET /api/calls/:sid/outcome` for whoever placed the call. */
export function callRoutes(deps: ServerDeps): Hono<ServerEnv> {
  const { stores } = deps;
  const routes = new Hono<ServerEnv>();
  routes.use(requireSession(deps));

  routes.get('/', requireAgent(), async (context) => {
    const calls = await stores.calls.list(readQuery(context, ListQuery));
    return context.json({ calls: calls.map(toCallRecord) } satisfies CallList);
  });

  routes.get('/:sid/outcome', async (context) => {
    const { identity } = context.get('session');
    const sid = context.req.param('sid');
    const call = sid === 'latest' ? await stores.calls.findLatestBy(identity) : await stores.calls.find(sid);
    if (call === undefined || call.callerIdentity !== identity) {
      throw new RequestError(404, 'call-unknown', 'You placed no such call.');
    }
    const { status, outcome, reason, errorCode, durationSeconds } = toCallRecord(call);
    return context.json({ status, outcome, reason, errorCode, durationSeconds } as CallOutcome);
  });
  return routes;
}
