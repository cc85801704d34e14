/** The attributes that every kind of recording shares. */
import type { Attributes } from './attributes.js';
import { RECORDING_EVENTS, type RecordingCallback } from './twiml-call.js';

/** Where the recording's progress is reported. */
export function parseRecordingCallback(attributes: Attributes): RecordingCallback | undefined {
  const url = attributes.text('recordingStatusCallback');
  const events = attributes.words('recordingStatusCallbackEvent', RECORDING_EVENTS, ['completed']);
  const method = attributes.method('recordingStatusCallbackMethod');
  return url === undefined || url === '' ? undefined : { url, method, events: new Set(events) };
}

/** Whether silence at both ends is left out. */
export function parseTrim(
  attributes: Attributes,
  fallback: 'trim-silence' | 'do-not-trim',
  code?: number,
): boolean {
  return attributes.choice('trim', ['trim-silence', 'do-not-trim'], fallback, code) === 'trim-silence';
}
