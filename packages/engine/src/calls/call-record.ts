import type { Call, CallDetails } from './call.js';
import { isFinal, type CallState } from './call-state.js';

/** What is remembered of a call, while it is up and afterwards. */
export interface CallRecord extends CallDetails {
  status: CallState['status'];
  startedAt: Date;
  endedAt: Date | undefined;
  /** Undefined while the call is up. */
  durationSeconds: number | undefined;
}

/** The call as it is now. */
export function recordOf(call: Call): CallRecord {
  const ended = isFinal(call.state);
  return {
    ...call.details,
    status: call.state.status,
    startedAt: call.startedAt,
    endedAt: call.endedAt,
    durationSeconds: ended ? call.durationSeconds : undefined,
  };
}
