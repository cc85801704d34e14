/** What callers hear whom their agent has set aside for another call, and what becomes of those who are forgotten. */
import { Hono } from 'hono';
import type { CallController } from '../call-control/call-controller.js';
import { musicOf } from '../call-control/control-documents.js';
import type { CallbackNonces } from '../call-flow/callback-nonce.js';
import { hangUpDocument } from '../call-flow/twiml-documents.js';
import { readForm, readQuery } from '../middleware/read-request.js';
import type { QueueRinger } from '../queues/queue-ringer.js';
import type { ServerDeps, ServerEnv } from '../server-env.js';
import { callOf, xml } from './control-webhooks.js';
import { nextStepDocument } from './next-step.js';
import { OfQuery, TransferForm } from './voice-forms.js';

/** `POST /voice/aside` and `/voice/sent-on`. */
export function asideWebhooks(
  deps: ServerDeps & { nonces: CallbackNonces; controller: CallController; ringer: QueueRinger },
): Hono<ServerEnv> {
  const { config, controller } = deps;
  const routes = new Hono<ServerEnv>();
  routes.post('/aside', async (context) => {
    const sid = callOf(deps, readQuery(context, OfQuery));
    return xml(context, await controller.waitAside(sid, musicOf(config)));
  });
  routes.post('/sent-on', async (context) => {
    const sid = callOf(deps, readQuery(context, OfQuery));
    const { CallSid } = readForm(context, TransferForm);
    const call = CallSid === sid ? await controller.sentOn(sid) : undefined;
    return xml(context, call ? await nextStepDocument(deps, call, { step: 0 }) : hangUpDocument());
  });
  return routes;
}
