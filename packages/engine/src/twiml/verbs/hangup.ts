import type { XmlElement } from '../parse-xml.js';
import { END, type Verb } from '../verb.js';

/** `<Hangup>`: ends the call. */
export function parseHangup(_element: XmlElement): Verb {
  return {
    name: 'Hangup',
    run(call) {
      call.hangUp();
      return Promise.resolve(END);
    },
  };
}
