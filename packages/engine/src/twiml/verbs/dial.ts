import { Attributes, type Warn } from '../attributes.js';
import type { XmlElement } from '../parse-xml.js';
import type {
  DialRecording,
  DialRequest,
  DialResult,
  DialTarget,
  DocumentRequest,
  TwimlCall,
} from '../twiml-call.js';
import { parseRecordingCallback, parseTrim } from '../recording-attributes.js';
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
    callerId: attributes.matching('callerId', CALLER_ID, 13214),
    hangupOnStar: attributes.boolean('hangupOnStar', false, 13213),
    ringTone: ringTone(attributes),
    recording: parseDialRecording(attributes),
  };
  const action = attributes.text('action');
  const method = attributes.method('method', 13210);
  return {
    name: 'Dial',
    async run(call) {
      const result = await connect(call, nouns, options);
      if (action === undefined) return call.signal.aborted ? END : NEXT;
      const next: DocumentRequest = { url: action, method, parameters: resultParameters(result) };
      if (!call.signal.aborted) return { kind: 'fetch', hadInput: false, ...next };
      call.reportEnd(next);
      return END;
    },
  };
}

const RECORD = [
  'do-not-record',
  'record-from-answer',
  'record-from-ringing',
  'record-from-answer-dual',
  'record-from-ringing-dual',
] as const;

function parseDialRecording(attributes: Attributes): DialRecording | undefined {
  // Older applications write true and false.
  const text = attributes.text('record');
  const record =
    text === 'true'
      ? 'record-from-answer'
      : text === 'false'
        ? RECORD[0]
        : attributes.choice('record', RECORD, RECORD[0]);
  const recording: DialRecording = {
    fromRinging: record.startsWith('record-from-ringing'),
    channels: record.endsWith('-dual') ? 2 : 1,
    track: attributes.choice('recordingTrack', ['both', 'inbound', 'outbound'], 'both'),
    trim: parseTrim(attributes, 'do-not-trim'),
    callback: parseRecordingCallback(attributes),
  };
  return record === 'do-not-record' ? undefined : recording;
}

/** A conference or a queue stands alone: nobody is rung beside it. */
function connect(
  call: TwimlCall,
  nouns: readonly DialNoun[],
  options: Omit<DialRequest, 'targets'>,
): Promise<DialResult> {
  const targets: DialTarget[] = [];
  for (const noun of nouns) {
    if (noun.kind === 'refused') throw new TwimlError(13245, noun.reason);
    if (noun.kind === 'conference') return call.confer({ ...options, ...noun });
    if (noun.kind === 'queue') return call.dialQueue({ ...options, ...noun });
    targets.push(noun);
  }
  if (targets.length === 0) throw new TwimlError(13223, '<Dial> has nobody to dial.');
  return call.dial({ ...options, targets });
}

function resultParameters(result: DialResult): Record<string, string> {
  const parameters: Record<string, string> = {
    DialCallStatus: result.status,
    DialBridged: String(result.bridged),
  };
  if (result.callSid !== undefined) parameters['DialCallSid'] = result.callSid;
  if (result.recordingUrl !== undefined) parameters['RecordingUrl'] = result.recordingUrl;
  if (result.bridged) parameters['DialCallDuration'] = String(result.durationSeconds);
  return parameters;
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
