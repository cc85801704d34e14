import { Attributes, type Warn } from '../attributes.js';
import type { XmlElement } from '../parse-xml.js';
import type { DialRequest, DialResult, DocumentRequest } from '../twiml-call.js';
import { TwimlError } from '../twiml-error.js';
import { END, NEXT, type Verb } from '../verb.js';
import { parseNoun, phoneNumber, type DialNoun } from './dial-nouns.js';

const MAX_TARGETS = 10;
/** Countries whose ringback Twilio can play. */
const RING_TONES =
  'at au bg br be ch cl cn cz de dk ee es fi fr gr hu il in it lt jp mx my nl no nz ph pl pt ru se sg th uk us us-old tw ve za'.split(
    ' ',
  );
/** A phone number, a client, or a SIP user or address. */
const CALLER_ID = /^[^\s@]{1,263}(?:@[^\s@]{1,150})?$/;

/** `<Dial>`: rings other parties and connects the first that answers. */
export function parseDial(element: XmlElement, warn: Warn): Verb {
  const attributes = new Attributes(element, warn);
  const nouns = parseNouns(element, warn);
  const options: Omit<DialRequest, 'targets'> = {
    sequential: attributes.boolean('sequential', false),
    timeoutSeconds: attributes.integer('timeout', { default: 30, min: 1, max: 600, code: 13212 }),
    timeLimitSeconds: attributes.integer('timeLimit', { default: 14_400, min: 1, max: 86_400, code: 13216 }),
    answerOnBridge: attributes.boolean('answerOnBridge', false),
    callerId: callerId(attributes),
    hangupOnStar: attributes.boolean('hangupOnStar', false, 13213),
    ringTone: ringTone(attributes),
  };
  const action = attributes.text('action');
  const method = attributes.method('method', 13210);
  return {
    name: 'Dial',
    async run(call) {
      const targets = nouns.map((noun) => {
        if (noun.kind === 'refused') throw new TwimlError(13245, noun.reason);
        return noun;
      });
      if (targets.length === 0) throw new TwimlError(13223, '<Dial> has nobody to dial.');
      const result = await call.dial({ ...options, targets });
      if (action === undefined) return call.signal.aborted ? END : NEXT;
      const next: DocumentRequest = { url: action, method, parameters: resultParameters(result) };
      if (!call.signal.aborted) return { kind: 'fetch', hadInput: false, ...next };
      call.reportEnd(next);
      return END;
    },
  };
}

function resultParameters(result: DialResult): Record<string, string> {
  const parameters: Record<string, string> = {
    DialCallStatus: result.status,
    DialBridged: String(result.bridged),
  };
  if (result.callSid !== undefined) parameters['DialCallSid'] = result.callSid;
  if (result.bridged) parameters['DialCallDuration'] = String(result.durationSeconds);
  return parameters;
}

/** A phone number may be written as people write it. */
function callerId(attributes: Attributes): string | undefined {
  const number = phoneNumber(attributes.text('callerId') ?? '');
  return number.startsWith('+') ? number : attributes.matching('callerId', CALLER_ID, 13214);
}

function ringTone(attributes: Attributes): string | undefined {
  if (attributes.text('ringTone') === undefined) return undefined;
  const country = attributes.choice('ringTone', ['', ...RING_TONES], '', 13220);
  return country === '' ? undefined : country;
}

function parseNouns(element: XmlElement, warn: Warn): DialNoun[] {
  const nouns = element.children.flatMap((child) => parseNoun(child, warn) ?? []);
  const plainNumber = phoneNumber(element.text);
  if (element.children.length === 0 && plainNumber !== '') {
    return [
      {
        kind: 'number',
        number: plainNumber,
        sendDigits: undefined,
        statusCallback: undefined,
        screening: undefined,
      },
    ];
  }
  if (nouns.length > MAX_TARGETS) {
    warn(13215, `<Dial> has ${nouns.length} parties; only the first ${MAX_TARGETS} are dialled.`);
  }
  return nouns.slice(0, MAX_TARGETS);
}
