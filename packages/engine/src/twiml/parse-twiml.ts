/** From a TwiML document to the list of verbs that `run-twiml.ts` runs. */
import { parseXml, type XmlElement } from './parse-xml.js';
import { TwimlError } from './twiml-error.js';
import { parseDial } from './verbs/dial.js';
import { parsePause } from './verbs/pause.js';
import { parseReject } from './verbs/reject.js';
import { parseSay } from './verbs/say.js';
import { parseHangup } from './verbs/hangup.js';
import type { Verb } from './verb.js';

const PARSERS: Readonly<Record<string, (element: XmlElement) => Verb>> = {
  Dial: parseDial,
  Hangup: parseHangup,
  Pause: parsePause,
  Reject: parseReject,
  Say: parseSay,
};

/**
 * Parses a TwiML document (TwiML for Programmable Voice reference).
 * @throws TwimlError with Twilio's code: 11750 too large, 12100 not XML, 12200 not valid TwiML.
 */
export function parseTwiml(document: string): Verb[] {
  const root = parseXml(document);
  if (root.name !== 'Response') {
    throw new TwimlError(12100, `The root element of TwiML is <Response>, not <${root.name}>.`);
  }
  return root.children.map((element) => {
    const parse = Object.hasOwn(PARSERS, element.name) ? PARSERS[element.name] : undefined;
    if (!parse) throw new TwimlError(12200, `The TwiML verb <${element.name}> is not supported.`);
    return parse(element);
  });
}
