import { integerAttribute } from '../attributes.js';
import type { XmlElement } from '../parse-xml.js';
import { NEXT, type Verb } from '../verb.js';

/** `<Pause>`: waits. As the first verb it delays the answer, as at Twilio. */
export function parsePause(element: XmlElement): Verb {
  const seconds = integerAttribute(element, 'length', { default: 1, min: 0, max: 14_400 });
  return {
    name: 'Pause',
    async run(call) {
      await call.wait(seconds * 1000);
      return NEXT;
    },
  };
}
