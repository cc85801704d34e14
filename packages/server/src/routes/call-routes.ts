import type { CallOutcome } from '@offhook/contract';
import { Hono } from 'hono';
import { RequestError } from '../errors.js';
import { requireSession } from '../middleware/require-session.js';
import type { ServerDeps, ServerEnv } from '../server-env.js';
import { toCallRecord } from '../stores/call-record-store.js';

/** `GET /api/calls/:sid/outcome` for whoever placed the call. */
export function callRoutes(deps: ServerDeps): Hono<ServerEnv> {
  const { stores } = deps;
  const routes = new Hono<ServerEnv>();
  routes.get('/:sid/outcome', requireSession(deps), async (context) => {
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
