import type { DocumentRequest, TwimlCall } from './twiml-call.js';

/** What happens after a verb: the next one, another document, or nothing more. */
export type VerbOutcome =
  | { kind: 'next' }
  /** `hadInput`: the caller did something, so this is no document that merely leads to itself. */
  | (DocumentRequest & { kind: 'fetch'; hadInput: boolean })
  | { kind: 'end' };

/** A parsed verb, ready to run. URLs it holds may be relative to its document. */
export interface Verb {
  name: string;
  run(call: TwimlCall): Promise<VerbOutcome>;
}

/** The verb is over and the next one's turn has come. */
export const NEXT: VerbOutcome = { kind: 'next' };
/** Nothing more is to be run. */
export const END: VerbOutcome = { kind: 'end' };
