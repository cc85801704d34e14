/**
 * The life of one call, in Twilio's statuses.
 *
 *   queued ──ring──► ringing ──answer──► in-progress ──end──► completed | failed
 *     │                │
 *     └──────end───────┴──end──► completed | busy | failed | no-answer | canceled
 *     └─────────────answer─────────────► in-progress
 *
 * A call that ends before it is answered is `completed` only when its own TwiML hung up.
 */

/** The statuses that nothing follows. */
export type FinalStatus = 'completed' | 'busy' | 'failed' | 'no-answer' | 'canceled';

/** Why a call ended, as far as there is more to say than its status. */
export interface EndCause {
  /** SIP response code that says the same, e.g. 486 busy, 603 decline. */
  sipCode?: number;
  /** Twilio's error code, e.g. 53405. */
  errorCode?: number;
  /** A sentence for the developer. */
  message?: string;
}

/** State of a call. Times are monotonic milliseconds. */
export type CallState =
  | { status: 'queued' }
  | { status: 'ringing' }
  | { status: 'in-progress'; answeredAtMs: number }
  | { status: FinalStatus; answeredAtMs: number | undefined; endedAtMs: number; cause: EndCause };

/** What can happen to a call. */
export type CallEvent =
  | { type: 'ring' }
  | { type: 'answer'; atMs: number }
  | { type: 'end'; atMs: number; status: FinalStatus; cause: EndCause };

/** The state after the event, or undefined when the event cannot happen in this state. */
export function transition(state: CallState, event: CallEvent): CallState | undefined {
  switch (state.status) {
    case 'queued':
      if (event.type === 'ring') return { status: 'ringing' };
      return answerOrEnd(event);
    case 'ringing':
      return event.type === 'ring' ? undefined : answerOrEnd(event);
    case 'in-progress':
      return event.type === 'end' ? endAnswered(event, state.answeredAtMs) : undefined;
    case 'completed':
    case 'busy':
    case 'failed':
    case 'no-answer':
    case 'canceled':
      return undefined;
  }
}

function answerOrEnd(event: CallEvent): CallState | undefined {
  if (event.type === 'answer') return { status: 'in-progress', answeredAtMs: event.atMs };
  if (event.type === 'end')
    return { status: event.status, answeredAtMs: undefined, endedAtMs: event.atMs, cause: event.cause };
  return undefined;
}

function endAnswered(event: Extract<CallEvent, { type: 'end' }>, answeredAtMs: number): CallState {
  const status = event.status === 'failed' ? 'failed' : 'completed';
  return { status, answeredAtMs, endedAtMs: event.atMs, cause: event.cause };
}

/** Whether nothing can follow. */
export function isFinal(state: CallState): state is Extract<CallState, { status: FinalStatus }> {
  return 'endedAtMs' in state;
}
