/** What TwiML for Voice knows, and what of it this engine does. docs/fidelity.md says the same in prose. */
import { SCHEMA_WARNING, type Warn } from './attributes.js';
import type { XmlElement } from './parse-xml.js';

interface ElementRules {
  /** Attributes that do what Twilio's reference says. */
  attributes: readonly string[];
  /** Attributes of the reference that have no effect here. */
  ignored: readonly string[];
}

const SCREENED = ['url', 'method', 'statusCallback', 'statusCallbackEvent', 'statusCallbackMethod'];
const MACHINE_DETECTION = [
  'machineDetection',
  'machineDetectionTimeout',
  'machineDetectionSpeechThreshold',
  'machineDetectionSpeechEndThreshold',
  'machineDetectionSilenceTimeout',
  'amdStatusCallback',
  'amdStatusCallbackMethod',
];
const RECORDING = [
  'record',
  'recordingStatusCallback',
  'recordingStatusCallbackEvent',
  'recordingStatusCallbackMethod',
  'trim',
];

/** Verbs and nouns that are run. */
export const ELEMENTS: Readonly<Record<string, ElementRules>> = {
  Dial: {
    attributes: [
      'action',
      'method',
      'timeout',
      'timeLimit',
      'callerId',
      'hangupOnStar',
      'ringTone',
      'answerOnBridge',
      'sequential',
      ...RECORDING,
      'recordingTrack',
    ],
    ignored: ['recordingConfigurationId', 'referUrl', 'referMethod', 'events', 'passports'],
  },
  Client: { attributes: SCREENED, ignored: [] },
  Identity: { attributes: [], ignored: [] },
  Parameter: { attributes: ['name', 'value'], ignored: [] },
  Number: { attributes: [...SCREENED, 'sendDigits'], ignored: ['byoc', ...MACHINE_DETECTION] },
  Sip: { attributes: [...SCREENED, 'username', 'password'], ignored: MACHINE_DETECTION },
  Conference: {
    attributes: [
      'muted',
      'beep',
      'startConferenceOnEnter',
      'endConferenceOnExit',
      'participantLabel',
      'jitterBufferSize',
      'maxParticipants',
      'coach',
      'waitUrl',
      'waitMethod',
      'statusCallback',
      'statusCallbackEvent',
      'statusCallbackMethod',
      ...RECORDING,
    ],
    ignored: ['region', 'eventCallbackUrl', 'recordingConfigurationId'],
  },
  Queue: { attributes: ['url', 'method'], ignored: ['reservationSid', 'postWorkActivitySid'] },
  Enqueue: {
    attributes: ['action', 'method', 'waitUrl', 'waitUrlMethod'],
    ignored: ['workflowSid', 'maxQueueSize'],
  },
  Leave: { attributes: [], ignored: [] },
  Gather: {
    attributes: ['input', 'action', 'method', 'timeout', 'finishOnKey', 'numDigits', 'actionOnEmptyResult'],
    ignored: [
      'bargeIn',
      'debug',
      'enhanced',
      'hints',
      'language',
      'maxSpeechTime',
      'partialResultCallback',
      'partialResultCallbackMethod',
      'profanityFilter',
      'speechModel',
      'speechTimeout',
    ],
  },
  Echo: { attributes: [], ignored: [] },
  Say: { attributes: ['language', 'voice', 'loop'], ignored: [] },
  Play: { attributes: ['loop', 'digits'], ignored: [] },
  Pause: { attributes: ['length'], ignored: [] },
  Record: {
    attributes: [
      'action',
      'method',
      'timeout',
      'finishOnKey',
      'maxLength',
      'playBeep',
      'trim',
      'recordingStatusCallback',
      'recordingStatusCallbackEvent',
      'recordingStatusCallbackMethod',
    ],
    ignored: ['transcribe', 'transcribeCallback', 'recordingConfigurationId'],
  },
  Redirect: { attributes: ['method'], ignored: [] },
  Reject: { attributes: ['reason'], ignored: [] },
  Hangup: { attributes: [], ignored: [] },
};

/** Nouns of `<Dial>` that are understood, and refused when they are reached. */
export const REFUSED_NOUNS: Readonly<Record<string, ElementRules>> = {
  Application: { attributes: [], ignored: [] },
  Sim: { attributes: [], ignored: [] },
  WhatsApp: { attributes: [], ignored: [] },
};

/** Verbs of Twilio's reference that are refused when they are reached. */
export const REFUSED_VERBS: readonly string[] = [
  'Connect',
  'Pay',
  'Prompt',
  'Queue',
  'Refer',
  'Sms',
  'Start',
  'Stop',
];

/** Warns about attributes that have no effect. */
export function checkAttributes(element: XmlElement, rules: ElementRules, warn: Warn): void {
  for (const name of element.attributes.keys()) {
    if (rules.attributes.includes(name)) continue;
    warn(
      SCHEMA_WARNING,
      rules.ignored.includes(name)
        ? `<${element.name} ${name}> has no effect on this engine.`
        : `<${element.name}> has no attribute "${name.slice(0, 100)}"; it is ignored.`,
    );
  }
}
