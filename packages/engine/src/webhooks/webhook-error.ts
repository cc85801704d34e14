import { TwimlError } from '../twiml/twiml-error.js';

/** What went wrong with a request to the application, in Twilio's codes. */
export function webhookError(error: unknown): TwimlError {
  if (error instanceof TwimlError) return error;
  const reason = error instanceof Error ? error.message : 'unknown error';
  const isTimeout = error instanceof Error && /timeout/i.test(error.name + reason);
  return isTimeout
    ? new TwimlError(11205, 'The application did not answer in time.', error)
    : new TwimlError(11200, `The application could not be reached: ${reason}`, error);
}
