/** The small view of a call that TwiML drives; `calls` implements it. */

/** Text and how to speak it. */
export interface Speech {
  text: string;
  /** BCP 47, e.g. `en-US`. */
  language: string;
}

/** A stretch of `<Say>`: words, or a silence between them. */
export type SpeechPart = { kind: 'words'; speech: Speech } | { kind: 'silence'; durationMs: number };

/** What a call can be made to hear. `loop` is how often; 0 repeats until it is stopped. */
export type Prompt =
  | { kind: 'speech'; parts: readonly SpeechPart[]; loop: number }
  /** `url` may be relative to the document. */
  | { kind: 'file'; url: string; loop: number }
  /** `w` waits half a second. */
  | { kind: 'digits'; digits: string; loop: number };

/** Which progress of a dialled party is reported, and where to. */
export interface StatusCallback {
  url: string;
  method: HttpMethod;
  events: ReadonlySet<ProgressEvent>;
}

/** How an application is asked. */
export type HttpMethod = 'GET' | 'POST';
/** A step of a call's progress, in Twilio's words. */
export type ProgressEvent = 'initiated' | 'ringing' | 'answered' | 'completed';

/** A document to ask the application for. */
export interface DocumentLocation {
  url: string;
  method: HttpMethod;
}

/** A request for a document. */
export interface DocumentRequest extends DocumentLocation {
  /** Sent besides those that describe the call. */
  parameters: Record<string, string>;
}

interface TargetOptions {
  statusCallback: StatusCallback | undefined;
  /** TwiML that the party hears when it has answered; it decides whether the party is connected. */
  screening: DocumentLocation | undefined;
}

/** One party that `<Dial>` rings. */
export type DialTarget = TargetOptions &
  (
    | {
        kind: 'client';
        identity: string;
        parameters: ReadonlyArray<readonly [name: string, value: string]>;
      }
    | {
        kind: 'number';
        number: string;
        /** Keys pressed for the caller once the party has answered; `w` waits half a second. */
        sendDigits: string | undefined;
      }
    | { kind: 'sip'; uri: string }
  );

/** What `<Dial>` asks of the call. */
export interface DialRequest {
  targets: readonly DialTarget[];
  /** Rings the targets one after the other, not all at once. */
  sequential: boolean;
  /** For each target when they ring one after the other. */
  timeoutSeconds: number;
  timeLimitSeconds: number;
  answerOnBridge: boolean;
  callerId: string | undefined;
  hangupOnStar: boolean;
  /** Whose ringback tone the caller hears, e.g. `de`. */
  ringTone: string | undefined;
  recording: DialRecording | undefined;
}

/** Which events of a conference are reported, by Twilio's names for them. */
export const CONFERENCE_EVENTS = [
  'start',
  'end',
  'join',
  'leave',
  'mute',
  'hold',
  'modify',
  'speaker',
  'announcement',
] as const;
/** One of them. */
export type ConferenceEvent = (typeof CONFERENCE_EVENTS)[number];

/** Which progress of a recording is reported. */
export const RECORDING_EVENTS = ['in-progress', 'completed', 'absent'] as const;

/** Where a recording's progress is reported, and which of it. */
export type RecordingCallback = DocumentLocation & {
  events: ReadonlySet<string>;
};

/** How the parties of a `<Dial>` are recorded. */
export interface DialRecording {
  /** Before anybody has answered, too. */
  fromRinging: boolean;
  channels: 1 | 2;
  track: 'both' | 'inbound' | 'outbound';
  trim: boolean;
  callback: RecordingCallback | undefined;
}

/** What `<Enqueue>` asks of the call. */
export interface EnqueueRequest {
  name: string;
  /** What is heard meanwhile; undefined for our own music, an empty URL for silence. */
  wait: DocumentLocation | undefined;
}

/**
 * Why a call is no longer in its queue, in Twilio's words. `bridging-in-process`: somebody has taken the call and left before the two could talk.
 */
export type QueueResult =
  | 'bridged'
  | 'bridging-in-process'
  | 'error'
  | 'hangup'
  | 'leave'
  | 'redirected'
  | 'redirected-from-bridged'
  | 'queue-full';

/** What became of an `<Enqueue>`. */
export interface EnqueueResult {
  result: QueueResult;
  queueSid: string | undefined;
  waitSeconds: number;
}

/** What `<Dial><Queue>` asks of the call. */
export interface QueueDialRequest {
  name: string;
  /** What the caller from the queue hears before it is connected. */
  greeting: DocumentLocation | undefined;
  recording: DialRecording | undefined;
  /** How long to wait while the queue is empty. */
  timeoutSeconds: number;
  timeLimitSeconds: number;
  hangupOnStar: boolean;
}

/** What `<Record>` asks of the call. */
export interface RecordRequest {
  /** Of silence, after which it is over. */
  timeoutSeconds: number;
  /** Keys that end it. */
  finishOnKey: string;
  maxLengthSeconds: number;
  playBeep: boolean;
  trim: boolean;
  callback: RecordingCallback | undefined;
}

/** What became of a `<Record>`. */
export interface RecordResult {
  /** False when nothing was said, or it could not be recorded. */
  recorded: boolean;
  recordingSid: string;
  url: string;
  durationSeconds: number;
  /** The key that ended it, or `hangup`. */
  digits: string;
}

/** What `<Dial><Conference>` asks of the call. */
export interface ConferenceRequest {
  name: string;
  muted: boolean;
  beep: 'true' | 'false' | 'onEnter' | 'onExit';
  startsConference: boolean;
  endsConference: boolean;
  /** What is heard until the conference starts; undefined for our own music, an empty URL for silence. */
  wait: DocumentLocation | undefined;
  maxParticipants: number;
  /** The call that is the only one to hear this one. */
  coachedCallSid: string | undefined;
  label: string | undefined;
  jitterBufferSize: 'off' | 'small' | 'medium' | 'large';
  statusCallback: (DocumentLocation & { events: ReadonlySet<ConferenceEvent> }) | undefined;
  /** Set when the conference is recorded from its start. */
  recording: Pick<DialRecording, 'trim' | 'callback'> | undefined;
  timeLimitSeconds: number;
  hangupOnStar: boolean;
}

/** How a `<Dial>` ended, in Twilio's words. `answered` is a conference that was entered. */
export interface DialResult {
  status: 'completed' | 'answered' | 'busy' | 'no-answer' | 'failed' | 'canceled';
  /** The party that answered, or the only one that was tried. */
  callSid: string | undefined;
  /** Whole seconds that the parties were connected. */
  durationSeconds: number;
  bridged: boolean;
  /** Where its recording will be. */
  recordingUrl?: string | undefined;
}

/** A TwiML document and the URL that relative URLs inside it refer to. */
export interface TwimlDocument {
  url: string;
  body: string;
}

/** The call as verbs see it. Every waiting method ends early when the call ends. */
export interface TwimlCall {
  /** Aborts when the call is over. */
  readonly signal: AbortSignal;
  /** Answers the caller if that has not happened yet. */
  answer(): Promise<void>;
  /** Resolves when the prompt is over, or `signal` aborts. Throws a `TwimlError` when it cannot be had. */
  play(prompt: Prompt, signal: AbortSignal): Promise<void>;
  wait(durationMs: number, signal: AbortSignal): Promise<void>;
  /** Sends the caller back what it says, until the call ends. */
  echo(): Promise<void>;
  /** Calls the listener for every key that the party presses, until the returned function is called. */
  onDigit(listener: (digit: string) => void): () => void;
  /** Throws a `TwimlError` where dialling is not allowed. */
  dial(request: DialRequest): Promise<DialResult>;
  /** Waits in a queue, and talks to whoever takes the call. Throws a `TwimlError` where that is not allowed. */
  enqueue(request: EnqueueRequest): Promise<EnqueueResult>;
  /** Leaves the queue in which the call waits, if it waits in one. */
  leaveQueue(): void;
  /** Talks to the next caller of a queue. Throws a `TwimlError` where that is not allowed. */
  dialQueue(request: QueueDialRequest): Promise<DialResult>;
  /** Records the party. Throws a `TwimlError` where that is not allowed. */
  record(request: RecordRequest): Promise<RecordResult>;
  /** Takes part in a conference until the party leaves it. Throws a `TwimlError` where that is not allowed. */
  confer(request: ConferenceRequest): Promise<DialResult>;
  /** Refuses a call that has not been answered; ends one that has. */
  reject(reason: 'rejected' | 'busy'): void;
  hangUp(): void;
  /** Asks the application for its next document. Throws a `TwimlError` with Twilio's code. */
  fetchDocument(request: DocumentRequest): Promise<TwimlDocument>;
  /**
   * Makes the request although the call is over; what comes back is not run. The URL may be relative. A call that was
   * sent to other TwiML is not over; `whenRedirected` has that told, too.
   */
  reportEnd(request: DocumentRequest, whenRedirected?: boolean): void;
  /** Tells the developer about something in the TwiML that was not done as written. */
  warn(twilioCode: number, message: string): void;
}
