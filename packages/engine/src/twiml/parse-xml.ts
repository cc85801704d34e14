/**
 * XML as untrusted input: no document type, no external anything, bounded in bytes, depth and nodes before any
 * verb is looked at.
 */
import { SaxesParser } from 'saxes';
import { TwimlError } from './twiml-error.js';

/** Twilio's limit for a TwiML document. */
export const MAX_DOCUMENT_BYTES = 64 * 1024;
const MAX_DEPTH = 20;
export const MAX_NODES = 1000;

/** One XML element. `text` is its own text joined together; `content` has text and elements in their order. */
export interface XmlElement {
  name: string;
  attributes: ReadonlyMap<string, string>;
  content: (string | XmlElement)[];
  children: XmlElement[];
  text: string;
}

/**
 * Parses a whole document into its root element.
 * @throws TwimlError 11750 when it is larger than 64 KB, 12100 when it is not acceptable XML.
 */
export function parseXml(document: string): XmlElement {
  if (Buffer.byteLength(document) > MAX_DOCUMENT_BYTES) {
    throw new TwimlError(11750, `The TwiML document is larger than ${MAX_DOCUMENT_BYTES} bytes.`);
  }
  const builder = new TreeBuilder();
  const parser = new SaxesParser();
  parser.on('doctype', () => {
    throw new TwimlError(12100, 'A document type declaration is not allowed in TwiML.');
  });
  parser.on('error', (error) => {
    throw new TwimlError(12100, `The TwiML is not well-formed XML: ${error.message}`);
  });
  parser.on('opentag', (tag) => builder.open(tag.name, tag.attributes));
  parser.on('closetag', () => builder.close());
  parser.on('text', (text) => builder.text(text));
  parser.on('cdata', (text) => builder.text(text));
  parser.write(document.replace(/^\uFEFF/, '').trimStart()).close();
  return builder.root();
}

class TreeBuilder {
  readonly #open: XmlElement[] = [];
  #root: XmlElement | undefined;
  #nodes = 0;

  open(name: string, attributes: Record<string, string>): void {
    this.#nodes += 1;
    if (this.#nodes > MAX_NODES)
      throw new TwimlError(12100, `The TwiML has more than ${MAX_NODES} elements.`);
    if (this.#open.length >= MAX_DEPTH) {
      throw new TwimlError(12100, `The TwiML is nested deeper than ${MAX_DEPTH} levels.`);
    }
    const element: XmlElement = {
      name,
      attributes: new Map(Object.entries(attributes)),
      content: [],
      children: [],
      text: '',
    };
    const parent = this.#open.at(-1);
    if (parent) {
      parent.children.push(element);
      parent.content.push(element);
    } else this.#root ??= element;
    this.#open.push(element);
  }

  close(): void {
    this.#open.pop();
  }

  text(text: string): void {
    const element = this.#open.at(-1);
    if (!element) return;
    element.text += text;
    element.content.push(text);
  }

  root(): XmlElement {
    if (!this.#root) throw new TwimlError(12100, 'The TwiML document is empty.');
    return this.#root;
  }
}
