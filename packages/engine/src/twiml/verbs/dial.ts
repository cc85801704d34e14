import { booleanAttribute, integerAttribute, methodAttribute } from '../attributes.js';
import type { XmlElement } from '../parse-xml.js';
import type { DialRequest, DialResult, DialTarget, ProgressEvent, StatusCallback } from '../twiml-call.js';
import { TwimlError } from '../twiml-error.js';
import { END, NEXT, type Verb, type VerbOutcome } from '../verb.js';

const MAX_TARGETS = 10;
const PROGRESS_EVENTS: readonly ProgressEvent[] = ['initiated', 'ringing', 'answered', 'completed'];

/** `<Dial>`: rings other parties and connects the first that answers. */
export function parseDial(element: XmlElement): Verb {
  const request: DialRequest = {
    targets: parseTargets(element),
    timeoutSeconds: integerAttribute(element, 'timeout', { default: 30, min: 1, max: 600 }),
    timeLimitSeconds: integerAttribute(element, 'timeLimit', { default: 14_400, min: 1, max: 86_400 }),
    answerOnBridge: booleanAttribute(element, 'answerOnBridge', false),
    callerId: element.attributes.get('callerId'),
  };
  const action = element.attributes.get('action');
  const method = methodAttribute(element, 'method', 'POST');
  return {
    name: 'Dial',
    async run(call) {
      const result = await call.dial(request);
      if (call.signal.aborted) return END;
      if (action === undefined) return NEXT;
      return afterDial(result, action, method);
    },
  };
}

function afterDial(result: DialResult, url: string, method: 'GET' | 'POST'): VerbOutcome {
  const parameters: Record<string, string> = {
    DialCallStatus: result.status,
    DialBridged: String(result.bridged),
  };
  if (result.callSid !== undefined) parameters['DialCallSid'] = result.callSid;
  if (result.bridged) parameters['DialCallDuration'] = String(result.durationSeconds);
  return { kind: 'fetch', url, method, parameters };
}

function parseTargets(element: XmlElement): DialTarget[] {
  const targets = element.children.map(parseTarget);
  const plainNumber = element.text.trim();
  if (targets.length === 0 && plainNumber !== '') {
    targets.push({ kind: 'number', number: plainNumber, statusCallback: undefined });
  }
  if (targets.length === 0) throw new TwimlError(13241, '<Dial> has nobody to dial.');
  if (targets.length > MAX_TARGETS) {
    throw new TwimlError(
      13222,
      `<Dial> has ${targets.length} parties; at most ${MAX_TARGETS} can ring at once.`,
    );
  }
  return targets;
}

function parseTarget(element: XmlElement): DialTarget {
  const statusCallback = parseStatusCallback(element);
  if (element.name === 'Number') return { kind: 'number', number: element.text.trim(), statusCallback };
  if (element.name !== 'Client') {
    throw new TwimlError(12200, `<${element.name}> inside <Dial> is not supported.`);
  }
  const identityElement = element.children.find((child) => child.name === 'Identity');
  const identity = (identityElement ?? element).text.trim();
  if (identity === '') throw new TwimlError(13212, '<Client> names no identity.');
  const parameters = element.children
    .filter((child) => child.name === 'Parameter')
    .map((child) => [child.attributes.get('name') ?? '', child.attributes.get('value') ?? ''] as const)
    .filter(([name]) => name !== '');
  return { kind: 'client', identity, parameters, statusCallback };
}

function parseStatusCallback(element: XmlElement): StatusCallback | undefined {
  const url = element.attributes.get('statusCallback');
  if (url === undefined) return undefined;
  const names = (element.attributes.get('statusCallbackEvent') ?? 'completed').split(/\s+/);
  const events = new Set(PROGRESS_EVENTS.filter((event) => names.includes(event)));
  return { url, method: methodAttribute(element, 'statusCallbackMethod', 'POST'), events };
}
