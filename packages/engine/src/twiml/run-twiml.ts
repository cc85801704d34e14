/**
 * Runs a call's TwiML: fetch a document, run its verbs in order, follow where they lead, and hang up when
 * nothing is left to do.
 */
import { parseTwiml } from './parse-twiml.js';
import type { DocumentLocation, DocumentRequest, TwimlCall, TwimlDocument } from './twiml-call.js';
import { TwimlError } from './twiml-error.js';
import type { VerbOutcome } from './verb.js';

/**
 * A document that keeps the call for less is quick. Others may follow each other for as long as a call may last, as
 * in the loop that somebody on hold listens to.
 */
const QUICK_MS = 250;
/** Quick documents in a row without the caller doing anything; one that leads to itself would never end. */
const MAX_QUICK_WITHOUT_INPUT = 50;
/** Quick documents in all, which also ends the patience for wrong keys. */
const MAX_QUICK = 1000;
/** Documents that may follow each other at once; further ones come at most ten a second. */
const BURST_DOCUMENTS = 10;
const DOCUMENT_INTERVAL_MS = 100;

/** Where a call's TwiML starts. */
export interface TwimlStart extends DocumentLocation {
  /** The first document itself; `url` is then only what its relative URLs refer to. */
  document?: string | undefined;
  /** Asked, once, when a document cannot be had or run (Twilio's `VoiceFallbackUrl`). It may change meanwhile. */
  fallback?: DocumentLocation | undefined;
}

/**
 * Runs TwiML until the call is over.
 * @throws TwimlError when a document cannot be had or run; the call is then still up.
 */
export async function runTwiml(call: TwimlCall, start: TwimlStart): Promise<void> {
  await runDocuments(call, start);
  if (!call.signal.aborted) call.hangUp();
}

/**
 * Runs TwiML until there is none left and leaves the call as it then is.
 * @throws TwimlError when a document cannot be had or run; the call is then still up.
 */
export async function runDocuments(call: TwimlCall, start: TwimlStart): Promise<void> {
  let request: DocumentRequest = { url: start.url, method: start.method, parameters: {} };
  let mayFallBack = true;
  let given = start.document;
  let withoutInput = 0;
  for (let quick = 0; quick < MAX_QUICK && withoutInput < MAX_QUICK_WITHOUT_INPUT;) {
    if (withoutInput >= BURST_DOCUMENTS) await call.wait(DOCUMENT_INTERVAL_MS, call.signal);
    if (call.signal.aborted) return;
    withoutInput += 1;
    quick += 1;
    try {
      const document =
        given === undefined ? await call.fetchDocument(request) : { url: start.url, body: given };
      given = undefined;
      const { outcome, isQuick } = await timeDocument(call, document);
      if (outcome.kind !== 'fetch') return;
      if (outcome.hadInput || !isQuick) withoutInput = 0;
      if (!isQuick) quick -= 1;
      request = { ...outcome, url: resolveUrl(outcome.url, document.url) };
    } catch (error) {
      const fallback = mayFallBack ? start.fallback : undefined;
      if (!(error instanceof TwimlError) || fallback === undefined || call.signal.aborted) throw error;
      call.warn(error.twilioCode, `${error.message} The fallback URL is asked.`);
      const parameters = { ErrorCode: String(error.twilioCode), ErrorUrl: request.url };
      request = { ...fallback, parameters };
      mayFallBack = false;
    }
  }
  throw new TwimlError(14106, 'The call ran too many TwiML documents.');
}

/** Runs a document; what its application took to write it does not count. */
async function timeDocument(
  call: TwimlCall,
  document: TwimlDocument,
): Promise<{ outcome: VerbOutcome; isQuick: boolean }> {
  let isQuick = true;
  const timer = setTimeout(() => (isQuick = false), QUICK_MS);
  try {
    const outcome = await runDocument(call, document);
    return { outcome, isQuick };
  } finally {
    clearTimeout(timer);
  }
}

async function runDocument(call: TwimlCall, document: TwimlDocument): Promise<VerbOutcome> {
  const { verbs, warnings } = parseTwiml(document.body);
  for (const { twilioCode, message } of warnings) call.warn(twilioCode, message);
  for (const verb of verbs) {
    if (call.signal.aborted) return { kind: 'end' };
    const outcome = await verb.run(call);
    if (outcome.kind !== 'next') return outcome;
  }
  return { kind: 'end' };
}

function resolveUrl(url: string, base: string): string {
  try {
    return new URL(url, base).href;
  } catch (cause) {
    throw new TwimlError(11100, `"${url.slice(0, 200)}" is not a URL.`, cause);
  }
}
