/** `POST /voice/queue-…`: what callers hear who wait, and who takes them. */
import { Hono } from 'hono';
import type { CallController } from '../call-control/call-controller.js';
import { musicOf } from '../call-control/control-documents.js';
import type { CallPlatform } from '../call-control/platform.js';
import type { DialResult } from '../call-flow/call-record-state.js';
import type { CallbackNonces } from '../call-flow/callback-nonce.js';
import { hangUpDocument, meetDocument, waitDocument } from '../call-flow/twiml-documents.js';
import { readForm, readQuery } from '../middleware/read-request.js';
import type { QueueRinger } from '../queues/queue-ringer.js';
import type { ServerDeps, ServerEnv } from '../server-env.js';
import { partyNamed, type StoredCall } from '../stores/call-record-store.js';
import { callOf, xml } from './control-webhooks.js';
import { nextStepDocument } from './next-step.js';
import {
  MetQuery,
  OfferQuery,
  OfQuery,
  QueueForm,
  RecordingQuery,
  StatusForm,
  statusEvent,
} from './voice-forms.js';

interface QueueWebhookDeps extends ServerDeps {
  nonces: CallbackNonces;
  controller: CallController;
  platform: CallPlatform;
  ringer: QueueRinger;
}

/** An agent's latest calls, among which is the one that has just ended. */
const LATEST_CALLS = 20;
const NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response/>';

/** See the top of this file. */
export function queueWebhooks(deps: QueueWebhookDeps): Hono<ServerEnv> {
  const { config, clock, controller, ringer, stores } = deps;
  const routes = new Hono<ServerEnv>();
  routes.post('/queue-wait', (context) => {
    const query = readQuery(context, RecordingQuery);
    callOf(deps, query);
    const destination = query.destination === undefined ? undefined : config.destinations[query.destination];
    const { QueuePosition: position = 1 } = readForm(context, QueueForm);
    if (destination === undefined || query.destination === undefined) return xml(context, hangUpDocument());
    ringer.look(query.destination);
    return xml(context, waitDocument(destination, { position, music: musicOf(config) }));
  });
  routes.post('/queue-left', async (context) => {
    const sid = callOf(deps, readQuery(context, OfQuery));
    const { QueueResult: result } = readForm(context, QueueForm);
    const call = await stores.calls.find(sid);
    await ringer.left(sid);
    if (call !== undefined && result === 'queue-full') return xml(context, await turnAway(deps, call));
    // Whom an agent was rung for follows the agent into the conference that their call becomes.
    return xml(context, (call && controller.dialEnded(call, sid)) ?? hangUpDocument());
  });
  // Asked before the two are connected, for the caller; the address names the agent's call.
  routes.post('/queue-taken', async (context) => {
    const sid = callOf(deps, readQuery(context, OfQuery));
    const { CallSid: caller, From: from } = readForm(context, QueueForm);
    const answer = { type: 'leg-answered', callSid: caller, to: from, at: clock.now() } as const;
    const agentsCall = await stores.calls.report(sid, answer);
    await noteTaken(deps, { caller, leg: sid, party: agentsCall?.from, isRung: false });
    return xml(context, NOTHING);
  });
  // The same for an agent who was rung: there the address names the caller.
  routes.post('/queue-met', async (context) => {
    const query = readQuery(context, MetQuery);
    callOf(deps, query);
    const { CallSid: caller, DequeingCallSid: leg } = readForm(context, QueueForm);
    if (leg !== undefined) {
      await noteTaken(deps, { caller, leg, party: partyNamed(query.agent), isRung: true });
    }
    return xml(context, NOTHING);
  });
  routes.post('/queue-answer', async (context) => {
    const query = readQuery(context, OfferQuery);
    const sid = callOf(deps, query);
    const { name, agent } = (await ringer.answered(sid, query.offer)) ?? {};
    if (name === undefined || agent === undefined) return xml(context, hangUpDocument());
    const url = controller.addressesOf(sid).queueMet(agent);
    return xml(context, meetDocument(name, { url, destination: config.destinations[name] }));
  });
  routes.post('/queue-ring', async (context) => {
    const query = readQuery(context, OfferQuery);
    await noteRingEnd(deps, callOf(deps, query), query.offer, readForm(context, StatusForm));
    return context.body(null, 204);
  });
  return routes;
}

/** A full queue takes nobody; the call goes on as if nobody had answered it. */
async function turnAway(deps: QueueWebhookDeps, call: StoredCall): Promise<string> {
  const { dials, queue } = call.progress;
  if (queue?.step === undefined) return hangUpDocument();
  const { name: full, step } = queue;
  deps.logger.warn({ callSid: call.sid, queue: full }, 'a queue is full');
  const rung = [...Object.keys(dials).map(Number), step];
  return nextStepDocument(deps, call, { step: step + 1, rung, full });
}

async function noteTaken(
  { clock, controller, logger, platform, ringer, stores }: QueueWebhookDeps,
  { caller, leg, party, isRung }: { caller: string; leg: string; party: string | undefined; isRung: boolean },
): Promise<void> {
  const taken = { type: 'leg-answered', callSid: leg, to: party, at: clock.now() } as const;
  const call = await stores.calls.report(caller, taken);
  if (call?.progress.queue?.isRecorded === true) {
    const started = platform.startRecording(caller, controller.addressesOf(caller).recording);
    await started.catch((error: unknown) => {
      logger.warn({ err: error, callSid: caller }, 'a call from a queue is not recorded');
    });
  }
  logger.info({ callSid: caller, takenBy: leg }, 'a caller was taken from a queue');
  await ringer.taken(caller, { leg, isRung });
}

/** The leg of an agent who was rung has ended, with a conversation or without. */
async function noteRingEnd(
  deps: QueueWebhookDeps,
  sid: string,
  offer: string,
  form: StatusForm,
): Promise<void> {
  const { clock, controller, ringer, stores } = deps;
  const { To: to = '' } = form;
  const event = statusEvent(form, { at: clock.now(), isParty: true });
  if (event?.type !== 'leg-ended') return;
  const { result, sipCode } = event;
  const met = await findMet(deps, sid, { leg: form.CallSid, agent: to, result });
  // Who answered when the caller had just left is no part of the call.
  const ended = met ?? (result === 'completed' ? undefined : sid);
  const call = ended === undefined ? undefined : await stores.calls.report(ended, event);
  if (call !== undefined) await controller.settle(call);
  if (met !== undefined) await ringer.talked(to.replace(/^client:/, ''));
  await ringer.ended(sid, offer, sipCode === 603 ? 'declined' : result);
}

/** The call that the agent has met; the next one when another took the caller `sid` at the same moment. */
async function findMet(
  { logger, stores }: QueueWebhookDeps,
  sid: string,
  { leg, agent, result }: { leg: string; agent: string; result: DialResult },
): Promise<string | undefined> {
  const isMet = (call: StoredCall) => call.progress.legs[leg] !== undefined;
  const rung = await stores.calls.find(sid);
  if (rung !== undefined && isMet(rung)) return sid;
  if (result !== 'completed') return undefined;
  try {
    return (await stores.calls.list({ party: agent, limit: LATEST_CALLS })).find(isMet)?.sid;
  } catch (error) {
    logger.warn({ err: error, callSid: leg }, 'whom an agent talked to is not known');
    return undefined;
  }
}
