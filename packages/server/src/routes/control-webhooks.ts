/** `POST /voice/…`: what the voice platform asks and reports about calls that are under control. */
import type { CallRecording } from '@offhook/contract';
import { createHash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { agentName } from '../agents.js';
import type { CallController } from '../call-control/call-controller.js';
import { recordsCalls, roomOf, transferDocument } from '../call-control/control-documents.js';
import type { ControlEvent, Topology, TransferDial } from '../call-control/control-state.js';
import type { CallbackNonces } from '../call-flow/callback-nonce.js';
import { hangUpDocument } from '../call-flow/twiml-documents.js';
import { RequestError } from '../errors.js';
import { readForm, readQuery } from '../middleware/read-request.js';
import { noteRing, noteRung } from '../queues/queue-decision.js';
import type { QueueRinger } from '../queues/queue-ringer.js';
import type { ServerDeps, ServerEnv } from '../server-env.js';
import type { StoredCall } from '../stores/call-record-store.js';
import {
  ConferenceForm,
  DialDoneForm,
  isFinal,
  OfQuery,
  TransferForm,
  RecordingForm,
  RecordingQuery,
} from './voice-forms.js';

interface WebhookDeps extends ServerDeps {
  nonces: CallbackNonces;
  controller: CallController;
  ringer: QueueRinger;
}

/** What an agent rings for when a transferred call comes back, in seconds. */
const RETURN_RING_SECONDS = 30;

/** See the top of this file. */
export function controlWebhooks(deps: WebhookDeps): Hono<ServerEnv> {
  const routes = new Hono<ServerEnv>();
  routes.post('/conference', (context) => recordConference(deps, context));
  routes.post('/transfer', (context) => answerTransfer(deps, context));
  routes.post('/transfer-done', (context) => answerTransferDone(deps, context));
  routes.post('/voicemail-done', (context) => {
    callOf(deps, readQuery(context, OfQuery));
    return xml(context, hangUpDocument());
  });
  routes.post('/recording', (context) => recordRecording(deps, context));
  return routes;
}

/** The call that an address names. @throws RequestError when the address was not given out for it. */
export function callOf(
  { nonces }: { nonces: CallbackNonces },
  { of, call }: { of: string; call: string },
): string {
  if (nonces.isOf(of, call)) return of;
  throw new RequestError(403, 'nonce-invalid', 'The address is not one that was given out for this call.');
}

async function recordConference(deps: WebhookDeps, context: Context<ServerEnv>): Promise<Response> {
  const sid = callOf(deps, readQuery(context, OfQuery));
  const form = readForm(context, ConferenceForm);
  const event = conferenceEvent(sid, form, deps.clock.now());
  if (event !== undefined) {
    const key = `${form.ConferenceSid}:${form.SequenceNumber ?? createHash('sha256').update(JSON.stringify(form)).digest('base64url')}`;
    const call = await deps.stores.calls.report(sid, { type: 'controlled', control: event }, key);
    if (call !== undefined) await deps.controller.settle(call);
  }
  return context.body(null, 204);
}

function conferenceEvent(sid: string, form: ConferenceForm, at: number): ControlEvent | undefined {
  const room = roomOf(sid, form.FriendlyName);
  const { CallSid: party, StatusCallbackEvent: event } = form;
  if (room === undefined || party === undefined) return undefined;
  if (event === 'participant-join') return { type: 'joined', room, party, at };
  return event === 'participant-leave' ? { type: 'left', room, party, at } : undefined;
}

/** A party that is transferred asks whom to ring. */
async function answerTransfer(deps: WebhookDeps, context: Context<ServerEnv>): Promise<Response> {
  const { config, ringer, stores } = deps;
  const sid = callOf(deps, readQuery(context, OfQuery));
  const { CallSid } = readForm(context, TransferForm);
  const call = await stores.calls.find(sid);
  const topology = call?.progress.control?.topology;
  if (call === undefined || topology?.kind !== 'transferring' || topology.customer !== CallSid) {
    return xml(context, hangUpDocument());
  }
  await noteRing(ringer, sid, topology.dial);
  const by = topology.by.replace(/^client:/, '');
  const parameters = {
    ...call.parameters,
    callSid: sid,
    callerName: agentName(config, by),
    transferredBy: by,
  };
  return xml(
    context,
    transferDocument(deps.controller.addressesOf(sid), topology.dial, {
      parameters,
      isRecorded: recordsCalls(config, call),
    }),
  );
}

/** The target of a transfer did not come, or the talk with it is over, or becomes a conference. */
async function answerTransferDone(deps: WebhookDeps, context: Context<ServerEnv>): Promise<Response> {
  const { controller, limits, logger, ringer, stores } = deps;
  const sid = callOf(deps, readQuery(context, OfQuery));
  const form = readForm(context, DialDoneForm);
  const call = await stores.calls.find(sid);
  const topology = call?.progress.control?.topology;
  if (call === undefined || topology === undefined || isFinal(form.CallStatus)) {
    const isTransferred = topology?.kind === 'transferring' && topology.customer === form.CallSid;
    if (isTransferred) {
      await noteRung(ringer, sid, rungFor(topology));
      await limits.callEnded(topology.admittedAs, 0);
    }
    return xml(context, hangUpDocument());
  }
  const upgraded = controller.dialEnded(call, form.CallSid);
  if (upgraded !== undefined) return xml(context, upgraded);
  const isConnected = form.DialCallStatus === 'completed' || form.DialCallStatus === 'answered';
  if (isConnected || topology.kind !== 'transferring' || topology.customer !== form.CallSid) {
    return xml(context, hangUpDocument());
  }
  await noteRung(ringer, sid, rungFor(topology));
  if (topology.isReturning) {
    logger.info({ callSid: sid }, 'nobody took a transferred call, which ends');
    return xml(context, hangUpDocument());
  }
  await limits.callEnded(topology.admittedAs, 0);
  const reason = failureOf(form);
  await stores.calls.report(sid, { type: 'controlled', control: { type: 'transfer-returns', reason } });
  const dial = {
    ...rungFor({ ...topology, isReturning: true }),
    timeoutSeconds: RETURN_RING_SECONDS,
    callerId: call.progress.control?.parties[topology.customer]?.party,
  };
  await noteRing(ringer, sid, dial);
  return xml(context, returnDocument(deps, call, dial, { to: topology.to, reason }));
}

/** Whom a transfer rings: its targets, or again the agent who asked for it. */
function rungFor({
  by,
  dial,
  isReturning,
}: Topology & { kind: 'transferring' }): Pick<TransferDial, 'targets'> {
  return isReturning ? { targets: [{ kind: 'client', identity: by.replace(/^client:/, '') }] } : dial;
}

function returnDocument(
  { config, controller }: WebhookDeps,
  call: StoredCall,
  dial: TransferDial,
  { to, reason }: { to: string; reason: string },
): string {
  const parameters = { ...call.parameters, callSid: call.sid, transferTo: to, transferFailed: reason };
  return transferDocument(controller.addressesOf(call.sid), dial, {
    parameters,
    isRecorded: recordsCalls(config, call),
  });
}

function failureOf({ DialCallStatus: status, DialSipResponseCode: code }: DialDoneForm) {
  if (code === 603) return 'declined';
  return status === 'busy' || status === 'no-answer' || status === 'canceled' ? status : 'failed';
}

async function recordRecording(deps: WebhookDeps, context: Context<ServerEnv>): Promise<Response> {
  const query = readQuery(context, RecordingQuery);
  const sid = callOf(deps, query);
  const form = readForm(context, RecordingForm);
  const facts = {
    kind: query.destination === undefined ? ('call' as const) : ('voicemail' as const),
    status: recordingStatus(form),
    of: form.ConferenceSid ?? form.CallSid,
    startedAt: startOf(form, deps.clock.now()),
    durationSeconds: form.RecordingDuration,
    destination: query.destination,
  };
  await deps.stores.calls.report(sid, { type: 'recorded', sid: form.RecordingSid, recording: facts });
  deps.logger.info({ callSid: sid, recordingSid: form.RecordingSid, status: facts.status }, 'recording');
  return context.body(null, 204);
}

function recordingStatus({
  RecordingStatus: status,
  ErrorCode: code,
}: RecordingForm): CallRecording['status'] {
  if (status === 'in-progress' || status === 'paused') return status;
  if (status === 'absent' || status === 'failed') return 'absent';
  return code === undefined || code === 0 ? 'completed' : 'cut';
}

function startOf({ RecordingStartTime: text }: RecordingForm, now: number): number {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? now : time;
}

/** TwiML as an answer. */
export function xml(context: Context<ServerEnv>, document: string): Response {
  return context.body(document, 200, { 'Content-Type': 'text/xml; charset=utf-8' });
}
