/** A TwiML document that cannot be run. `twilioCode` is the number Twilio's debugger would show. */
export class TwimlError extends Error {
  readonly twilioCode: number;

  constructor(twilioCode: number, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'TwimlError';
    this.twilioCode = twilioCode;
  }
}
