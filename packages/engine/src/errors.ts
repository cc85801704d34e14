/**
 * The engine's error base. Busy, no answer and declined are values, not errors; what is thrown is a fault of
 * the input, the application or the machine.
 */
export class EngineError extends Error {
  /** Stable name of the fault, for code. */
  readonly code: string;
  /** Twilio's error code where one exists. */
  readonly twilioCode: number | undefined;

  constructor(code: string, message: string, options: { twilioCode?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.twilioCode = options.twilioCode;
  }
}
