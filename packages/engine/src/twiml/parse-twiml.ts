/** From a TwiML document to the list of verbs that `run-twiml.ts` runs. */
import { SCHEMA_WARNING, type Warn } from './attributes.js';
import { checkAttributes, ELEMENTS, REFUSED_VERBS } from './elements.js';
import { parseXml, type XmlElement } from './parse-xml.js';
import { TwimlError } from './twiml-error.js';
import type { Verb } from './verb.js';
import { parseDial } from './verbs/dial.js';
import { parseEcho } from './verbs/echo.js';
import { parseEnqueue, parseLeave } from './verbs/enqueue.js';
import { parseGather } from './verbs/gather.js';
import { parseHangup } from './verbs/hangup.js';
import { parsePause } from './verbs/pause.js';
import { parsePlay } from './verbs/play.js';
import { parseRecord } from './verbs/record.js';
import { parseRedirect } from './verbs/redirect.js';
import { parseRefused } from './verbs/refused.js';
import { parseReject } from './verbs/reject.js';
import { parseSay } from './verbs/say.js';

/** The verbs that run. */
export const PARSERS: Readonly<Record<string, (element: XmlElement, warn: Warn) => Verb>> = {
  Dial: parseDial,
  Echo: parseEcho,
  Enqueue: parseEnqueue,
  Gather: parseGather,
  Hangup: parseHangup,
  Leave: parseLeave,
  Pause: parsePause,
  Play: parsePlay,
  Record: parseRecord,
  Redirect: parseRedirect,
  Reject: parseReject,
  Say: parseSay,
};

/** Warnings kept of one document; a document full of mistakes says the same again and again. */
const MAX_WARNINGS = 20;

/** A document that can be run, and what of it will not be done as written. */
export interface ParsedTwiml {
  verbs: readonly Verb[];
  warnings: ReadonlyArray<{ twilioCode: number; message: string }>;
}

/**
 * Parses a TwiML document (TwiML for Programmable Voice reference). What does not conform to Twilio's schema is
 * skipped with a warning, as at Twilio.
 * @throws TwimlError with Twilio's code: 11750 too large, 12100 not acceptable XML.
 */
export function parseTwiml(document: string): ParsedTwiml {
  const root = parseXml(document);
  if (root.name !== 'Response') {
    throw new TwimlError(12100, `The root element of TwiML is <Response>, not <${root.name.slice(0, 100)}>.`);
  }
  const warnings: { twilioCode: number; message: string }[] = [];
  const warn: Warn = (twilioCode, message) => {
    if (warnings.length < MAX_WARNINGS) warnings.push({ twilioCode, message });
  };
  if (root.text.trim() !== '') warn(SCHEMA_WARNING, 'Text directly inside <Response> is ignored.');
  const verbs = root.children.flatMap((element) => parseVerb(element, warn) ?? []);
  return { verbs, warnings };
}

function parseVerb(element: XmlElement, warn: Warn): Verb | undefined {
  if (REFUSED_VERBS.includes(element.name)) return parseRefused(element);
  const parse = Object.hasOwn(PARSERS, element.name) ? PARSERS[element.name] : undefined;
  const rules = ELEMENTS[element.name];
  if (!parse || !rules) {
    warn(SCHEMA_WARNING, `<${element.name.slice(0, 100)}> is not a TwiML verb; it is skipped.`);
    return undefined;
  }
  checkAttributes(element, rules, warn);
  return parse(element, warn);
}
