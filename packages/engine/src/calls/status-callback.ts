/** Reports a call's progress to the application, in order and numbered from 0. */
import type { HttpMethod, ProgressEvent, StatusCallback } from '../twiml/twiml-call.js';
import { progressParameters } from './call-parameters.js';
import type { Call } from './call.js';
import type { CallState } from './call-state.js';
import type { Clock } from './clock.js';
import type { WebhookPort } from './ports.js';

interface Progress {
  call: Call;
  callback: StatusCallback;
  webhooks: WebhookPort;
  clock: Clock;
}

/** Follows the call from now on; `initiated` is reported at once when it was asked for. */
export function reportProgress({ call, callback, webhooks, clock }: Progress): void {
  call.statusCallback = callback;
  let sequenceNumber = 0;
  const report = (event: ProgressEvent): void => {
    const { url, method, events } = call.statusCallback ?? callback;
    if (events.has(event)) {
      webhooks.notify(call.details.sid, {
        url,
        method,
        parameters: progressParameters(call, sequenceNumber, clock.now()),
        accountSid: call.details.accountSid,
      });
    }
    sequenceNumber += 1;
  };
  report('initiated');
  call.on('statechange', (state) => report(progressEvent(state)));
}

/**
 * Reports the call's progress elsewhere from now on, and its end only where nothing was reported before. Without a
 * URL nothing more is reported; without a method it stays as it is.
 */
export function changeProgress(options: {
  call: Call;
  url: string | undefined;
  method: HttpMethod | undefined;
  webhooks: WebhookPort;
  clock: Clock;
}): void {
  const { call, url, method, ...services } = options;
  const current = call.statusCallback;
  const target = url ?? current?.url;
  if (target === undefined) return;
  const events = current && current.events.size > 0 ? current.events : new Set<ProgressEvent>(['completed']);
  const callback: StatusCallback = {
    url: target,
    method: method ?? current?.method ?? 'POST',
    events: target === '' ? new Set() : events,
  };
  if (current) call.statusCallback = callback;
  else reportProgress({ call, callback, ...services });
}

function progressEvent(state: CallState): ProgressEvent {
  if (state.status === 'queued') return 'initiated';
  if (state.status === 'ringing') return 'ringing';
  return state.status === 'in-progress' ? 'answered' : 'completed';
}
