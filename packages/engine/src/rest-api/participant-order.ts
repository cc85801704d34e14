/** Reads what `POST Participants` asks for: a call whose TwiML leads into the conference. */
import type { CallOrder } from '../calls/outbound-calls.js';
import { CONFERENCE_EVENTS } from '../twiml/twiml-call.js';
import { ApiError } from './api-error.js';
import { readCallTarget, readStatusCallback } from './call-order.js';
import type { Form } from './form.js';
import { readOrderedRecording } from './recording-order.js';

const DEFAULT_TIMEOUT_SECONDS = 60;
const MAX_TIMEOUT_SECONDS = 600;
const MAX_CALL_SECONDS = 24 * 60 * 60;

/** Parameters of the API and the attributes of `<Conference>` that say the same. */
const ATTRIBUTES = [
  ['Beep', 'beep'],
  ['Muted', 'muted'],
  ['StartConferenceOnEnter', 'startConferenceOnEnter'],
  ['EndConferenceOnExit', 'endConferenceOnExit'],
  ['WaitUrl', 'waitUrl'],
  ['WaitMethod', 'waitMethod'],
  ['MaxParticipants', 'maxParticipants'],
  ['JitterBufferSize', 'jitterBufferSize'],
  ['Label', 'participantLabel'],
  ['CallSidToCoach', 'coach'],
  ['ConferenceRecord', 'record'],
  ['ConferenceTrim', 'trim'],
  ['ConferenceRecordingStatusCallback', 'recordingStatusCallback'],
  ['ConferenceRecordingStatusCallbackMethod', 'recordingStatusCallbackMethod'],
  ['ConferenceRecordingStatusCallbackEvent', 'recordingStatusCallbackEvent'],
  ['ConferenceStatusCallback', 'statusCallback'],
  ['ConferenceStatusCallbackMethod', 'statusCallbackMethod'],
] as const;

/** @throws ApiError with Twilio's code for whatever is missing or wrong. */
export function readParticipantOrder(form: Form, accountSid: string, conferenceName: string): CallOrder {
  const { from, to, target } = readCallTarget(form);
  const attributes = new Map<string, string>();
  for (const [parameter, attribute] of ATTRIBUTES) {
    const value = form.text(parameter);
    // The API also takes the old true and false.
    const old =
      attribute === 'record' ? { true: 'record-from-start', false: 'do-not-record' }[value ?? ''] : undefined;
    if (value !== undefined) attributes.set(attribute, old ?? value);
  }
  const events = form.list('ConferenceStatusCallbackEvent');
  if (events.some((event) => !CONFERENCE_EVENTS.some((known) => known === event))) {
    const known = CONFERENCE_EVENTS.join(', ');
    throw new ApiError(400, 20001, `ConferenceStatusCallbackEvent may be ${known}`);
  }
  if (attributes.has('statusCallback')) {
    attributes.set('statusCallbackEvent', events.length === 0 ? 'start end' : events.join(' '));
  }
  return {
    accountSid,
    from,
    to,
    target,
    voice: {
      url: 'https://api.twilio.com/',
      method: 'POST',
      document: conferenceTwiml(conferenceName, attributes),
    },
    statusCallback: readStatusCallback(form),
    recording: readOrderedRecording(form),
    timeoutSeconds: form.integer('Timeout', { min: 1, max: MAX_TIMEOUT_SECONDS }) ?? DEFAULT_TIMEOUT_SECONDS,
    timeLimitSeconds: form.integer('TimeLimit', { min: 1, max: MAX_CALL_SECONDS }),
  };
}

function conferenceTwiml(name: string, attributes: ReadonlyMap<string, string>): string {
  const written = [...attributes].map(([attribute, value]) => ` ${attribute}="${escapeXml(value)}"`);
  return `<Response><Dial><Conference${written.join('')}>${escapeXml(name)}</Conference></Dial></Response>`;
}

function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
