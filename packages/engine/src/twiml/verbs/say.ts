import { Attributes, SCHEMA_WARNING, type Warn } from '../attributes.js';
import type { XmlElement } from '../parse-xml.js';
import type { PromptStep } from '../prompt.js';
import type { SpeechPart } from '../twiml-call.js';
import { NEXT, type Verb } from '../verb.js';

/** Longest text that is spoken, in characters; it bounds the cost of speech. */
const MAX_TEXT = 4096;
const MAX_LOOPS = 1000;
/** SSML's limit for one `<break>`. */
const MAX_BREAK_MS = 10_000;
const BREAK_MS: Readonly<Record<string, number>> = {
  none: 0,
  'x-weak': 0,
  weak: 150,
  medium: 400,
  strong: 700,
  'x-strong': 1200,
};
/** SSML that says how text is spoken; its text is spoken plainly. */
const SPOKEN_PLAINLY = ['emphasis', 'lang', 'p', 'phoneme', 'prosody', 's', 'say-as', 'w'];

/** `<Say>`: speaks text to the caller, answering the call first. */
export function parseSay(element: XmlElement, warn: Warn): Verb {
  const step = sayStep(element, warn);
  return {
    name: 'Say',
    async run(call) {
      await call.answer();
      await step(call, call.signal);
      return NEXT;
    },
  };
}

/** The words of a `<Say>`. */
export function sayStep(element: XmlElement, warn: Warn): PromptStep {
  const attributes = new Attributes(element, warn);
  const loop = attributes.integer('loop', { default: 1, min: 0, max: MAX_LOOPS, code: 13510 });
  const language = attributes.matching('language', /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 13512);
  const parts = new SpeechParts(language ?? voiceLanguage(attributes.text('voice')) ?? 'en-US', warn);
  parts.add(element);
  const spoken = parts.done();
  if (parts.characters > MAX_TEXT) {
    warn(
      13521,
      `<Say> has ${parts.characters} characters, more than the ${MAX_TEXT} that are spoken; it is skipped.`,
    );
    return () => Promise.resolve();
  }
  if (spoken.length === 0) warn(13520, '<Say> has no text; it is skipped.');
  return async (call, signal) => {
    if (spoken.length > 0) await call.play({ kind: 'speech', parts: spoken, loop }, signal);
  };
}

/** Voices of Google are named after their language, e.g. `Google.de-DE-Wavenet-A`. */
function voiceLanguage(voice: string | undefined): string | undefined {
  return /^Google\.([a-z]{2,3}-[A-Z]{2})-/.exec(voice ?? '')?.[1];
}

/** Collects text and silences in their order. */
class SpeechParts {
  characters = 0;
  readonly #parts: SpeechPart[] = [];
  readonly #language: string;
  readonly #warn: Warn;
  #text = '';

  constructor(language: string, warn: Warn) {
    this.#language = language;
    this.#warn = warn;
  }

  add(element: XmlElement): void {
    for (const piece of element.content) {
      if (typeof piece === 'string') this.#text += piece;
      else this.#addElement(piece);
    }
  }

  done(): readonly SpeechPart[] {
    this.#endText();
    return this.#parts;
  }

  #addElement(element: XmlElement): void {
    if (element.name === 'break') {
      this.#endText();
      this.#parts.push({ kind: 'silence', durationMs: breakMs(element) });
      return;
    }
    if (element.name === 'sub') {
      this.#text += element.attributes.get('alias') ?? element.text;
      return;
    }
    if (!SPOKEN_PLAINLY.includes(element.name)) {
      this.#warn(SCHEMA_WARNING, `<${element.name.slice(0, 100)}> is not SSML; its text is spoken plainly.`);
    }
    this.add(element);
  }

  #endText(): void {
    const text = this.#text.replace(/\s+/g, ' ').trim();
    this.#text = '';
    if (text === '') return;
    this.characters += text.length;
    this.#parts.push({ kind: 'words', speech: { text, language: this.#language } });
  }
}

function breakMs(element: XmlElement): number {
  const match = /^\+?(\d+(?:\.\d+)?)(ms|s)$/.exec(element.attributes.get('time')?.trim() ?? '');
  if (match) return Math.min(Number(match[1]) * (match[2] === 's' ? 1000 : 1), MAX_BREAK_MS);
  return BREAK_MS[element.attributes.get('strength') ?? 'medium'] ?? 400;
}
