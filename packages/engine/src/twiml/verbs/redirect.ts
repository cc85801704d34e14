import { Attributes, type Warn } from '../attributes.js';
import type { XmlElement } from '../parse-xml.js';
import type { Verb } from '../verb.js';

/** `<Redirect>`: goes on with another document; without a URL, with this one. */
export function parseRedirect(element: XmlElement, warn: Warn): Verb {
  const method = new Attributes(element, warn).method('method', 13710);
  const url = element.text.trim();
  return {
    name: 'Redirect',
    run() {
      return Promise.resolve({ kind: 'fetch', url, method, parameters: {}, hadInput: false });
    },
  };
}
