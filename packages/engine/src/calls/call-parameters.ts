/** The form parameters that Twilio's voice webhooks carry about a call. */
import type { Call } from './call.js';
import { isFinal } from './call-state.js';

const API_VERSION = '2010-04-01';

/** Names that an app's own parameters cannot replace. */
const RESERVED = new Set([
  'CallSid',
  'AccountSid',
  'ApplicationSid',
  'From',
  'Caller',
  'Called',
  'CallStatus',
  'ApiVersion',
  'Direction',
  'ParentCallSid',
]);

/** Parameters of every webhook about this call. */
export function callParameters(call: Call): Record<string, string> {
  const { sid, accountSid, parentCallSid, from, to, direction } = call.details;
  return {
    CallSid: sid,
    AccountSid: accountSid,
    From: from,
    Caller: from,
    To: to,
    Called: to,
    CallStatus: call.state.status,
    ApiVersion: API_VERSION,
    Direction: direction,
    ...(parentCallSid === undefined ? {} : { ParentCallSid: parentCallSid }),
  };
}

/** The caller's own parameters without those that would forge a standard one. */
export function customParameters(parameters: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...parameters].filter(([name]) => !RESERVED.has(name)));
}

/** What a status callback says when the engine was killed during the call; nobody knows how long the call went on. */
export function killedParameters(call: Call, sequenceNumber: number, now: Date): Record<string, string> {
  return {
    ...reportParameters(call, sequenceNumber, now),
    CallStatus: 'failed',
    CallDuration: '0',
    Duration: '0',
    ErrorCode: '31005',
    ErrorMessage: 'The voice engine was killed during the call.',
  };
}

function reportParameters(call: Call, sequenceNumber: number, now: Date): Record<string, string> {
  return {
    ...callParameters(call),
    CallbackSource: 'call-progress-events',
    SequenceNumber: String(sequenceNumber),
    Timestamp: now.toUTCString().replace('GMT', '+0000'),
  };
}

/** Parameters that only a status callback has. */
export function progressParameters(call: Call, sequenceNumber: number, now: Date): Record<string, string> {
  const parameters = reportParameters(call, sequenceNumber, now);
  if (call.state.status === 'queued') parameters['CallStatus'] = 'initiated';
  if (!isFinal(call.state)) return parameters;
  const { sipCode, errorCode, message } = call.state.cause;
  parameters['CallDuration'] = String(call.durationSeconds);
  parameters['Duration'] = String(Math.ceil(call.durationSeconds / 60));
  if (sipCode !== undefined) parameters['SipResponseCode'] = String(sipCode);
  else if (call.state.status === 'completed') parameters['SipResponseCode'] = '200';
  if (errorCode !== undefined) parameters['ErrorCode'] = String(errorCode);
  if (message !== undefined) parameters['ErrorMessage'] = message;
  return parameters;
}
