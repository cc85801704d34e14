/** The small view of a call that TwiML drives; `calls` implements it. */

/** `<Say>`: text and how to speak it. */
export interface Speech {
  text: string;
  /** BCP 47, e.g. `en-US`. */
  language: string;
  /** Twilio's voice name; the speech engine maps it as well as it can. */
  voice: string | undefined;
}

/** Which progress of a dialled party is reported, and where to. */
export interface StatusCallback {
  url: string;
  method: HttpMethod;
  events: ReadonlySet<ProgressEvent>;
}

export type HttpMethod = 'GET' | 'POST';
export type ProgressEvent = 'initiated' | 'ringing' | 'answered' | 'completed';

/** One party that `<Dial>` rings. */
export type DialTarget =
  | {
      kind: 'client';
      identity: string;
      parameters: ReadonlyArray<readonly [name: string, value: string]>;
      statusCallback: StatusCallback | undefined;
    }
  | { kind: 'number'; number: string; statusCallback: StatusCallback | undefined };

/** What `<Dial>` asks of the call; all targets ring at once. */
export interface DialRequest {
  targets: readonly DialTarget[];
  timeoutSeconds: number;
  timeLimitSeconds: number;
  answerOnBridge: boolean;
  callerId: string | undefined;
}

/** How a `<Dial>` ended, in Twilio's words. */
export interface DialResult {
  status: 'completed' | 'busy' | 'no-answer' | 'failed' | 'canceled';
  /** The party that answered, or the only one that was tried. */
  callSid: string | undefined;
  /** Whole seconds that the parties were connected. */
  durationSeconds: number;
  bridged: boolean;
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
  say(speech: Speech): Promise<void>;
  wait(durationMs: number): Promise<void>;
  dial(request: DialRequest): Promise<DialResult>;
  /** Refuses a call that has not been answered; ends one that has. */
  reject(reason: 'rejected' | 'busy'): void;
  hangUp(): void;
  /** Asks the application for its next document. Throws a `TwimlError` with Twilio's code. */
  fetchDocument(request: {
    url: string;
    method: HttpMethod;
    parameters: Record<string, string>;
  }): Promise<TwimlDocument>;
  /** Tells the developer about something in the TwiML that was not done as written. */
  warn(twilioCode: number, message: string): void;
}
