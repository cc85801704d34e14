import { TwimlError } from '../twiml/twiml-error.js';

/** What the system and TLS say, in Twilio's codes. */
const CODES: Readonly<Record<string, number>> = {
  ENOTFOUND: 11_210,
  EAI_AGAIN: 11_210,
  ECONNREFUSED: 11_205,
  EHOSTUNREACH: 11_205,
  ENETUNREACH: 11_205,
  EPROTO: 11_220,
  ERR_SSL_WRONG_VERSION_NUMBER: 11_220,
  ERR_TLS_CERT_ALTNAME_INVALID: 11_235,
  CERT_HAS_EXPIRED: 11_236,
  CERT_NOT_YET_VALID: 11_236,
  DEPTH_ZERO_SELF_SIGNED_CERT: 11_237,
  SELF_SIGNED_CERT_IN_CHAIN: 11_237,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 11_237,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 11_237,
};

/** What went wrong with a request to the application, in Twilio's codes. */
export function webhookError(error: unknown): TwimlError {
  if (error instanceof TwimlError) return error;
  const reason = error instanceof Error ? error.message : 'unknown error';
  const isTimeout = error instanceof Error && /timeout/i.test(error.name + reason);
  if (isTimeout) return new TwimlError(11205, 'The application did not answer in time.', error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const twilioCode = Object.hasOwn(CODES, code) ? CODES[code] : undefined;
  return new TwimlError(twilioCode ?? 11200, `The application could not be reached: ${reason}`, error);
}
