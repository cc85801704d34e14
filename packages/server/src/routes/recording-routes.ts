import type { VoicemailList } from '@offhook/contract';
import { type Context, Hono } from 'hono';
import type { CallPlatform } from '../call-control/platform.js';
import { removeRecording } from '../call-control/recording-keeper.js';
import type { RecordingFacts } from '../call-flow/call-record-state.js';
import { agentsOf } from '../call-flow/ringing-agents.js';
import { isSupervisor } from '../callbacks/callback-access.js';
import type { ServerConfig } from '../config/config.js';
import { RequestError } from '../errors.js';
import { requireAgent, requireSession } from '../middleware/require-session.js';
import type { ServerDeps, ServerEnv } from '../server-env.js';
import { partyNamed, type StoredCall, toRecording } from '../stores/call-record-store.js';

/** Messages in one answer. */
const MAX_VOICEMAILS = 200;
/** Of the platform's answer, what belongs to the sound. */
const SOUND_HEADERS = ['content-length', 'content-range', 'accept-ranges'] as const;

/** `GET /api/voicemails`, and `GET` and `DELETE /api/recordings/:sid`: the sound itself, with ranges. For agents. */
export function recordingRoutes(deps: ServerDeps, platform: CallPlatform): Hono<ServerEnv> {
  const { config, logger, stores } = deps;
  const routes = new Hono<ServerEnv>();
  const agentsOnly = [requireSession(deps), requireAgent()] as const;

  routes.get('/voicemails', ...agentsOnly, async (context) => {
    const { identity } = context.get('session');
    const voicemailOf = voicemailDestinations(config, identity);
    if (voicemailOf.length === 0) return context.json({ voicemails: [] } satisfies VoicemailList);
    const calls = await stores.calls.list({ recording: { voicemailOf }, limit: MAX_VOICEMAILS });
    return context.json({
      voicemails: calls.flatMap(({ sid, from, progress }) =>
        Object.entries(progress.recordings ?? {}).flatMap(([recordingSid, facts]) => {
          const { destination, status } = facts;
          if (destination === undefined || !voicemailOf.includes(destination) || status === 'absent')
            return [];
          return [{ recording: toRecording(recordingSid, facts), callSid: sid, from, destination }];
        }),
      ),
    } satisfies VoicemailList);
  });

  routes.get('/recordings/:sid{RE[0-9a-f]{32}}', ...agentsOnly, async (context) => {
    const { sid } = await visibleRecording(deps, context);
    const answer = await platform.fetchRecording(sid, context.req.header('range'));
    if (answer.status !== 416 && !answer.ok) {
      await answer.body?.cancel();
      throw answer.status === 404 ? unknown() : unavailable();
    }
    logger.info({ recordingSid: sid, requestId: context.get('requestId') }, 'a recording was listened to');
    const headers: Record<string, string> = { 'Content-Type': 'audio/wav' };
    for (const name of SOUND_HEADERS) {
      const value = answer.headers.get(name);
      if (value !== null) headers[name] = value;
    }
    return new Response(answer.body, { status: answer.status, headers });
  });

  routes.delete('/recordings/:sid{RE[0-9a-f]{32}}', ...agentsOnly, async (context) => {
    const { call, sid, facts } = await visibleRecording(deps, context);
    if (facts.kind === 'call' && !isSupervisor(config, context.get('session').identity)) {
      throw new RequestError(403, 'supervisors-only', 'Only supervisors may remove recordings of calls.');
    }
    await removeRecording({ calls: stores.calls, platform }, call.sid, sid);
    logger.info({ recordingSid: sid, requestId: context.get('requestId') }, 'a recording was removed');
    return context.body(null, 204);
  });
  return routes;
}

/** @throws RequestError 404 unless there is such a recording and the agent may hear it. */
async function visibleRecording(
  { config, stores }: ServerDeps,
  context: Context<ServerEnv>,
): Promise<{ call: StoredCall; sid: string; facts: RecordingFacts }> {
  const sid = context.req.param('sid') ?? '';
  const { identity } = context.get('session');
  const call = await stores.calls.findByRecording(sid);
  const facts = call?.progress.recordings?.[sid];
  if (call === undefined || facts === undefined) throw unknown();
  const isForAgent =
    facts.destination === undefined
      ? talkersOf(call).includes(partyNamed(identity))
      : voicemailDestinations(config, identity).includes(facts.destination);
  if (!isForAgent && !isSupervisor(config, identity)) throw unknown();
  return { call, sid, facts };
}

/** Who was in the call, not merely rung. */
function talkersOf({ from, progress: { legs, control } }: StoredCall): (string | undefined)[] {
  const answered = Object.values(legs).filter(({ answeredAt }) => answeredAt !== undefined);
  const attended = Object.values(control?.parties ?? {}).filter(
    ({ state, answeredAt }) => state === 'present' || answeredAt !== undefined,
  );
  return [from, ...answered.map(({ to }) => to), ...attended.map(({ party }) => party)];
}

/** The destinations that ring this agent; for supervisors all. */
function voicemailDestinations(config: ServerConfig, identity: string): string[] {
  const names = Object.keys(config.destinations);
  if (isSupervisor(config, identity)) return names;
  return names.filter((name) => agentsOf(config.destinations, name).includes(identity));
}

function unknown(): RequestError {
  return new RequestError(404, 'recording-unknown', 'There is no such recording.');
}

function unavailable(): RequestError {
  return new RequestError(502, 'platform-unreachable', 'The recording cannot be had now. Try again.');
}
