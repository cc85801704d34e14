import { Attributes, SCHEMA_WARNING, type Warn } from '../attributes.js';
import type { XmlElement } from '../parse-xml.js';
import type { PromptStep } from '../prompt.js';
import { NEXT, type Verb } from '../verb.js';

const MAX_LOOPS = 1000;
/** Bounds one string of keys to some minutes. */
const DIGITS = /^[0-9*#A-DwW]{1,500}$/;

/** `<Play>`: plays a file or keys to the caller, answering the call first. */
export function parsePlay(element: XmlElement, warn: Warn): Verb {
  const step = playStep(element, warn);
  return {
    name: 'Play',
    async run(call) {
      await call.answer();
      await step(call, call.signal);
      return NEXT;
    },
  };
}

/** The sound of a `<Play>`. */
export function playStep(element: XmlElement, warn: Warn): PromptStep {
  const attributes = new Attributes(element, warn);
  const loop = attributes.integer('loop', { default: 1, min: 0, max: MAX_LOOPS, code: 13410 });
  if (element.attributes.has('digits')) {
    const digits = attributes.matching('digits', DIGITS, 13430)?.replaceAll('W', 'ww');
    return async (call, signal) => {
      if (digits !== undefined) await call.play({ kind: 'digits', digits, loop }, signal);
    };
  }
  const url = element.text.trim();
  if (url === '') warn(SCHEMA_WARNING, '<Play> names nothing to play; it is skipped.');
  return async (call, signal) => {
    if (url !== '') await call.play({ kind: 'file', url, loop }, signal);
  };
}
