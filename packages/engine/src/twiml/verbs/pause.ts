import { Attributes, type Warn } from '../attributes.js';
import type { XmlElement } from '../parse-xml.js';
import type { PromptStep } from '../prompt.js';
import { NEXT, type Verb } from '../verb.js';

/** `<Pause>`: waits. As the first verb it delays the answer, as at Twilio. */
export function parsePause(element: XmlElement, warn: Warn): Verb {
  const step = pauseStep(element, warn);
  return {
    name: 'Pause',
    async run(call) {
      await step(call, call.signal);
      return NEXT;
    },
  };
}

/** The silence of a `<Pause>`. */
export function pauseStep(element: XmlElement, warn: Warn): PromptStep {
  const seconds = new Attributes(element, warn).integer('length', { default: 1, min: 0, max: 14_400 });
  return (call, signal) => call.wait(seconds * 1000, signal);
}
