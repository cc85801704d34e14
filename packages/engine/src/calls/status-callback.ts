/** Reports a call's progress to the application, in order and numbered from 0. */
import type { StatusCallback, ProgressEvent } from '../twiml/twiml-call.js';
import { progressParameters } from './call-parameters.js';
import type { Call } from './call.js';
import type { CallState } from './call-state.js';
import type { Clock } from './clock.js';
import type { WebhookPort } from './ports.js';

/** Follows the call from now on; `initiated` is reported at once when it was asked for. */
export function reportProgress(options: {
  call: Call;
  callback: StatusCallback;
  webhooks: WebhookPort;
  clock: Clock;
}): void {
  const { call, callback, webhooks, clock } = options;
  let sequenceNumber = 0;
  const report = (event: ProgressEvent): void => {
    if (callback.events.has(event)) {
      webhooks.notify(call.details.sid, {
        url: callback.url,
        method: callback.method,
        parameters: progressParameters(call, sequenceNumber, clock.now()),
        accountSid: call.details.accountSid,
      });
    }
    sequenceNumber += 1;
  };
  report('initiated');
  call.on('statechange', (state) => report(progressEvent(state)));
}

function progressEvent(state: CallState): ProgressEvent {
  if (state.status === 'queued') return 'initiated';
  if (state.status === 'ringing') return 'ringing';
  return state.status === 'in-progress' ? 'answered' : 'completed';
}
