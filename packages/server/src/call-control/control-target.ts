/** Whom an agent wants in a call: judged by the same policy and limits as if the agent dialled them. */
import type { RefusalReason, TargetRequest } from '@offhook/contract';
import { admitCall } from '../call-flow/admit-call.js';
import {
  type CallDecision,
  type DialDecision,
  decideOutgoing,
  outgoingAgents,
  outgoingDestination,
} from '../call-flow/call-decision.js';
import { parseCallTarget } from '../call-flow/call-target.js';
import { RequestError } from '../errors.js';
import { judgeDial } from '../policy/dialing-policy.js';
import type { QueueRinger } from '../queues/queue-ringer.js';
import type { ServerDeps } from '../server-env.js';
import type { Session } from '../stores/session-store.js';
import { targetSelf } from './control-errors.js';

/** Somebody who may be called. */
export interface AdmittedTarget {
  dial: DialDecision;
  /** Under what name the limits let it in. */
  admittedAs: string;
}

const SENTENCES: Readonly<Partial<Record<RefusalReason, string>>> = {
  'budget-used': 'The calls and minutes for phone numbers are used up.',
  'caller-id-not-allowed': 'You may not use this caller ID, or have none.',
  closed: 'This destination is closed.',
  'emergency-number': 'Emergency services cannot be reached from here.',
  'no-agent': 'Nobody is there to answer.',
  'target-unknown': 'Nobody has this name.',
  'too-many-calls': 'Too many calls. Try again in a minute.',
};
const STATUSES: Readonly<Partial<Record<RefusalReason, 400 | 429>>> = {
  'number-invalid': 400,
  'target-unknown': 400,
  'budget-used': 429,
  'daily-limit': 429,
  'too-many-calls': 429,
};

/** Whom the agent wants in the call `sid`. @throws RequestError that says why the target may not be called. */
export async function admitTarget(
  deps: Pick<ServerDeps, 'config' | 'clock' | 'limits' | 'random'> & { ringer: QueueRinger },
  { session, sid }: { session: Session; sid: string },
  { to, callerId }: TargetRequest,
): Promise<AdmittedTarget> {
  const { config, clock, limits, random, ringer } = deps;
  const target = parseCallTarget(to);
  if (target.kind === 'client' && target.identity === session.identity) throw targetSelf();
  // For no destination: a caller who talks to an agent does not wait behind others.
  const statuses = await ringer.statusesFor({ sid, destination: undefined }, outgoingAgents(config, to));
  // Who has the call already is not rung for it by a destination either.
  const agents = new Map(statuses).set(session.identity, 'away');
  const wanted = whoAnswers(
    decideOutgoing(config, { session, to, callerId, now: clock.now(), agents, isGranted: false }),
  );
  const admittedAs = `control:${Buffer.from(random.bytes(12)).toString('base64url')}`;
  const destination = outgoingDestination(config, to);
  const decision = await admitCall(limits, {
    sid: admittedAs,
    decision: wanted,
    session,
    destination,
    place: undefined,
  });
  if (decision.kind === 'dial') return { dial: decision, admittedAs };
  const reason = decision.kind === 'refuse' ? decision.reason : 'target-unknown';
  const verdict = target.kind === 'number' ? judgeDial(config, target.number) : undefined;
  const message = verdict?.allowed === false ? verdict.message : SENTENCES[reason];
  throw new RequestError(STATUSES[reason] ?? 403, reason, message ?? 'This call is not allowed.');
}

/** Only people are called into a call: a voicemail or a queue stands for nobody who is there now. */
function whoAnswers(decision: CallDecision): CallDecision {
  if (decision.kind === 'dial' || decision.kind === 'refuse') return decision;
  return { kind: 'refuse', reason: decision.kind === 'take' ? 'target-unknown' : 'no-agent' };
}
