/** What a decision about a call means for the queues: the caller waits, or rings agents who might be rung for others. */
import type { TransferDial } from '../call-control/control-state.js';
import type { CallDecision } from '../call-flow/call-decision.js';
import type { CallEvent } from '../call-flow/call-record-state.js';
import type { QueueRinger } from './queue-ringer.js';

/** What the record of a call has to be told when the caller waits from now on. */
export function waitEvent(decision: CallDecision): CallEvent | undefined {
  if (decision.kind !== 'queue') return undefined;
  const { destination: name, step, recording } = decision;
  return { type: 'queued', queue: { type: 'waits', name, step, isRecorded: recording !== undefined } };
}

/** Who rings for the call `sid` rings for nobody who waits. */
export async function noteDial(ringer: QueueRinger, sid: string, decision: CallDecision): Promise<void> {
  if (decision.kind === 'dial') await noteRing(ringer, sid, decision);
}

/** The same for one `<Dial>`, or several who are called into a call. */
export async function noteRing(ringer: QueueRinger, sid: string, dial: TransferDial): Promise<void> {
  await ringer.dials(sid, agentsAmong(dial), dial.timeoutSeconds);
}

/** They ring no more. */
export async function noteRung(
  ringer: QueueRinger,
  sid: string,
  dial: Pick<TransferDial, 'targets'>,
): Promise<void> {
  await ringer.rangFor(sid, agentsAmong(dial));
}

function agentsAmong({ targets }: Pick<TransferDial, 'targets'>): string[] {
  return targets.flatMap((target) => (target.kind === 'client' ? [target.identity] : []));
}
