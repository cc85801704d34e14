/** A call that goes on through its destination's plan: what comes next, told to its record, as TwiML. */
import type { CallController } from '../call-control/call-controller.js';
import { admitDialing } from '../call-flow/admit-call.js';
import { decideStep } from '../call-flow/call-decision.js';
import type { CallbackNonces } from '../call-flow/callback-nonce.js';
import { agentsOf } from '../call-flow/ringing-agents.js';
import { hangUpDocument, twimlFor } from '../call-flow/twiml-documents.js';
import { noteDial, waitEvent } from '../queues/queue-decision.js';
import type { QueueRinger } from '../queues/queue-ringer.js';
import type { ServerDeps } from '../server-env.js';
import type { StoredCall } from '../stores/call-record-store.js';

/** What it works with. */
interface NextStepDeps extends ServerDeps {
  nonces: CallbackNonces;
  controller: CallController;
  ringer: QueueRinger;
}

/** See the top of this file. The steps that were `rung` have said that the call is recorded; the `full` queue is none. */
export async function nextStepDocument(
  { clock, config, controller, limits, nonces, ringer, stores }: NextStepDeps,
  { sid, destination, parameters, progress }: StoredCall,
  from: { step: number; rung?: readonly number[]; full?: string },
): Promise<string> {
  if (destination === undefined) return hangUpDocument();
  const now = clock.now();
  const agents = await ringer.statusesFor({ sid, destination }, agentsOf(config.destinations, destination));
  const decision = await admitDialing(limits, sid, decideStep(config, { destination, now, agents, ...from }));
  const waits = waitEvent(decision);
  if (waits !== undefined) await stores.calls.report(sid, waits);
  // Who has talked to somebody before was not refused.
  if (decision.kind === 'refuse' && progress.control === undefined) {
    const { reason, errorCode } = decision;
    await stores.calls.report(sid, { type: 'refused', refusal: { reason, errorCode, at: now } });
  }
  await noteDial(ringer, sid, decision);
  return twimlFor(decision, {
    publicUrl: config.publicUrl,
    nonce: nonces.of(sid),
    parameters,
    addresses: controller.addressesOf(sid),
    destinations: config.destinations,
  });
}
