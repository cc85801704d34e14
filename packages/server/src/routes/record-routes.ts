import {
  type CallDetail,
  CallFilter,
  type CallList,
  CallListQuery,
  ErasureRequest,
  type ErasureReply,
} from '@offhook/contract';
import { Hono } from 'hono';
import { timelineOf } from '../call-flow/call-timeline.js';
import { isSupervisor } from '../callbacks/callback-access.js';
import type { CallPlatform } from '../call-control/platform.js';
import { removeRecordings } from '../call-control/recording-keeper.js';
import { RequestError } from '../errors.js';
import { readJson, readQuery } from '../middleware/read-request.js';
import { requireAgent, requireSession } from '../middleware/require-session.js';
import type { ServerDeps, ServerEnv } from '../server-env.js';
import type { Session } from '../stores/session-store.js';
import { type CallSelection, partiesOf, partyNamed, toCallRecord } from '../stores/call-record-store.js';
import { callTable } from './call-csv.js';
import { parseCursor, writeCursor } from './call-cursor.js';
import { csvAnswer } from './csv.js';

/** What stands in records in place of an erased person. */
const ERASED = 'erased';

/**
 * Call records for agents: their own calls, and everybody's for supervisors. `GET /api/calls`, `/api/calls.csv` and
 * `/api/calls/:sid`; `POST /api/calls/erase` forgets a person.
 */
export function recordRoutes(deps: ServerDeps, platform: CallPlatform): Hono<ServerEnv> {
  const { config, live, stores, logger } = deps;
  const routes = new Hono<ServerEnv>();
  const agentsOnly = [requireSession(deps), requireAgent()] as const;
  const visibleTo = (session: Session): Partial<CallSelection> =>
    isSupervisor(config, session.identity) ? {} : { party: partyNamed(session.identity) };

  routes.get('/calls', ...agentsOnly, async (context) => {
    const { limit, cursor, ...filter } = readQuery(context, CallListQuery);
    const after = cursor === undefined ? undefined : parseCursor(cursor);
    const selection = { ...selectionOf(filter), ...visibleTo(context.get('session')), after };
    // One more than asked for tells whether there is a next page.
    const calls = await stores.calls.list({ ...selection, limit: limit + 1 });
    const page = calls.slice(0, limit);
    const last = page.at(-1);
    return context.json({
      calls: page.map(toCallRecord),
      ...(calls.length > limit && last !== undefined && { nextCursor: writeCursor(last) }),
    } satisfies CallList);
  });

  routes.get('/calls.csv', ...agentsOnly, (context) => {
    const filter = readQuery(context, CallFilter);
    const selection = { ...selectionOf(filter), ...visibleTo(context.get('session')) };
    return csvAnswer(context, logger, callTable(stores.calls, selection));
  });

  routes.get('/calls/:sid{CA[0-9a-f]{32}}', ...agentsOnly, async (context) => {
    const session = context.get('session');
    const call = await stores.calls.find(context.req.param('sid'));
    const isVisible =
      call !== undefined &&
      (isSupervisor(config, session.identity) || partiesOf(call).includes(partyNamed(session.identity)));
    if (!isVisible) throw new RequestError(404, 'call-unknown', 'There is no such call.');
    return context.json({ ...toCallRecord(call), timeline: timelineOf(call) } satisfies CallDetail);
  });

  routes.post('/calls/erase', ...agentsOnly, async (context) => {
    if (!isSupervisor(config, context.get('session').identity)) {
      throw new RequestError(403, 'supervisors-only', 'Only supervisors may do this.');
    }
    const { party } = await readJson(context, ErasureRequest);
    await removeRecordings({ calls: stores.calls, platform }, { party: partyNamed(party) });
    const erasedCalls = await stores.calls.erase(partyNamed(party), ERASED, deps.clock.now());
    const erasedCallbackRequests = await stores.callbacks.erase(party, ERASED);
    live.note({ type: 'reset' });
    logger.info(
      { requestId: context.get('requestId'), erasedCalls, erasedCallbackRequests },
      'a person was erased',
    );
    return context.json({ erasedCalls, erasedCallbackRequests } satisfies ErasureReply);
  });
  return routes;
}

function selectionOf({ since, until, ...filter }: CallFilter): Omit<CallSelection, 'limit'> {
  return {
    ...filter,
    since: since === undefined ? undefined : Date.parse(since),
    until: until === undefined ? undefined : Date.parse(until),
  };
}
