import { Attributes, type Warn } from '../attributes.js';
import type { XmlElement } from '../parse-xml.js';
import { END, type Verb } from '../verb.js';

/** `<Reject>`: refuses the call without answering it. */
export function parseReject(element: XmlElement, warn: Warn): Verb {
  const reason = new Attributes(element, warn).choice('reason', ['rejected', 'busy'], 'rejected', 13810);
  return {
    name: 'Reject',
    run(call) {
      call.reject(reason);
      return Promise.resolve(END);
    },
  };
}
