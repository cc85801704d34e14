import { type CallList, CallNoteForm } from '@offhook/contract';
import { type Context, Hono } from 'hono';
import { agentsOf } from '../call-flow/ringing-agents.js';
import { isSupervisor } from '../callbacks/callback-access.js';
import type { ServerConfig } from '../config/config.js';
import { RequestError } from '../errors.js';
import { readJson } from '../middleware/read-request.js';
import { requireAgent, requireSession } from '../middleware/require-session.js';
import type { ServerDeps, ServerEnv } from '../server-env.js';
import {
  partiesOf,
  partyNamed,
  personOf,
  type StoredCall,
  toCallRecord,
} from '../stores/call-record-store.js';

/** How many earlier calls an agent is shown, and among how many of the person's they are looked for. */
const SHOWN = 10;
const LOOKED_AT = 50;

/**
 * What an agent learns and writes down about a call that rings or is up: `GET /api/calls/:sid/earlier`, the earlier
 * calls of the same person, and `POST /api/calls/:sid/note`.
 */
export function callerRoutes(deps: ServerDeps): Hono<ServerEnv> {
  const { clock, config, stores } = deps;
  const routes = new Hono<ServerEnv>();
  const agentsOnly = [requireSession(deps), requireAgent()] as const;
  const visibleCall = async (context: Context<ServerEnv>, sid: string): Promise<StoredCall> => {
    const call = await stores.calls.find(sid);
    if (call !== undefined && concerns(config, call, context.get('session').identity)) return call;
    throw new RequestError(404, 'call-unknown', 'There is no such call.');
  };

  routes.get('/:sid{CA[0-9a-f]{32}}/earlier', ...agentsOnly, async (context) => {
    const call = await visibleCall(context, context.req.param('sid'));
    const { identity } = context.get('session');
    const { startedAt, sid } = call;
    const party = personOf(call, identity);
    const calls = await stores.calls.list({ party, after: { startedAt, sid }, limit: LOOKED_AT });
    const shown = calls.filter((earlier) => concerns(config, earlier, identity)).slice(0, SHOWN);
    return context.json({ calls: shown.map(toCallRecord) } satisfies CallList);
  });

  routes.post('/:sid{CA[0-9a-f]{32}}/note', ...agentsOnly, async (context) => {
    const { text } = await readJson(context, CallNoteForm);
    const { sid } = await visibleCall(context, context.req.param('sid'));
    const { identity: by } = context.get('session');
    await stores.calls.report(sid, { type: 'noted', by, note: { text, at: clock.now() } });
    return context.body(null, 204);
  });
  return routes;
}

/** Whether an agent may know of a call: who takes part in it, whom its destination rings, and supervisors. */
function concerns(config: ServerConfig, call: StoredCall, agent: string): boolean {
  if (isSupervisor(config, agent) || partiesOf(call).includes(partyNamed(agent))) return true;
  return call.destination !== undefined && agentsOf(config.destinations, call.destination).includes(agent);
}
