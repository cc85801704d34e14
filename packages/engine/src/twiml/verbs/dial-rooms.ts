/**
 * The nouns of `<Dial>` in which callers meet. Their attributes are checked as Twilio does; the rooms themselves
 * do not exist yet.
 */
import { Attributes, type Warn } from '../attributes.js';
import type { XmlElement } from '../parse-xml.js';

const CONFERENCE_EVENTS = [
  'start',
  'end',
  'join',
  'leave',
  'mute',
  'hold',
  'modify',
  'speaker',
  'announcement',
];

/** Checks a `<Conference>`. */
export function parseConference(element: XmlElement, warn: Warn): void {
  const attributes = new Attributes(element, warn);
  if (!/^[^%$]{1,128}$/s.test(element.text.trim()))
    warn(13237, '<Conference> needs a name of at most 128 characters.');
  attributes.boolean('muted', false, 13230);
  attributes.boolean('endConferenceOnExit', false, 13231);
  attributes.boolean('startConferenceOnEnter', true, 13232);
  attributes.method('waitMethod', 13234);
  attributes.choice('beep', ['true', 'false', 'onEnter', 'onExit'], 'true', 13235);
  attributes.matching('coach', /^CA[0-9a-f]{32}$/, 13240);
  attributes.choice('trim', ['trim-silence', 'do-not-trim'], 'trim-silence', 13239);
  attributes.integer('maxParticipants', { default: 250, min: 2, max: 250 });
  attributes.choice('record', ['do-not-record', 'record-from-start'], 'do-not-record');
  attributes.choice('jitterBufferSize', ['large', 'medium', 'small', 'off'], 'large');
  attributes.words('statusCallbackEvent', CONFERENCE_EVENTS, []);
  attributes.method('statusCallbackMethod');
}

/** Checks a `<Queue>`. */
export function parseQueue(element: XmlElement, warn: Warn): void {
  new Attributes(element, warn).method('method');
}
