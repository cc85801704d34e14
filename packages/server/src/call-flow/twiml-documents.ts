/** The TwiML that decisions become. See https://www.twilio.com/docs/voice/twiml. */
import type { RefusalReason } from '@offhook/contract';
import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import type { TransferDial } from '../call-control/control-state.js';
import type { ControlAddresses } from '../call-control/control-documents.js';
import type { ServerConfig } from '../config/config.js';
import type { Destination } from '../config/configuration-file.js';
import type { CallDecision, DialDecision, QueueDecision } from './call-decision.js';

type SayLanguage = NonNullable<VoiceResponse.SayAttributes['language']>;

/** A caller who says nothing for this long has said everything. */
const VOICEMAIL_SILENCE_SECONDS = 10;
/** How long an agent waits for a caller when the queue is empty. */
const TAKE_SECONDS = 20;
/** The same when the caller was there a moment ago. */
const MEET_SECONDS = 5;

/** Absolute addresses, and what the callee's phone is told. */
export interface DocumentContext {
  /** Origin under which the voice platform reaches us. */
  publicUrl: string;
  /** What our own callback addresses carry; see callback-nonce.ts. */
  nonce: string;
  /** Custom parameters for every browser that rings. */
  parameters: Readonly<Record<string, string>>;
  /** Where reports about this call go that name its record. */
  addresses: ControlAddresses;
  destinations: ServerConfig['destinations'];
}

/** Refusals that the caller hears; the others end the call unanswered. */
const SPOKEN: Readonly<Partial<Record<RefusalReason, string>>> = Object.freeze({
  closed: 'We are closed at the moment. Please call again during our opening hours.',
  'no-agent': 'Nobody can take your call at the moment. Please try again later.',
  'queue-full': 'Too many callers are waiting at the moment. Please try again later.',
  'emergency-number':
    'Emergency services cannot be reached from this phone. Hang up and call them from a mobile phone or a landline.',
});

/** The document that carries out a decision. */
export function twimlFor(decision: CallDecision, context: DocumentContext): string {
  switch (decision.kind) {
    case 'dial':
      return dialDocument(decision, context);
    case 'voicemail':
      return voicemailDocument(decision.destination, context);
    case 'queue':
      return queueDocument(decision, context);
    case 'take':
      return takeDocument(decision.destination, context);
    case 'hang-up':
      return hangUpDocument();
    case 'refuse':
      return refusalDocument(decision.reason);
  }
}

function dialDocument(decision: DialDecision, context: DocumentContext): string {
  const { publicUrl, nonce, parameters, addresses } = context;
  const { recording } = decision;
  const response = new VoiceResponse();
  if (recording?.notice !== undefined) say(response, recording.notice, recording.language);
  addDial(response, decision, {
    ...(recording !== undefined && { recordTo: addresses.recording }),
    action: `${publicUrl}/voice/dial-done?call=${nonce}&step=${decision.step}`,
    statusCallback: `${publicUrl}/voice/status?call=${nonce}`,
    parameters,
  });
  return response.toString();
}

/**
 * Rings everybody at once. `answerOnBridge` keeps the caller ringing, and unbilled, until somebody answers.
 * `parameters` are told to every browser that rings.
 */
export function addDial(
  response: VoiceResponse,
  { targets, timeoutSeconds, timeLimitSeconds, callerId }: TransferDial,
  context: {
    action: string;
    statusCallback: string;
    parameters: Readonly<Record<string, string>>;
    /** Records both sides, and reports here. */
    recordTo?: string;
  },
): void {
  const dial = response.dial({
    answerOnBridge: true,
    timeout: timeoutSeconds,
    ...(timeLimitSeconds !== undefined && { timeLimit: timeLimitSeconds }),
    ...(callerId !== undefined && { callerId }),
    action: context.action,
    ...(context.recordTo !== undefined && {
      record: 'record-from-answer-dual',
      recordingStatusCallback: context.recordTo,
      recordingStatusCallbackEvent: ['in-progress', 'completed', 'absent'],
    }),
  });
  for (const target of targets) {
    const progress = { statusCallback: context.statusCallback };
    if (target.kind === 'number') {
      dial.number(
        { ...progress, statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'] },
        target.number,
      );
      continue;
    }
    const client = dial.client({
      ...progress,
      statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
    });
    client.identity(target.identity);
    for (const [name, value] of Object.entries(context.parameters)) client.parameter({ name, value });
  }
}

/** The message is kept even when the caller hangs up while speaking; then nothing more is asked for. */
function voicemailDocument(name: string, { addresses, destinations }: DocumentContext): string {
  const destination = destinations[name];
  if (destination === undefined) return hangUpDocument();
  const { voicemail, language } = destination;
  const response = new VoiceResponse();
  say(response, voicemail.greeting, language);
  response.record({
    maxLength: voicemail.maxSeconds,
    timeout: VOICEMAIL_SILENCE_SECONDS,
    finishOnKey: '#',
    action: addresses.voicemailDone,
    recordingStatusCallback: `${addresses.recording}&destination=${name}`,
    recordingStatusCallbackEvent: ['in-progress', 'completed', 'absent'],
  });
  response.hangup();
  return response.toString();
}

function queueDocument(
  { destination: name, recording }: QueueDecision,
  { addresses }: DocumentContext,
): string {
  const response = new VoiceResponse();
  if (recording?.notice !== undefined) say(response, recording.notice, recording.language);
  const query = `destination=${name}`;
  response.enqueue({ waitUrl: `${addresses.queueWait}&${query}`, action: addresses.queueLeft }, name);
  return response.toString();
}

/** What a caller hears who waits; it is asked for again when it is over. */
export function waitDocument(
  { queueNotice, language }: Destination,
  { position, music }: { position: number; music: string },
): string {
  const response = new VoiceResponse();
  say(response, queueNotice.replaceAll('{position}', String(position)), language);
  response.play(music);
  return response.toString();
}

function takeDocument(name: string, context: DocumentContext): string {
  const { publicUrl, nonce, addresses, destinations } = context;
  const response = new VoiceResponse();
  const dial = response.dial({
    timeout: TAKE_SECONDS,
    action: `${publicUrl}/voice/dial-done?call=${nonce}&step=0`,
    ...timeLimitOf(destinations[name]),
  });
  dial.queue({ url: addresses.queueTaken }, name);
  return response.toString();
}

/** Connects an agent who was rung, and has answered, with the caller at the front; `url` is told so before. */
export function meetDocument(
  name: string,
  { url, destination }: { url: string; destination: Destination | undefined },
): string {
  const response = new VoiceResponse();
  const dial = response.dial({ timeout: MEET_SECONDS, ...timeLimitOf(destination) });
  dial.queue({ url }, name);
  return response.toString();
}

function timeLimitOf(destination: Destination | undefined): { timeLimit?: number } {
  return destination?.maxMinutes === undefined ? {} : { timeLimit: destination.maxMinutes * 60 };
}

function say(response: VoiceResponse, text: string, language: string): void {
  response.say({ language: language as SayLanguage }, text);
}

function refusalDocument(reason: RefusalReason): string {
  const sentence = SPOKEN[reason];
  if (sentence === undefined) return rejectDocument();
  const response = new VoiceResponse();
  response.say(sentence);
  response.hangup();
  return response.toString();
}

/** Ends the call unanswered and unbilled; browsers read the reason from the call's record. */
function rejectDocument(): string {
  const response = new VoiceResponse();
  response.reject();
  return response.toString();
}

/** Ends the call. */
export function hangUpDocument(): string {
  const response = new VoiceResponse();
  response.hangup();
  return response.toString();
}
