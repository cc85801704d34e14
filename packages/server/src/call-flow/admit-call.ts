import type { CallLimits } from '../limits/call-limits.js';
import type { Session } from '../stores/session-store.js';
import type { CallDecision, DialDecision } from './call-decision.js';
import { isMagicNumber } from './magic-numbers.js';

/** A call that has been decided on, before it may go on. */
interface DecidedCall {
  sid: string;
  decision: CallDecision;
  /** Of the browser that calls; undefined for calls from the phone network. */
  session: Session | undefined;
  destination: string | undefined;
}

/** The decision, or a refusal because a limit is reached. The same call may ask again and is not counted again. */
export async function admitCall(limits: CallLimits, call: DecidedCall): Promise<CallDecision> {
  const { sid, decision, session, destination } = call;
  if (decision.kind === 'refuse' || decision.kind === 'hang-up') {
    if (session?.role === 'visitor') await limits.turnAway(sid, session, destination ?? '');
    return decision;
  }
  const reason =
    session?.role === 'visitor'
      ? await limits.admitVisitor(sid, session, destination ?? '')
      : await limits.admitCall(sid, { placedBy: session, destination });
  if (reason !== undefined) return { kind: 'refuse', reason };
  if (decision.kind !== 'dial') return decision;
  const admitted = await withinBudget(limits, sid, decision);
  if (admitted.kind === 'refuse') await limits.undoCall(sid);
  return admitted;
}

/** The same for one `<Dial>` of a call that is already let in: what phone numbers cost is counted once a call. */
export async function admitDialing(
  limits: CallLimits,
  sid: string,
  decision: CallDecision,
): Promise<CallDecision> {
  if (decision.kind !== 'dial') return decision;
  const admitted = await withinBudget(limits, sid, decision);
  if (admitted.kind === 'refuse') await limits.callEnded(sid, 0);
  return admitted;
}

async function withinBudget(limits: CallLimits, sid: string, decision: DialDecision): Promise<CallDecision> {
  if (!dialsPhoneNetwork(decision)) return decision;
  const wantedMinutes = Math.ceil((decision.timeLimitSeconds ?? 0) / 60);
  const admitted = await limits.admitDialing(sid, Math.max(wantedMinutes, 1));
  if (typeof admitted !== 'string') {
    const timeLimitSeconds = Math.min(
      decision.timeLimitSeconds ?? Number.POSITIVE_INFINITY,
      admitted.minutes * 60,
    );
    return { ...decision, timeLimitSeconds };
  }
  return { kind: 'refuse', reason: admitted };
}

function dialsPhoneNetwork(decision: DialDecision): boolean {
  return decision.targets.some((target) => target.kind === 'number' && !isMagicNumber(target.number));
}
