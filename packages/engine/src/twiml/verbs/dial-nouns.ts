/** Whom a `<Dial>` names. */
import { Attributes, SCHEMA_WARNING, type Warn } from '../attributes.js';
import { checkAttributes, ELEMENTS, REFUSED_NOUNS } from '../elements.js';
import type { XmlElement } from '../parse-xml.js';
import type { DialTarget, DocumentLocation, StatusCallback } from '../twiml-call.js';
import { type ConferenceNoun, type QueueNoun, parseConference, parseQueue } from './dial-rooms.js';

const PROGRESS_EVENTS = ['initiated', 'ringing', 'answered', 'completed'] as const;
const MAX_IDENTITY = 256;

/** A party, a place to meet, or one that is refused when the Dial is reached. */
export type DialNoun = DialTarget | ConferenceNoun | QueueNoun | { kind: 'refused'; reason: string };

/** Parses a noun; undefined, with a warning, when it is none. */
export function parseNoun(element: XmlElement, warn: Warn): DialNoun | undefined {
  const { name } = element;
  const rules = [ELEMENTS, REFUSED_NOUNS].find((known) => Object.hasOwn(known, name))?.[name];
  if (rules) checkAttributes(element, rules, warn);
  switch (name) {
    case 'Number':
      return parseNumber(element, warn);
    case 'Client':
      return parseClient(element, warn);
    case 'Sip':
      return parseSip(element, warn);
    case 'Conference':
      return parseConference(element, warn);
    case 'Queue':
      return parseQueue(element, warn);
    case 'Application':
    case 'Sim':
    case 'WhatsApp':
      break;
    default:
      warn(13215, `<${name.slice(0, 100)}> cannot stand inside <Dial>; it is skipped.`);
      return undefined;
  }
  return { kind: 'refused', reason: `<Dial><${name}> is not emulated by this engine.` };
}

/** A phone number as people write it; ten digits are taken for one of North America, as at Twilio. */
export function phoneNumber(text: string): string {
  const written = text.trim();
  const digits = written.replace(/[\s().-]/g, '');
  if (!/^\+?\d+$/.test(digits)) return written;
  if (/^[2-9]\d{9}$/.test(digits)) return `+1${digits}`;
  return /^1[2-9]\d{9}$/.test(digits) ? `+${digits}` : digits;
}

function parseNumber(element: XmlElement, warn: Warn): DialNoun | undefined {
  const attributes = new Attributes(element, warn);
  const number = phoneNumber(element.text);
  if (number === '') return nobody(element, warn);
  const sendDigits = attributes.matching('sendDigits', /^[0-9*#wW]{1,100}$/, 13222)?.replaceAll('W', 'ww');
  return { kind: 'number', number, sendDigits, ...partyOptions(attributes, 13221) };
}

function parseClient(element: XmlElement, warn: Warn): DialNoun | undefined {
  const attributes = new Attributes(element, warn);
  const identityElement = element.children.find((child) => child.name === 'Identity');
  const identity = (identityElement ?? element).text.trim();
  if (identity === '' || identity.length > MAX_IDENTITY) return nobody(element, warn);
  const parameters: (readonly [string, string])[] = [];
  for (const child of element.children) {
    const rules = child.name === 'Parameter' || child.name === 'Identity' ? ELEMENTS[child.name] : undefined;
    if (rules) checkAttributes(child, rules, warn);
    else warn(SCHEMA_WARNING, `<${child.name.slice(0, 100)}> cannot stand inside <Client>; it is skipped.`);
    const name = child.name === 'Parameter' ? child.attributes.get('name') : undefined;
    if (name !== undefined && name !== '') parameters.push([name, child.attributes.get('value') ?? '']);
  }
  return { kind: 'client', identity, parameters, ...partyOptions(attributes) };
}

/** User name and password are not kept: there is no trunk to show them to. */
function parseSip(element: XmlElement, warn: Warn): DialNoun | undefined {
  const uri = element.text.trim();
  if (!/^sips?:[^\s@]+@[^\s@]+$/i.test(uri)) {
    warn(13243, '<Sip> names no SIP URI; it is skipped.');
    return undefined;
  }
  return { kind: 'sip', uri, ...partyOptions(new Attributes(element, warn), 13241) };
}

function nobody(element: XmlElement, warn: Warn): undefined {
  warn(13223, `<${element.name}> names nobody to dial; it is skipped.`);
}

function partyOptions(
  attributes: Attributes,
  methodCode?: number,
): { statusCallback: StatusCallback | undefined; screening: DocumentLocation | undefined } {
  const url = attributes.text('url');
  const callback = attributes.text('statusCallback');
  const events = attributes.words('statusCallbackEvent', PROGRESS_EVENTS, ['completed']);
  const callbackMethod = attributes.method('statusCallbackMethod');
  const method = attributes.method('method', methodCode);
  return {
    statusCallback:
      callback === undefined ? undefined : { url: callback, method: callbackMethod, events: new Set(events) },
    screening: url === undefined || url === '' ? undefined : { url, method },
  };
}
