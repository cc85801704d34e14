/**
 * Runs a call's TwiML: fetch a document, run its verbs in order, follow where they lead, and hang up when
 * nothing is left to do.
 */
import { parseTwiml } from './parse-twiml.js';
import type { HttpMethod, TwimlCall } from './twiml-call.js';
import { TwimlError } from './twiml-error.js';
import type { VerbOutcome } from './verb.js';

/** Documents one call may run; a document that leads to itself would otherwise never end. */
const MAX_DOCUMENTS = 50;

/** Where a call's TwiML starts. */
export interface TwimlStart {
  /** Asked for the first document; with `document`, only what its relative URLs refer to. */
  url: string;
  method: HttpMethod;
  /** The first document itself, where there is nothing to ask for. */
  document?: string | undefined;
}

/**
 * Runs TwiML until the call is over.
 * @throws TwimlError when a document cannot be had or run; the call is then still up.
 */
export async function runTwiml(call: TwimlCall, start: TwimlStart): Promise<void> {
  let request: { url: string; method: HttpMethod; parameters: Record<string, string> } = {
    url: start.url,
    method: start.method,
    parameters: {},
  };
  for (let documents = 0; documents < MAX_DOCUMENTS; documents += 1) {
    const isGiven = documents === 0 && start.document !== undefined;
    const document = isGiven
      ? { url: start.url, body: start.document ?? '' }
      : await call.fetchDocument(request);
    const outcome = await runDocument(call, document.body);
    if (outcome.kind !== 'fetch') {
      if (!call.signal.aborted) call.hangUp();
      return;
    }
    request = { ...outcome, url: resolveUrl(outcome.url, document.url) };
  }
  throw new TwimlError(14106, `The call ran ${MAX_DOCUMENTS} TwiML documents without an end.`);
}

async function runDocument(call: TwimlCall, body: string): Promise<VerbOutcome> {
  for (const verb of parseTwiml(body)) {
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
    throw new TwimlError(11100, `"${url}" is not a URL.`, cause);
  }
}
