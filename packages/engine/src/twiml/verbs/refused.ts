import type { XmlElement } from '../parse-xml.js';
import { TwimlError } from '../twiml-error.js';
import type { Verb } from '../verb.js';

/** A verb that the reference has and this engine does not run; the verbs before it are run all the same. */
export function parseRefused({ name }: XmlElement): Verb {
  return {
    name,
    run() {
      return Promise.reject(
        new TwimlError(13750, `The TwiML verb <${name}> is not emulated by this engine.`),
      );
    },
  };
}
