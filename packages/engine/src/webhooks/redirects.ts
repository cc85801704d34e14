import type { Dispatcher } from 'undici';
import { TwimlError } from '../twiml/twiml-error.js';

/** Twilio's limit; one more is 11215. */
const MAX_REDIRECTS = 10;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/**
 * Where a response leads, if anywhere.
 * @throws TwimlError 11215 for one redirect too many, 11217 for one that leads nowhere.
 */
export function redirectTarget(
  response: Dispatcher.ResponseData,
  from: string,
  redirectsSoFar: number,
): string | undefined {
  if (!REDIRECTS.includes(response.statusCode)) return undefined;
  if (redirectsSoFar >= MAX_REDIRECTS) {
    throw new TwimlError(11215, `The application redirected more than ${MAX_REDIRECTS} times.`);
  }
  const { location } = response.headers;
  if (typeof location !== 'string' || !URL.canParse(location, from)) {
    throw new TwimlError(11217, 'The application redirected to nowhere.');
  }
  return new URL(location, from).href;
}

/** Whether the method and its body are kept, as browsers do. */
export function keepsMethod(statusCode: number): boolean {
  return statusCode === 307 || statusCode === 308;
}
