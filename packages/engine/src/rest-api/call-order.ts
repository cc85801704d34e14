/** Reads what `POST Calls` asks for. */
import { voiceFallback } from '../calls/reception.js';
import type { CallOrder } from '../calls/outbound-calls.js';
import type { Accounts } from '../resources/accounts.js';
import type { TwimlStart } from '../twiml/run-twiml.js';
import type { DialTarget, ProgressEvent, StatusCallback } from '../twiml/twiml-call.js';
import { phoneNumber } from '../twiml/verbs/dial-nouns.js';
import { ApiError, notEmulated } from './api-error.js';
import type { Form } from './form.js';
import { readOrderedRecording } from './recording-order.js';

const E164 = /^\+[1-9]\d{6,14}$/;
const CLIENT = /^client:([^?]{1,256})(?:\?(.*))?$/;
const SEND_DIGITS = /^[0-9*#wW]{1,32}$/;
const PROGRESS_EVENTS: readonly ProgressEvent[] = ['initiated', 'ringing', 'answered', 'completed'];
const DEFAULT_TIMEOUT_SECONDS = 60;
const MAX_TIMEOUT_SECONDS = 600;
/** Twilio's limit for the length of a call. */
export const MAX_CALL_SECONDS = 4 * 60 * 60;
/** Twilio's limit for TwiML given with the request. */
const MAX_TWIML_LENGTH = 4000;

/** @throws ApiError with Twilio's code for whatever is missing or wrong. */
export function readCallOrder(form: Form, accountSid: string, accounts: Accounts): CallOrder {
  const { from, to, target } = readCallTarget(form);
  const { voice, statusCallback } = readHandling(form, accountSid, accounts);
  return {
    accountSid,
    from,
    to,
    target,
    voice,
    statusCallback,
    recording: readOrderedRecording(form),
    timeoutSeconds: form.integer('Timeout', { min: 1, max: MAX_TIMEOUT_SECONDS }) ?? DEFAULT_TIMEOUT_SECONDS,
    timeLimitSeconds: form.integer('TimeLimit', { min: 1, max: MAX_CALL_SECONDS }),
  };
}

/** Who calls whom. @throws ApiError with Twilio's code. */
export function readCallTarget(form: Form): { from: string; to: string; target: DialTarget } {
  const to = phoneNumber(form.text('To') ?? '');
  const from = phoneNumber(form.text('From') ?? '');
  if (to === '') throw new ApiError(400, 21201, "No 'To' number is specified");
  if (from === '') throw new ApiError(400, 21213, "No 'From' number is specified");
  if (!E164.test(from) && !CLIENT.test(from)) {
    throw new ApiError(400, 21212, `The 'From' number ${from} is not a valid phone number or client`);
  }
  return { from, to: to.split('?', 1)[0] ?? to, target: readTarget(to, readDigits(form)) };
}

/** `client:bob?page=pricing` gives Bob's app a custom parameter. */
function readTarget(to: string, sendDigits: string | undefined): DialTarget {
  const client = CLIENT.exec(to);
  if (client) {
    const parameters = [...new URLSearchParams(client[2] ?? '')];
    return {
      kind: 'client',
      identity: client[1] ?? '',
      parameters,
      statusCallback: undefined,
      screening: undefined,
    };
  }
  if (to.startsWith('sip:')) throw notEmulated('Calls to SIP addresses need a trunk; none is configured.');
  if (!E164.test(to)) throw new ApiError(400, 21211, `The 'To' number ${to} is not a valid phone number`);
  return {
    kind: 'number',
    number: to,
    sendDigits,
    statusCallback: undefined,
    screening: undefined,
  };
}

/** Keys to press once the party has answered. @throws ApiError 20001 for what is no string of keys. */
function readDigits(form: Form): string | undefined {
  const digits = form.text('SendDigits');
  if (digits === undefined || digits === '') return undefined;
  if (!SEND_DIGITS.test(digits)) {
    throw new ApiError(
      400,
      20001,
      'SendDigits may have up to 32 of the keys 0-9, # and *, and w for a pause',
    );
  }
  return digits.replaceAll('W', 'ww');
}

/** An application takes the place of every URL in the request, as at Twilio. */
function readHandling(
  form: Form,
  accountSid: string,
  accounts: Accounts,
): { voice: TwimlStart; statusCallback: StatusCallback | undefined } {
  const applicationSid = form.text('ApplicationSid');
  if (applicationSid !== undefined) {
    const application = accounts.application(accountSid, applicationSid);
    if (!application?.voiceUrl) throw new ApiError(400, 21218, `Invalid ApplicationSid ${applicationSid}`);
    const { voiceUrl, statusCallback: url, statusCallbackMethod: method } = application;
    return {
      voice: { url: voiceUrl, method: application.voiceMethod, fallback: voiceFallback(application) },
      statusCallback: url === undefined ? undefined : { url, method, events: new Set(['completed']) },
    };
  }
  const document = readTwiml(form);
  const url = form.url('Url', 21205);
  if (!url && document === undefined)
    throw new ApiError(400, 21205, 'Url, Twiml or ApplicationSid is required');
  const method = form.method('Method') ?? 'POST';
  const fallbackUrl = form.url('FallbackUrl', 21205);
  return {
    voice: {
      url: url ? url : 'https://api.twilio.com/',
      method,
      document: url ? undefined : document,
      fallback: fallbackUrl
        ? { url: fallbackUrl, method: form.method('FallbackMethod') ?? 'POST' }
        : undefined,
    },
    statusCallback: readStatusCallback(form),
  };
}

/** The TwiML in the request itself; none when it is empty. @throws ApiError when it is too long. */
export function readTwiml(form: Form): string | undefined {
  const document = form.text('Twiml');
  if (document === '') return undefined;
  if (document !== undefined && document.length > MAX_TWIML_LENGTH) {
    throw new ApiError(400, 20001, `Twiml must not be longer than ${MAX_TWIML_LENGTH} characters`);
  }
  return document;
}

/** Where the progress of the call is reported. @throws ApiError with Twilio's code. */
export function readStatusCallback(form: Form): StatusCallback | undefined {
  const url = form.url('StatusCallback', 21609);
  if (!url) return undefined;
  const named = form.list('StatusCallbackEvent');
  const events = PROGRESS_EVENTS.filter((event) => named.includes(event));
  if (events.length < new Set(named).size) {
    throw new ApiError(400, 21626, `StatusCallbackEvent may be ${PROGRESS_EVENTS.join(', ')}`);
  }
  return {
    url,
    method: form.method('StatusCallbackMethod') ?? 'POST',
    events: new Set(events.length === 0 ? ['completed'] : events),
  };
}
