import { createHash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { acceptedSession, agentName, isAgent } from '../agents.js';
import { findCallback, noteCall } from '../callbacks/callback-call.js';
import { admitCall, admitDialing } from '../call-flow/admit-call.js';
import {
  type CallDecision,
  decideIncoming,
  decideOutgoing,
  decideStep,
  inboundDestination,
  outgoingAgents,
  outgoingDestination,
} from '../call-flow/call-decision.js';
import { type CallEvent, NEW_CALL, type RefusalFacts, transition } from '../call-flow/call-record-state.js';
import type { CallPlatform } from '../call-control/platform.js';
import { TICKET_PARAMETER } from '../call-flow/call-tickets.js';
import type { CallController } from '../call-control/call-controller.js';
import { settleCall } from '../call-control/settle-call.js';
import type { CallbackNonces } from '../call-flow/callback-nonce.js';
import { type EarlyReport, EarlyReports } from '../call-flow/early-reports.js';
import { customParameters } from '../call-flow/custom-parameters.js';
import { agentsOf, type AgentStatuses } from '../call-flow/ringing-agents.js';
import { twimlFor } from '../call-flow/twiml-documents.js';
import { visitorParameters } from '../call-flow/visitor-parameters.js';
import { checkSignature } from '../middleware/check-signature.js';
import { RequestError } from '../errors.js';
import { readForm, readQuery } from '../middleware/read-request.js';
import { noteDial, waitEvent } from '../queues/queue-decision.js';
import type { QueueRinger } from '../queues/queue-ringer.js';
import type { ServerDeps, ServerEnv } from '../server-env.js';
import type { Session } from '../stores/session-store.js';
import { type StoredCall, toCallRecord } from '../stores/call-record-store.js';
import { queueWebhooks } from './queue-webhooks.js';
import { asideWebhooks } from './aside-webhooks.js';
import { controlWebhooks, xml } from './control-webhooks.js';
import {
  CallForm,
  DialDoneForm,
  DialDoneQuery,
  dialEvent,
  isFinal,
  StatusForm,
  StatusQuery,
  statusEvent,
} from './voice-forms.js';

/** Nothing but the hash of a JSON body, which the signature's check has compared. */
const NoQuery = z.strictObject({ bodySHA256: z.string().optional() });

interface VoiceDeps extends ServerDeps {
  nonces: CallbackNonces;
  controller: CallController;
  platform: CallPlatform;
  ringer: QueueRinger;
  early: EarlyReports;
}

/** `POST /voice/…`: the webhooks by which the voice platform asks what to do and reports what happened. */
export function voiceRoutes(serverDeps: Omit<VoiceDeps, 'early'>): Hono<ServerEnv> {
  const deps = { ...serverDeps, early: new EarlyReports({ store: serverDeps.transient }) };
  const routes = new Hono<ServerEnv>();
  routes.use(async (context, next) => {
    await next();
    if (context.error instanceof RequestError) deps.metrics.voiceWebhookRefused(context.error.code);
  });
  routes.use(checkSignature(deps.config));
  routes.post('/outgoing', (context) => answerOutgoing(deps, context));
  routes.post('/incoming', (context) => answerIncoming(deps, context));
  routes.post('/dial-done', (context) => answerDialDone(deps, context));
  routes.post('/status', (context) => recordStatus(deps, context));
  routes.route('/', controlWebhooks(deps));
  routes.route('/', asideWebhooks(deps));
  routes.route('/', queueWebhooks(deps));
  return routes;
}

async function answerOutgoing(deps: VoiceDeps, context: Context<ServerEnv>): Promise<Response> {
  readQuery(context, NoQuery);
  const { config, clock, sessions, limits, ringer } = deps;
  const form = readForm(context, CallForm);
  const callerIdentity = form.From.startsWith('client:') ? form.From.slice('client:'.length) : undefined;
  const found = callerIdentity === undefined ? undefined : await sessions.findByIdentity(callerIdentity);
  const session = acceptedSession(config, found);
  const now = clock.now();
  const sid = form.CallSid;
  const destination = outgoingDestination(config, form.To);
  const callback = await findCallback(deps, session, form.To);
  const to = callback?.number ?? form.To;
  const agents = await ringer.statusesFor({ sid, destination }, outgoingAgents(config, to));
  const place = session?.role === 'visitor' ? await redeemTicket(deps, form, session) : undefined;
  const wanted = decideOutgoing(config, {
    session,
    to,
    callerId: form.CallerId,
    now,
    agents,
    isGranted: place !== undefined,
  });
  const decision = await admitCall(limits, { sid, decision: wanted, session, destination, place });
  const visitor =
    session?.role === 'visitor' && destination !== undefined
      ? await deps.visitors.find(session.identity, destination)
      : undefined;
  if (callback !== undefined && session !== undefined && decision.kind === 'dial') {
    await noteCall(deps, callback, { by: session.identity, sid });
  }
  const callerName = session?.role === 'agent' ? agentName(config, session.identity) : undefined;
  return begin(deps, context, decision, {
    sid: form.CallSid,
    direction: session?.role === 'agent' ? 'outbound' : 'inbound',
    callerIdentity,
    from: form.From,
    to,
    destination,
    parameters: customParameters(context.get('form'), {
      ...(callerName !== undefined && { callerName }),
      ...(destination !== undefined && { destination }),
      ...visitorParameters(visitor),
      callSid: sid,
    }),
    startedAt: now,
    ...(visitor !== undefined && { visitor }),
    ...(callback !== undefined && { callbackRequest: callback.id }),
  });
}

/** The place of a visitor's call; undefined when the token with which it was placed is for none like it. */
async function redeemTicket(
  { config, tickets }: VoiceDeps,
  form: z.output<typeof CallForm>,
  { identity }: Session,
): Promise<string | undefined> {
  const destination = outgoingDestination(config, form.To);
  if (destination === undefined) return undefined;
  return tickets.redeem(form[TICKET_PARAMETER], { identity, destination }, form.CallSid);
}

async function answerIncoming(deps: VoiceDeps, context: Context<ServerEnv>): Promise<Response> {
  readQuery(context, NoQuery);
  const { config, clock, limits } = deps;
  const form = readForm(context, CallForm);
  const now = clock.now();
  const sid = form.CallSid;
  const destination = inboundDestination(config, form.To);
  const agents = await statusesFor(deps, sid, destination);
  const wanted = decideIncoming(config, { from: form.From, to: form.To, now, agents });
  const decision = await admitCall(limits, {
    sid,
    decision: wanted,
    session: undefined,
    destination,
    place: undefined,
  });
  return begin(deps, context, decision, {
    sid: form.CallSid,
    direction: 'inbound',
    callerIdentity: undefined,
    from: form.From,
    to: form.To,
    destination,
    parameters: { ...(destination !== undefined && { destination }), callSid: sid },
    startedAt: now,
  });
}

async function statusesFor(
  { config, ringer }: VoiceDeps,
  sid: string,
  destination: string | undefined,
): Promise<AgentStatuses> {
  const agents = destination === undefined ? [] : agentsOf(config.destinations, destination);
  return ringer.statusesFor({ sid, destination }, agents);
}

/** Stores the call together with its refusal, so that a repeated webhook cannot change what was recorded. */
async function begin(
  deps: VoiceDeps,
  context: Context<ServerEnv>,
  decision: CallDecision,
  call: Omit<StoredCall, 'progress'>,
): Promise<Response> {
  const { config, controller, logger, ringer, stores, nonces } = deps;
  const refusal = refusalOf(decision, call.startedAt);
  const event = refusal === undefined ? waitEvent(decision) : ({ type: 'refused', refusal } as const);
  const progress = event === undefined ? NEW_CALL : transition(NEW_CALL, event);
  const diverted = decision.kind === 'dial' ? decision.diverted : undefined;
  await stores.calls.create({ ...call, progress, ...(diverted !== undefined && { diverted }) });
  const log = { callSid: call.sid, direction: call.direction, destination: call.destination };
  if (decision.kind === 'refuse') logger.info({ ...log, reason: decision.reason }, 'call refused');
  else logger.info(log, 'call accepted');
  for (const report of await deps.early.take(call.sid)) await addReport(deps, call.sid, report);
  await noteDial(ringer, call.sid, decision);
  return xml(
    context,
    twimlFor(decision, {
      publicUrl: config.publicUrl,
      nonce: nonces.of(call.sid),
      parameters: call.parameters,
      addresses: controller.addressesOf(call.sid),
      destinations: config.destinations,
    }),
  );
}

function refusalOf(decision: CallDecision, at: number): RefusalFacts | undefined {
  if (decision.kind !== 'refuse') return undefined;
  return { reason: decision.reason, errorCode: decision.errorCode, at };
}

async function answerDialDone(deps: VoiceDeps, context: Context<ServerEnv>): Promise<Response> {
  const { config, clock, controller, logger, limits, ringer, stores, nonces } = deps;
  const { step, call: nonce } = readQuery(context, DialDoneQuery);
  const form = readForm(context, DialDoneForm);
  requireNonce(deps, form.CallSid, nonce);
  const call = await stores.calls.find(form.CallSid);
  if (call === undefined) logger.warn({ callSid: form.CallSid }, 'a dial ended in a call that has no record');
  const upgraded = call && controller.dialEnded(call, form.CallSid);
  if (upgraded !== undefined) return xml(context, upgraded);
  if (call?.destination !== undefined)
    await ringer.rangFor(call.sid, agentsOf(config.destinations, call.destination));
  const now = clock.now();
  const over = isFinal(form.CallStatus) || ['completed', 'answered'].includes(form.DialCallStatus);
  const wanted: CallDecision =
    over || call?.destination === undefined
      ? { kind: 'hang-up' }
      : decideStep(config, {
          destination: call.destination,
          step: step + 1,
          now,
          agents: await statusesFor(deps, form.CallSid, call.destination),
          rung: [...Object.keys(call.progress.dials).map(Number), step],
        });
  const decision = await admitDialing(limits, form.CallSid, wanted);
  const event = dialEvent(form, {
    step,
    // Who waits may still be answered.
    last: decision.kind !== 'dial' && decision.kind !== 'queue',
    at: now,
    refusal: refusalOf(decision, now),
  });
  const reported = await stores.calls.report(form.CallSid, event, reportKey(context));
  if (reported !== undefined) await settleCall(deps, reported);
  const waits = waitEvent(decision);
  if (waits !== undefined) await stores.calls.report(form.CallSid, waits);
  await noteDial(ringer, form.CallSid, decision);
  logger.info({ callSid: form.CallSid, step, result: form.DialCallStatus }, 'dial ended');
  return xml(
    context,
    twimlFor(decision, {
      publicUrl: config.publicUrl,
      nonce: nonces.of(form.CallSid),
      parameters: call?.parameters ?? {},
      addresses: controller.addressesOf(form.CallSid),
      destinations: config.destinations,
    }),
  );
}

async function recordStatus(deps: VoiceDeps, context: Context<ServerEnv>): Promise<Response> {
  const { call: nonce, of } = readQuery(context, StatusQuery);
  const form = readForm(context, StatusForm);
  const sid = of ?? form.ParentCallSid ?? form.CallSid;
  // A party that is rung reports to the address in our TwiML, the call itself to the one the platform was set up with.
  if (sid !== form.CallSid || nonce !== undefined) requireNonce(deps, sid, nonce);
  const report = { form: context.get('form'), at: deps.clock.now(), key: reportKey(context) };
  if (!(await addReport(deps, sid, report))) await addLater(deps, sid, report);
  return context.body(null, 204);
}

/** Adds what is reported to the record of the call `sid`; false when there is none. */
async function addReport(
  deps: VoiceDeps,
  sid: string,
  { form: parameters, at, key }: EarlyReport,
): Promise<boolean> {
  const { data: form } = StatusForm.safeParse(parameters);
  if (form === undefined) return true;
  const event = statusEvent(form, { at, isParty: sid !== form.CallSid });
  if (event === undefined) return true;
  const call = await deps.stores.calls.report(sid, event, key);
  if (call === undefined) return false;
  await settleCall(deps, call);
  await noteTurn(deps, call, event);
  if (event.type === 'caller-ended') {
    const { outcome, errorCode, durationSeconds } = toCallRecord(call);
    deps.logger.info({ callSid: sid, outcome, errorCode, durationSeconds }, 'call ended');
  }
  return true;
}

/** A report that overtook the call's own webhook counts as soon as that has come, which may be by now. */
async function addLater(deps: VoiceDeps, sid: string, report: EarlyReport): Promise<void> {
  const { early, logger, stores } = deps;
  await early.keep(sid, report);
  logger.warn({ callSid: sid }, 'status of a call that has no record yet');
  if ((await stores.calls.find(sid)) === undefined) return;
  for (const waiting of await early.take(sid)) await addReport(deps, sid, waiting);
}

/** For whoever is rung from a queue next: who talked last, and who has just been rung in vain. */
async function noteTurn({ config, ringer }: VoiceDeps, call: StoredCall, event: CallEvent): Promise<void> {
  const party = event.type === 'leg-ended' ? event.to : event.type === 'caller-ended' ? call.from : undefined;
  const identity = party?.startsWith('client:') === true ? party.slice('client:'.length) : '';
  if (!isAgent(config, identity)) return;
  await ringer.rangFor(call.sid, [identity]);
  if (event.type === 'caller-ended' || (event.type === 'leg-ended' && event.result === 'completed')) {
    await ringer.talked(identity);
    return;
  }
  if (event.type !== 'leg-ended' || (event.result !== 'busy' && event.result !== 'no-answer')) return;
  await ringer.missed(identity, event.sipCode === 603 ? 'declined' : 'unanswered');
}

/** @throws RequestError when the request was not sent to an address that we gave out for this call. */
function requireNonce({ nonces }: VoiceDeps, callSid: string, given: string | undefined): void {
  if (nonces.isOf(callSid, given)) return;
  throw new RequestError(403, 'nonce-invalid', 'The address is not one that was given out for this call.');
}

/**
 * What makes this report this report, however often it comes. The header is not signed, so it only counts
 * together with the call.
 */
function reportKey(context: Context<ServerEnv>): string | undefined {
  const { CallSid, CallStatus, SequenceNumber } = context.get('form');
  const token = context.req.header('i-twilio-idempotency-token');
  if (token !== undefined) return `${CallSid}:${createHash('sha256').update(token).digest('base64url')}`;
  return SequenceNumber === undefined ? undefined : `${CallSid}:${CallStatus}:${SequenceNumber}`;
}
