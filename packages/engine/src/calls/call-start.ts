import type { TwimlStart } from '../twiml/run-twiml.js';

/** Where the TwiML of a call starts: at a URL, or with a document that is given. */
export interface CallStart extends TwimlStart {
  /** The first document; the URL is then only what its relative URLs refer to. */
  document?: string | undefined;
}
