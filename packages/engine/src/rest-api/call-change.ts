/** `POST Calls/{Sid}`: ends a call that is up, sends it to other TwiML, or changes what it was made with. */
import type { Call } from '../calls/call.js';
import { isFinal } from '../calls/call-state.js';
import { changeProgress } from '../calls/status-callback.js';
import type { DocumentLocation } from '../twiml/twiml-call.js';
import type { ApiServices } from './api-context.js';
import { ApiError } from './api-error.js';
import { MAX_CALL_SECONDS, readTwiml } from './call-order.js';
import type { Form } from './form.js';

/** Where other TwiML comes from. */
const DOCUMENTS = ['Url', 'Twiml'];
const PARAMETERS = [
  ...DOCUMENTS,
  'Status',
  'FallbackUrl',
  'StatusCallback',
  'StatusCallbackMethod',
  'TimeLimit',
];

/** @throws ApiError 21220 for a call that is over, and Twilio's code for what is wrong; nothing is changed then. */
export function changeCall(form: Form, sid: string, { registry, webhooks, clock }: ApiServices): void {
  const call = registry.get(sid);
  if (!call) throw new ApiError(400, 21220, 'Call is not in-progress. Cannot redirect.');
  if (!PARAMETERS.some((name) => isGiven(form, name))) {
    throw new ApiError(400, 21205, `One of ${PARAMETERS.join(', ')} is required`);
  }
  const timeLimit = form.integer('TimeLimit', { min: 1, max: MAX_CALL_SECONDS });
  const statusUrl = form.url('StatusCallback', 21609);
  const statusMethod = form.method('StatusCallbackMethod');
  const goOn = readStatus(form, call) ?? readDocument(form, call);
  if (timeLimit !== undefined) call.limitLength(timeLimit);
  changeProgress({ call, url: statusUrl, method: statusMethod, webhooks, clock });
  goOn();
}

/** FallbackUrl and StatusCallback are taken back by an empty text, but no call runs an empty document. */
function isGiven(form: Form, name: string): boolean {
  const text = form.text(name);
  return text !== undefined && (text !== '' || !DOCUMENTS.includes(name));
}

/** What the status asks for, undefined when it is not given. */
function readStatus(form: Form, call: Call): (() => void) | undefined {
  const status = form.text('Status');
  const isUp = call.state.status === 'in-progress';
  if (status === 'completed') return () => call.end(isUp ? 'completed' : 'canceled');
  if (status === 'canceled') {
    // Twilio cancels only what has not been answered, and leaves the rest alone.
    return () => {
      if (!isUp && !isFinal(call.state)) call.end('canceled');
    };
  }
  if (status === undefined) return undefined;
  throw new ApiError(400, 20001, `Status ${status} cannot be set; it may be canceled or completed`);
}

/** Other TwiML, or another fallback for the TwiML that runs. */
function readDocument(form: Form, call: Call): () => void {
  const url = form.url('Url', 21205);
  const document = readTwiml(form);
  const fallback = readFallback(form);
  if (!url && document === undefined) {
    return () => {
      if (fallback) call.onFallback?.(fallback.location);
    };
  }
  const method = form.method('Method') ?? 'POST';
  const { onRedirect } = call;
  if (call.state.status !== 'in-progress' || !onRedirect) {
    throw new ApiError(400, 21220, 'Call is not in-progress. Cannot redirect.');
  }
  return () => {
    if (fallback) call.onFallback?.(fallback.location);
    // As for a call that is placed, a URL goes before TwiML in the request.
    const start = url ? { url, method } : { url: 'https://api.twilio.com/', method, document };
    onRedirect({ ...start, fallback: fallback?.location });
  };
}

/** Undefined when it is not mentioned; without a location when it is to be removed. */
function readFallback(form: Form): { location: DocumentLocation | undefined } | undefined {
  const url = form.url('FallbackUrl', 21205);
  const method = form.method('FallbackMethod') ?? 'POST';
  if (url === undefined) return undefined;
  return { location: url === '' ? undefined : { url, method } };
}
