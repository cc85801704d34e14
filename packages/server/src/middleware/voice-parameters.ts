/**
 * Which parameters a voice webhook may carry. A signature covers names and values run together without anything
 * between them, so whoever holds one signed request could cut it up differently. Only what has a known name, and
 * exactly the shape of that name, is let through; then no other cut fits.
 * See https://www.twilio.com/docs/voice/twiml and https://www.twilio.com/docs/voice/api/call-resource.
 */

const SID = (prefix: string) => new RegExp(`^${prefix}[0-9a-f]{32}$`);
const DIGITS = /^\d{0,9}$/;
const WORD = /^[a-z-]{1,30}$/;
// Control characters have no place in a header, a name or a place.
const TEXT = /^[^\p{Cc}]{0,1000}$/u;
/** A call that was forwarded carries a signed passport (RFC 8225) of half a kilobyte for every hop. */
const PASSPORTS = /^[^\p{Cc}]{0,8000}$/u;
const PARTY = /^[^\p{Cc}]{0,255}$/u;
const URL_TEXT = /^https?:\/\/[^\s\p{Cc}]{1,2000}$/u;

/** Names and the shapes of their values. */
const SHAPES: Readonly<Record<string, RegExp>> = {
  AccountSid: SID('AC'),
  AddOns: /^\{.*\}$/su,
  AnsweredBy: /^[a-z_]{1,30}$/,
  ApiVersion: /^\d{4}-\d{2}-\d{2}$/,
  ApplicationSid: SID('AP'),
  CallDuration: DIGITS,
  CallSid: SID('CA'),
  CallStatus: WORD,
  CallToken: PASSPORTS,
  CallbackSource: WORD,
  Called: PARTY,
  CalledVia: PARTY,
  Caller: PARTY,
  CallerId: PARTY,
  CallerName: TEXT,
  DialBridged: /^(true|false)$/,
  DialCallDuration: DIGITS,
  DialCallSid: SID('CA'),
  DialCallStatus: WORD,
  DialSipCallId: TEXT,
  DialSipResponseCode: DIGITS,
  Direction: WORD,
  Duration: DIGITS,
  ErrorCode: DIGITS,
  ErrorMessage: TEXT,
  ErrorUrl: URL_TEXT,
  ForwardedFrom: PARTY,
  From: PARTY,
  MachineDetectionDuration: DIGITS,
  ParentCallSid: SID('CA'),
  QueueTime: DIGITS,
  RecordingDuration: DIGITS,
  RecordingSid: SID('RE'),
  RecordingUrl: URL_TEXT,
  SequenceNumber: DIGITS,
  SipCallId: TEXT,
  SipDomain: TEXT,
  SipDomainSid: SID('SD'),
  SipResponseCode: DIGITS,
  SipSourceIp: /^[0-9a-fA-F.:]{1,45}$/,
  StirPassportToken: PASSPORTS,
  StirStatus: /^[A-Z]{1,5}$/,
  StirVerstat: /^[A-Za-z-]{1,60}$/,
  Timestamp: /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} [+-]\d{4}$/,
  To: PARTY,
  ...Object.fromEntries(
    ['From', 'To', 'Caller', 'Called'].flatMap((party) => [
      [`${party}City`, /^[\p{L}\p{M}\d .,'()&/-]{0,100}$/u],
      [`${party}State`, /^[\p{L}\p{M} .'-]{0,60}$/u],
      [`${party}Zip`, /^[A-Z0-9 -]{0,12}$/],
      [`${party}Country`, /^([A-Z]{2})?$/],
    ]),
  ),
};

const CONFERENCE_SHAPES: Readonly<Record<string, RegExp>> = {
  CallSidEndingConference: SID('CA'),
  CallSidToCoach: SID('CA'),
  Coaching: /^(true|false)$/,
  ConferenceSid: SID('CF'),
  EndConferenceOnExit: /^(true|false)$/,
  FriendlyName: /^offhook-CA[0-9a-f]{32}-\d{1,6}$/,
  Hold: /^(true|false)$/,
  Muted: /^(true|false)$/,
  ParticipantCallStatus: WORD,
  ParticipantLabel: TEXT,
  Reason: TEXT,
  ReasonConferenceEnded: /^[a-z_-]{1,60}$/,
  ReasonParticipantLeft: /^[a-z_-]{1,60}$/,
  StartConferenceOnEnter: /^(true|false)$/,
  StatusCallbackEvent: WORD,
};
const RECORDING_SHAPES: Readonly<Record<string, RegExp>> = {
  ConferenceSid: SID('CF'),
  Digits: /^(hangup|[0-9*#]{0,50})$/,
  RecordingChannels: /^[12]$/,
  RecordingDuration: /^(-1|\d{1,9})$/,
  RecordingSource: /^[A-Za-z]{1,60}$/,
  RecordingStartTime: /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} [+-]\d{4}$/,
  RecordingStatus: WORD,
  RecordingTrack: WORD,
};

const QUEUE_SHAPES: Readonly<Record<string, RegExp>> = {
  AvgQueueTime: DIGITS,
  CurrentQueueSize: DIGITS,
  DequeingCallSid: SID('CA'),
  MaxQueueSize: DIGITS,
  QueuePosition: DIGITS,
  QueueResult: WORD,
  QueueSid: SID('QU'),
};

/** What is sent to one address only. In a person's name the same word would mean nothing. */
const OWN_SHAPES: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  '/voice/aside': CONFERENCE_SHAPES,
  '/voice/conference': CONFERENCE_SHAPES,
  '/voice/queue-left': QUEUE_SHAPES,
  '/voice/queue-met': QUEUE_SHAPES,
  '/voice/queue-taken': QUEUE_SHAPES,
  '/voice/queue-wait': QUEUE_SHAPES,
  '/voice/recording': RECORDING_SHAPES,
  '/voice/voicemail-done': RECORDING_SHAPES,
};

/** SIP headers that a trunk passes on. */
const SIP_HEADER = /^SipHeader_[A-Za-z0-9-]{1,60}$/;
/** What a caller's page may add; see custom-parameters.ts. Never found in reports. */
const CUSTOM = /^[a-z][A-Za-z0-9_]{0,31}$/;

/** People write these themselves, so a name in the middle of one proves nothing. */
const FREE_TEXTS = new Set(['CallerName', 'ErrorMessage', 'AddOns']);

/** How the parameters of one webhook are judged. */
export interface ParameterRules {
  /** Of the request; some parameters come to one address only. */
  path: string;
  /** The request comes from a caller's page and may carry that page's own parameters. */
  custom: boolean;
  /** Further names, taken on the operator's word. */
  extra: readonly string[];
}

/** The name of a parameter that is not as the voice platform sends it; undefined when all are. */
export function misshapenParameter(
  form: Readonly<Record<string, string>>,
  { path, custom, extra }: ParameterRules,
): string | undefined {
  const names = Object.keys(form);
  const shapes = Object.hasOwn(OWN_SHAPES, path) ? { ...SHAPES, ...OWN_SHAPES[path] } : SHAPES;
  const wrong = names.find((name) => {
    const value = form[name] ?? '';
    if (Object.hasOwn(shapes, name)) {
      return !shapes[name]?.test(value) || swallows(name, value, { form, shapes });
    }
    if (extra.includes(name) || SIP_HEADER.test(name)) return swallows(name, value, { form, shapes });
    return !custom || !CUSTOM.test(name);
  });
  if (wrong !== undefined) return wrong;
  // The platform says each party twice.
  if (form['Called'] !== undefined && form['Called'] !== form['To']) return 'Called';
  if (form['Caller'] !== undefined && form['Caller'] !== form['From']) return 'Caller';
  return undefined;
}

/** Whether the value ends in another parameter, which then is missing: two have been merged. */
function swallows(
  name: string,
  value: string,
  { form, shapes }: Record<'form', Readonly<Record<string, string>>> & { shapes: object },
): boolean {
  if (FREE_TEXTS.has(name)) return false;
  return Object.keys(shapes).some(
    (other) => other > name && other.length > 2 && !Object.hasOwn(form, other) && value.includes(other),
  );
}
