/** What went wrong, in words that a user interface translates. */
export type ProblemCode =
  | 'microphone-denied'
  | 'microphone-not-found'
  | 'microphone-busy'
  | 'microphone-failed'
  | 'microphone-policy'
  | 'insecure-page'
  | 'unsupported-browser'
  | 'session-ended'
  | 'daily-limit'
  | 'too-many-calls'
  | 'not-allowed'
  | 'consent-required'
  | 'country-not-allowed'
  | 'number-type-not-allowed'
  | 'dialing-off'
  | 'budget-used'
  | 'emergency-number'
  | 'identity-required'
  | 'sign-in-required'
  | 'sign-in-failed'
  | 'too-many-attempts'
  | 'identity-refused'
  | 'setup'
  | 'server-unreachable'
  | 'server-error'
  | 'connection-lost'
  | 'network-blocked'
  | 'number-unreachable'
  | 'closed'
  | 'destination-unknown'
  | 'no-agent'
  | 'number-invalid'
  | 'digits-invalid'
  | 'call-on-this-page'
  | 'call-in-other-tab'
  | 'call-lost'
  | 'call-lost-with-tab'
  | 'not-possible'
  | 'call-failed';

/** A problem as the interface shows it: a sentence is chosen by `code`, the rest goes into the details. */
export interface PhoneProblem {
  readonly code: ProblemCode;
  /** Twilio's numeric code, where there is one. */
  readonly twilioCode?: number | undefined;
  /** When to try again, for limits. */
  readonly retryAfterSeconds?: number | undefined;
  /** A technical sentence for the details, never for the headline. */
  readonly detail?: string | undefined;
}

/** Base class of everything this package throws. */
export class ClientError extends Error implements PhoneProblem {
  readonly code: ProblemCode;
  readonly twilioCode: number | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ProblemCode,
    message: string,
    options: {
      twilioCode?: number | undefined;
      retryAfterSeconds?: number | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'ClientError';
    this.code = code;
    this.twilioCode = options.twilioCode;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get detail(): string {
    return this.message;
  }
}

/** Turns whatever was caught into a problem that can be shown. */
export function problemOf(error: unknown): PhoneProblem {
  if (error instanceof ClientError) {
    const { code, twilioCode, retryAfterSeconds, detail } = error;
    return { code, twilioCode, retryAfterSeconds, detail };
  }
  return { code: 'call-failed', detail: error instanceof Error ? error.message : String(error) };
}
