import { type CallOutcome, Rating } from '@offhook/contract';
import { type Context, Hono } from 'hono';
import { RequestError } from '../errors.js';
import { readJson } from '../middleware/read-request.js';
import { requireSession } from '../middleware/require-session.js';
import type { ServerDeps, ServerEnv } from '../server-env.js';
import { type StoredCall, toCallRecord } from '../stores/call-record-store.js';

/** `GET /api/calls/:sid/outcome` and `POST /api/calls/:sid/rating`, for whoever placed the call. */
export function callRoutes(deps: ServerDeps): Hono<ServerEnv> {
  const { clock, limits, stores } = deps;
  const ownCall = async (context: Context<ServerEnv>, sid: string): Promise<StoredCall> => {
    const { identity } = context.get('session');
    const call = sid === 'latest' ? await stores.calls.findLatestBy(identity) : await stores.calls.find(sid);
    if (call?.callerIdentity === identity) return call;
    throw new RequestError(404, 'call-unknown', 'You placed no such call.');
  };
  const routes = new Hono<ServerEnv>();
  routes.get('/:sid/outcome', requireSession(deps), async (context) => {
    const call = await ownCall(context, context.req.param('sid'));
    const { status, outcome, reason, errorCode, durationSeconds } = toCallRecord(call);
    return context.json({ status, outcome, reason, errorCode, durationSeconds } as CallOutcome);
  });
  routes.post('/:sid/rating', requireSession(deps), async (context) => {
    const rating = await readJson(context, Rating);
    await limits.rateCall(context.get('session'));
    const { sid } = await ownCall(context, context.req.param('sid'));
    await stores.calls.report(sid, { type: 'rated', rating: { ...rating, at: clock.now() } });
    return context.body(null, 204);
  });
  return routes;
}
