/** What callers hear whom their agent has set aside for another call, and what becomes of those who are forgotten. */
import { Hono } from 'hono';
import type { CallController } from '../call-control/call-controller.js';
import { musicOf } from '../call-control/control-documents.js';
import { admitDialing } from '../call-flow/admit-call.js';
import { decideStep } from '../call-flow/call-decision.js';
import type { CallbackNonces } from '../call-flow/callback-nonce.js';
import { agentsOf } from '../call-flow/ringing-agents.js';
import { hangUpDocument, twimlFor } from '../call-flow/twiml-documents.js';
import { readForm, readQuery } from '../middleware/read-request.js';
import { noteDial, waitEvent } from '../queues/queue-decision.js';
import type { QueueRinger } from '../queues/queue-ringer.js';
import type { ServerDeps, ServerEnv } from '../server-env.js';
import { callOf, xml } from './control-webhooks.js';
import { OfQuery, TransferForm } from './voice-forms.js';

/** `POST /voice/aside` and `/voice/sent-on`. */
export function asideWebhooks(
  deps: ServerDeps & { nonces: CallbackNonces; controller: CallController; ringer: QueueRinger },
): Hono<ServerEnv> {
  const { clock, config, controller, limits, nonces, ringer, stores } = deps;
  const routes = new Hono<ServerEnv>();
  routes.post('/aside', async (context) => {
    const sid = callOf(deps, readQuery(context, OfQuery));
    return xml(context, await controller.waitAside(sid, musicOf(config)));
  });
  routes.post('/sent-on', async (context) => {
    const sid = callOf(deps, readQuery(context, OfQuery));
    const { CallSid } = readForm(context, TransferForm);
    const call = await controller.sentOn(sid);
    if (call?.destination === undefined || CallSid !== sid) return xml(context, hangUpDocument());
    const { destination, parameters } = call;
    const agents = await ringer.statusesFor({ sid, destination }, agentsOf(config.destinations, destination));
    const wanted = decideStep(config, { destination, step: 0, now: clock.now(), agents });
    const decision = await admitDialing(limits, sid, wanted);
    const waits = waitEvent(decision);
    if (waits !== undefined) await stores.calls.report(sid, waits);
    await noteDial(ringer, sid, decision);
    return xml(
      context,
      twimlFor(decision, {
        publicUrl: config.publicUrl,
        nonce: nonces.of(sid),
        parameters,
        addresses: controller.addressesOf(sid),
        destinations: config.destinations,
      }),
    );
  });
  return routes;
}
