import {
  ConsultStep,
  HoldRequest,
  MuteRequest,
  PartyId,
  RecordingStep,
  TargetRequest,
} from '@offhook/contract';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { z } from 'zod';
import type { CallController } from '../call-control/call-controller.js';
import { RequestError } from '../errors.js';
import { readJson } from '../middleware/read-request.js';
import { requireAgent, requireSession } from '../middleware/require-session.js';
import type { ServerDeps, ServerEnv } from '../server-env.js';

const Nothing = z.strictObject({});
const SID = ':sid{CA[0-9a-f]{32}}';

/** `/api/calls/:sid/control`, and `POST /api/calls/:sid/…` that changes it: for agents, in calls they are in. */
export function controlRoutes(deps: ServerDeps, controller: CallController): Hono<ServerEnv> {
  const routes = new Hono<ServerEnv>();
  const agentsOnly = [requireSession(deps), requireAgent()] as const;
  routes.get(`/${SID}/control`, ...agentsOnly, async (context) =>
    context.json(await controller.view(context.get('session'), sidOf(context))),
  );
  routes.post(`/${SID}/hold`, ...agentsOnly, async (context) => {
    const { party } = await readJson(context, HoldRequest);
    return context.json(await controller.hold(context.get('session'), sidOf(context), party));
  });
  routes.post(`/${SID}/resume`, ...agentsOnly, async (context) => {
    const { party } = await readJson(context, HoldRequest);
    return context.json(await controller.resume(context.get('session'), sidOf(context), party));
  });
  routes.route('/', wholeCallRoutes(agentsOnly, controller));
  routes.post(`/${SID}/transfer`, ...agentsOnly, async (context) => {
    const target = await readJson(context, TargetRequest);
    return context.json(await controller.transfer(context.get('session'), sidOf(context), target));
  });
  routes.post(`/${SID}/consult`, ...agentsOnly, async (context) => {
    const target = await readJson(context, TargetRequest);
    return context.json(await controller.consult(context.get('session'), sidOf(context), target));
  });
  const consultSteps = {
    complete: controller.completeConsult.bind(controller),
    cancel: controller.cancelConsult.bind(controller),
  };
  for (const step of ConsultStep.options) {
    routes.post(`/${SID}/consult/${step}`, ...agentsOnly, async (context) => {
      await readJson(context, Nothing);
      return context.json(await consultSteps[step](context.get('session'), sidOf(context)));
    });
  }
  routes.post(`/${SID}/parties`, ...agentsOnly, async (context) => {
    const target = await readJson(context, TargetRequest);
    return context.json(await controller.addParty(context.get('session'), sidOf(context), target));
  });
  routes.post(`/${SID}/parties/:party/remove`, ...agentsOnly, async (context) => {
    await readJson(context, Nothing);
    return context.json(
      await controller.removeParty(context.get('session'), sidOf(context), partyOf(context)),
    );
  });
  routes.post(`/${SID}/parties/:party/mute`, ...agentsOnly, async (context) => {
    const { muted } = await readJson(context, MuteRequest);
    return context.json(
      await controller.muteParty(context.get('session'), sidOf(context), partyOf(context), muted),
    );
  });
  for (const step of RecordingStep.options) {
    routes.post(`/${SID}/recording/${step}`, ...agentsOnly, async (context) => {
      await readJson(context, Nothing);
      return context.json(await controller.record(context.get('session'), sidOf(context), step));
    });
  }
  return routes;
}

/** What is done with a whole call, and needs no word more. */
function wholeCallRoutes(
  agentsOnly: readonly [MiddlewareHandler<ServerEnv>, MiddlewareHandler<ServerEnv>],
  controller: CallController,
): Hono<ServerEnv> {
  const routes = new Hono<ServerEnv>();
  const steps = { 'set-aside': controller.setAside.bind(controller), end: controller.end.bind(controller) };
  for (const [step, run] of Object.entries(steps)) {
    routes.post(`/${SID}/${step}`, ...agentsOnly, async (context) => {
      await readJson(context, Nothing);
      return context.json(await run(context.get('session'), sidOf(context)));
    });
  }
  return routes;
}

function sidOf(context: Context<ServerEnv>): string {
  return context.req.param('sid') ?? '';
}

function partyOf(context: Context<ServerEnv>): string {
  const party = PartyId.safeParse(context.req.param('party'));
  if (party.success) return party.data;
  throw new RequestError(404, 'party-unknown', 'Nobody of this name is in the call.');
}
