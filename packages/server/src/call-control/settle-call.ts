import { longestReportedSeconds } from '../call-flow/call-record-state.js';
import type { CallLimits } from '../limits/call-limits.js';
import type { QueueRinger } from '../queues/queue-ringer.js';
import { offerOf } from '../queues/queue-state.js';
import type { StoredCall } from '../stores/call-record-store.js';
import type { CallController } from './call-controller.js';

/** What holds something for a call. */
export interface Settlement {
  limits: CallLimits;
  controller: CallController;
  ringer: QueueRinger;
}

/** Gives back what a call no longer needs after a report. Every later one may say that it was longer than was known. */
export async function settleCall(
  { limits, controller, ringer }: Settlement,
  call: StoredCall,
): Promise<void> {
  const { sid, progress } = call;
  // An agent rings in vain.
  if (progress.queue?.state === 'left' && offerOf(progress.queue) !== undefined) await ringer.left(sid);
  const { callerEnd, loss } = progress;
  if ((callerEnd ?? loss) !== undefined) await limits.callEnded(sid, longestReportedSeconds(progress));
  await controller.settle(call);
}
