/** Tells a call moment by moment, from what was reported about it. */
import type { CallMoment } from '@offhook/contract';
import type { StoredCall } from '../stores/call-record-store.js';
import { summarize } from './call-record-state.js';

/** SIP's busy here and decline (RFC 3261 §21.4.24, §21.6.2). */
const BUSY = 486;
const DECLINE = 603;

/** A moment before its time is written out: `at` in milliseconds since the epoch. */
type Told = Omit<CallMoment, 'at'> & { at: number };

/** The moments of a call, oldest first. */
export function timelineOf(call: StoredCall): CallMoment[] {
  const { progress, startedAt } = call;
  const moments: Told[] = [{ at: startedAt, what: 'started', party: call.from }];
  if (call.diverted !== undefined) {
    moments.push({ at: startedAt, what: 'diverted', reason: call.diverted });
  }
  for (const leg of Object.values(progress.legs)) moments.push(...legMoments(leg));
  const { refusal, rating, notes = {} } = progress;
  if (refusal !== undefined) moments.push({ at: refusal.at, what: 'refused', reason: refusal.reason });
  const { endedAt, reason } = summarize(progress);
  if (endedAt !== undefined && refusal === undefined) {
    moments.push({ at: endedAt, what: 'ended', ...(reason !== undefined && { reason }) });
  }
  if (rating !== undefined) moments.push({ at: rating.at, what: 'rated' });
  for (const [by, { at }] of Object.entries(notes))
    moments.push({ at, what: 'noted', party: `client:${by}` });
  return moments
    .sort((a, b) => a.at - b.at)
    .map(({ at, ...moment }) => ({ ...moment, at: new Date(at).toISOString() }));
}

function legMoments(leg: StoredCall['progress']['legs'][string]): Told[] {
  const party = leg.to === undefined ? {} : { party: leg.to };
  if (leg.answeredAt !== undefined) return [{ at: leg.answeredAt, what: 'answered', ...party }];
  if (leg.endedAt === undefined) return [];
  const what = leg.sipCode === DECLINE ? 'declined' : leg.sipCode === BUSY ? 'busy' : 'unanswered';
  return [{ at: leg.endedAt, what, ...party }];
}
