import { integerAttribute } from '../attributes.js';
import type { XmlElement } from '../parse-xml.js';
import { TwimlError } from '../twiml-error.js';
import { NEXT, type Verb } from '../verb.js';

/** Longest text that is spoken, in characters; it bounds the cost of speech. */
const MAX_TEXT = 3000;
/** `loop="0"` means for ever at Twilio; the call's own time limit ends it. */
const MAX_LOOPS = 1000;

/** `<Say>`: speaks text to the caller, answering the call first. */
export function parseSay(element: XmlElement): Verb {
  const text = allText(element).replace(/\s+/g, ' ').trim();
  if (text.length > MAX_TEXT) {
    throw new TwimlError(13510, `<Say> has ${text.length} characters; at most ${MAX_TEXT} are spoken.`);
  }
  const loop = integerAttribute(element, 'loop', { default: 1, min: 0, max: MAX_LOOPS });
  const language = element.attributes.get('language') ?? 'en-US';
  const voice = element.attributes.get('voice');
  return {
    name: 'Say',
    async run(call) {
      await call.answer();
      if (text === '') return NEXT;
      for (let round = 0; (loop === 0 || round < loop) && !call.signal.aborted; round += 1) {
        await call.say({ text, language, voice });
      }
      return NEXT;
    },
  };
}

/** SSML marks how text is spoken; its text is spoken plainly. */
function allText(element: XmlElement): string {
  return [element.text, ...element.children.map(allText)].join(' ');
}
