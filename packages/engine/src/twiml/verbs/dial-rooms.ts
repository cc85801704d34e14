/** The nouns of `<Dial>` in which callers meet. */
import { Attributes, type Warn } from '../attributes.js';
import type { XmlElement } from '../parse-xml.js';
import { parseRecordingCallback, parseTrim } from '../recording-attributes.js';
import { CONFERENCE_EVENTS, type ConferenceRequest, type QueueDialRequest } from '../twiml-call.js';

/** What a conference may be called. */
export const CONFERENCE_NAME = /^[^%$]{1,128}$/s;
/** Twilio's limit for the name of a queue, in characters. */
export const MAX_QUEUE_NAME = 64;
/** Twilio's limit for the people in one conference. */
const MAX_PARTICIPANTS = 250;

/** A conference, but for what the `<Dial>` around it says. */
export type ConferenceNoun = Omit<ConferenceRequest, 'timeLimitSeconds' | 'hangupOnStar'> & {
  kind: 'conference';
};

/** A queue, but for what the `<Dial>` around it says. */
export type QueueNoun = Pick<QueueDialRequest, 'name' | 'greeting'> & { kind: 'queue' };

/** Parses a `<Conference>`; undefined, with a warning, when it has no name. */
export function parseConference(element: XmlElement, warn: Warn): ConferenceNoun | undefined {
  const attributes = new Attributes(element, warn);
  const name = element.text.trim();
  if (!CONFERENCE_NAME.test(name)) {
    warn(13237, '<Conference> needs a name of at most 128 characters without % and $; it is skipped.');
    return undefined;
  }
  const waitMethod = attributes.method('waitMethod', 13234);
  const waitUrl = attributes.text('waitUrl');
  return {
    kind: 'conference',
    name,
    muted: attributes.boolean('muted', false, 13230),
    beep: attributes.choice('beep', ['true', 'false', 'onEnter', 'onExit'], 'true', 13235),
    startsConference: attributes.boolean('startConferenceOnEnter', true, 13232),
    endsConference: attributes.boolean('endConferenceOnExit', false, 13231),
    wait: waitUrl === undefined ? undefined : { url: waitUrl, method: waitMethod },
    maxParticipants: attributes.integer('maxParticipants', {
      default: MAX_PARTICIPANTS,
      min: 2,
      max: MAX_PARTICIPANTS,
    }),
    coachedCallSid: attributes.matching('coach', /^CA[0-9a-f]{32}$/, 13240),
    label: attributes.text('participantLabel'),
    jitterBufferSize: attributes.choice('jitterBufferSize', ['large', 'medium', 'small', 'off'], 'large'),
    statusCallback: parseCallback(attributes),
    recording: parseConferenceRecording(attributes),
  };
}

function parseConferenceRecording(attributes: Attributes): ConferenceRequest['recording'] {
  const wanted = attributes.choice('record', ['do-not-record', 'record-from-start'], 'do-not-record');
  const recording = {
    trim: parseTrim(attributes, 'trim-silence', 13239),
    callback: parseRecordingCallback(attributes),
  };
  return wanted === 'record-from-start' ? recording : undefined;
}

function parseCallback(attributes: Attributes): ConferenceRequest['statusCallback'] {
  const url = attributes.text('statusCallback');
  const events = new Set(attributes.words('statusCallbackEvent', CONFERENCE_EVENTS, []));
  const method = attributes.method('statusCallbackMethod');
  return url === undefined || url === '' || events.size === 0 ? undefined : { url, method, events };
}

/** Parses a `<Queue>`; undefined, with a warning, when it has no name that a queue can have. */
export function parseQueue(element: XmlElement, warn: Warn): QueueNoun | undefined {
  const attributes = new Attributes(element, warn);
  const name = element.text.trim();
  const url = attributes.text('url');
  const method = attributes.method('method');
  if (name === '' || name.length > MAX_QUEUE_NAME) {
    const problem = `needs a name of 1 to ${MAX_QUEUE_NAME} characters; it is skipped.`;
    warn(name === '' ? 14212 : 14213, `<Queue> ${problem}`);
    return undefined;
  }
  return { kind: 'queue', name, greeting: url === undefined || url === '' ? undefined : { url, method } };
}
