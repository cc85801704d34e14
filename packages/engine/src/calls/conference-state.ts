/**
 * The life of a conference, in Twilio's statuses.
 *
 *   init ──two present, one of whom may start it──► in-progress ──end──► completed
 *     └───────────────────────────────end──────────────────────────────────┘
 */

/** Why a conference ended, in Twilio's words. */
export type ConferenceEndReason =
  | 'conference-ended-via-api'
  | 'participant-with-end-conference-on-exit-left'
  | 'participant-with-end-conference-on-exit-kicked'
  | 'last-participant-left'
  | 'last-participant-kicked';

/** State of a conference; `callSid` is the call that ended it. */
export type ConferenceState =
  | { status: 'init' }
  | { status: 'in-progress' }
  | { status: 'completed'; reason: ConferenceEndReason; callSid: string | undefined };

/** What can happen to a conference. */
export type ConferenceChange =
  /** Somebody came or went. */
  | { type: 'attendance'; present: number; hasStarter: boolean }
  | { type: 'end'; reason: ConferenceEndReason; callSid: string | undefined };

/** The state after `change`; the same object when nothing changes. */
export function transition(state: ConferenceState, change: ConferenceChange): ConferenceState {
  if (state.status === 'completed') return state;
  if (change.type === 'end') {
    return { status: 'completed', reason: change.reason, callSid: change.callSid };
  }
  const starts = change.present >= 2 && change.hasStarter;
  return state.status === 'init' && starts ? { status: 'in-progress' } : state;
}
