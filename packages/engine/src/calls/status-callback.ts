/** Reports a call's progress to the application, in order and numbered from 0. */
import type { HttpMethod, ProgressEvent, StatusCallback } from '../twiml/twiml-call.js';
import { killedParameters, progressParameters } from './call-parameters.js';
import type { Call, CallProgress } from './call.js';
import type { CallState } from './call-state.js';
import type { Clock } from './clock.js';
import type { WebhookPort, WebhookRequest } from './ports.js';

interface Reporting {
  call: Call;
  webhooks: WebhookPort;
  clock: Clock;
}

/** Follows the call from now on; `initiated` is reported at once when it was asked for. */
export function reportProgress({ callback, ...reporting }: Reporting & { callback: StatusCallback }): void {
  const { call, webhooks, clock } = reporting;
  const progress: CallProgress = { callback, nextNumber: 0 };
  call.progress = progress;
  const report = (event: ProgressEvent): void => {
    if (progress.callback.events.has(event)) {
      const parameters = progressParameters(call, progress.nextNumber, clock.now());
      webhooks.notify(call.details.sid, requestTo(progress.callback, call, parameters));
    }
    progress.nextNumber += 1;
    leaveLastWord(progress, reporting);
  };
  report('initiated');
  call.on('statechange', (state) => report(progressEvent(state)));
}

/** The call's end is reported even when the engine does not live to see it. */
function leaveLastWord({ callback, nextNumber }: CallProgress, { call, webhooks, clock }: Reporting): void {
  const isLeft = !call.ended && callback.events.has('completed');
  const parameters = killedParameters(call, nextNumber, clock.now());
  webhooks.leaveLastWord(call.details.sid, isLeft ? requestTo(callback, call, parameters) : undefined);
}

function requestTo(
  { url, method }: StatusCallback,
  { details }: Call,
  parameters: Record<string, string>,
): WebhookRequest {
  return { url, method, parameters, accountSid: details.accountSid };
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
  const current = call.progress?.callback;
  const target = url ?? current?.url;
  if (target === undefined) return;
  const events = current && current.events.size > 0 ? current.events : new Set<ProgressEvent>(['completed']);
  const callback: StatusCallback = {
    url: target,
    method: method ?? current?.method ?? 'POST',
    events: target === '' ? new Set() : events,
  };
  if (call.progress) {
    call.progress.callback = callback;
    leaveLastWord(call.progress, { call, ...services });
  } else reportProgress({ call, callback, ...services });
}

function progressEvent(state: CallState): ProgressEvent {
  if (state.status === 'queued') return 'initiated';
  if (state.status === 'ringing') return 'ringing';
  return state.status === 'in-progress' ? 'answered' : 'completed';
}
