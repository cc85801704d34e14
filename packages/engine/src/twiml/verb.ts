import type { HttpMethod, TwimlCall } from './twiml-call.js';

/** What happens after a verb: the next one, another document, or nothing more. */
export type VerbOutcome =
  | { kind: 'next' }
  | { kind: 'fetch'; url: string; method: HttpMethod; parameters: Record<string, string> }
  | { kind: 'end' };

/** A parsed verb, ready to run. URLs it holds may be relative to its document. */
export interface Verb {
  name: string;
  run(call: TwimlCall): Promise<VerbOutcome>;
}

export const NEXT: VerbOutcome = { kind: 'next' };
export const END: VerbOutcome = { kind: 'end' };
