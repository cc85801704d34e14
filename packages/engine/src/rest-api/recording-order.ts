/** Reads how a call is to be recorded. */
import type { RecordingSettings } from '../calls/ports.js';
import { RECORDING_EVENTS, type RecordingCallback } from '../twiml/twiml-call.js';
import type { Form } from './form.js';

/** @throws ApiError 20001 for values that cannot be used. */
export function readRecordingSettings(form: Form): RecordingSettings {
  return {
    channels: form.choice('RecordingChannels', ['mono', 'dual']) === 'dual' ? 2 : 1,
    track: form.choice('RecordingTrack', ['both', 'inbound', 'outbound']) ?? 'both',
    trim: form.choice('Trim', ['trim-silence', 'do-not-trim']) === 'trim-silence',
    quietMs: undefined,
  };
}

/** Where the recording's progress is reported. @throws ApiError 20001 for a URL that is none. */
export function readRecordingCallback(form: Form): RecordingCallback | undefined {
  const url = form.url('RecordingStatusCallback', 20001);
  if (!url) return undefined;
  const named = form.list('RecordingStatusCallbackEvent');
  const known = RECORDING_EVENTS.filter((event) => named.includes(event));
  return {
    url,
    method: form.method('RecordingStatusCallbackMethod') ?? 'POST',
    events: new Set(known.length === 0 ? ['completed'] : known),
  };
}

/** What `Record` and its kin ask for when a call is placed. */
export function readOrderedRecording(
  form: Form,
): { settings: RecordingSettings; callback: RecordingCallback | undefined } | undefined {
  if (form.boolean('Record') !== true) return undefined;
  return { settings: readRecordingSettings(form), callback: readRecordingCallback(form) };
}
