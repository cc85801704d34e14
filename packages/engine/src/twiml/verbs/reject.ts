import { choiceAttribute } from '../attributes.js';
import type { XmlElement } from '../parse-xml.js';
import { END, type Verb } from '../verb.js';

/** `<Reject>`: refuses the call without answering it. */
export function parseReject(element: XmlElement): Verb {
  const reason = choiceAttribute(element, 'reason', ['rejected', 'busy'], 'rejected');
  return {
    name: 'Reject',
    run(call) {
      call.reject(reason);
      return Promise.resolve(END);
    },
  };
}
