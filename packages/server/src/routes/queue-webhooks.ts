/** `POST /voice/queue-…`: what callers hear who wait, and who takes them. */
import { Hono } from 'hono';
import type { CallController } from '../call-control/call-controller.js';
import { musicOf } from '../call-control/control-documents.js';
import type { CallPlatform } from '../call-control/platform.js';
import type { CallbackNonces } from '../call-flow/callback-nonce.js';
import { hangUpDocument, waitDocument } from '../call-flow/twiml-documents.js';
import { readForm, readQuery } from '../middleware/read-request.js';
import type { ServerDeps, ServerEnv } from '../server-env.js';
import { callOf, xml } from './control-webhooks.js';
import { OfQuery, QueueForm, RecordingQuery } from './voice-forms.js';

const NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response/>';

/** See the top of this file. */
export function queueWebhooks(
  deps: ServerDeps & { nonces: CallbackNonces; controller: CallController; platform: CallPlatform },
): Hono<ServerEnv> {
  const { config, clock, controller, logger, platform, stores } = deps;
  const routes = new Hono<ServerEnv>();
  routes.post('/queue-wait', (context) => {
    const query = readQuery(context, RecordingQuery);
    callOf(deps, query);
    const destination = query.destination === undefined ? undefined : config.destinations[query.destination];
    const { QueuePosition: position = 1 } = readForm(context, QueueForm);
    if (destination === undefined) return xml(context, hangUpDocument());
    return xml(context, waitDocument(destination, { position, music: musicOf(config) }));
  });
  routes.post('/queue-left', (context) => {
    callOf(deps, readQuery(context, OfQuery));
    return xml(context, hangUpDocument());
  });
  // Asked before the two are connected, for the caller; the address names the agent's call.
  routes.post('/queue-taken', async (context) => {
    const sid = callOf(deps, readQuery(context, OfQuery));
    const { CallSid: caller, From: from } = readForm(context, QueueForm);
    const at = clock.now();
    const agentsCall = await stores.calls.report(sid, {
      type: 'leg-answered',
      callSid: caller,
      to: from,
      at,
    });
    const taken = { type: 'leg-answered', callSid: sid, to: agentsCall?.from, at } as const;
    const callersCall = await stores.calls.report(caller, taken);
    const name = callersCall?.destination;
    if (name !== undefined && config.destinations[name]?.record === 'on') {
      const started = platform.startRecording(caller, controller.addressesOf(caller).recording);
      await started.catch((error: unknown) => {
        logger.warn({ err: error, callSid: caller }, 'a call from a queue is not recorded');
      });
    }
    logger.info({ callSid: caller, takenBy: sid }, 'a caller was taken from a queue');
    return xml(context, NOTHING);
  });
  return routes;
}
