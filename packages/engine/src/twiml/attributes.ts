/**
 * Attribute values as TwiML writes them, turned into typed values. As at Twilio, a value that cannot be used is
 * warned about and replaced by the default; the call goes on.
 */
import type { XmlElement } from './parse-xml.js';
import type { HttpMethod } from './twiml-call.js';

/** Tells the developer about something in a document that is not done as written. */
export type Warn = (twilioCode: number, message: string) => void;

/** Twilio's warning that a document does not conform to the TwiML schema. */
export const SCHEMA_WARNING = 12200;

/** The attributes of one element. Each method takes the code that Twilio warns with about that attribute. */
export class Attributes {
  readonly #element: XmlElement;
  readonly #warn: Warn;

  constructor(element: XmlElement, warn: Warn) {
    this.#element = element;
    this.#warn = warn;
  }

  /** The value as it is written, without the space around it. */
  text(name: string): string | undefined {
    return this.#element.attributes.get(name)?.trim();
  }

  /** A whole number within a range. */
  integer(name: string, options: { default: number; min: number; max: number; code?: number }): number {
    const text = this.text(name);
    if (text === undefined) return options.default;
    const value = Number(text);
    if (/^\d{1,12}$/.test(text) && value >= options.min && value <= options.max) return value;
    this.#invalid(name, `must be a whole number from ${options.min} to ${options.max}`, options.code);
    return options.default;
  }

  /** `true` or `false`. */
  boolean(name: string, fallback: boolean, code?: number): boolean {
    return this.choice(name, ['true', 'false'], fallback ? 'true' : 'false', code) === 'true';
  }

  /** `GET` or `POST`. */
  method(name: string, code?: number): HttpMethod {
    const text = this.text(name)?.toUpperCase();
    if (text === undefined || text === 'POST') return 'POST';
    if (text === 'GET') return 'GET';
    this.#invalid(name, 'must be GET or POST', code);
    return 'POST';
  }

  /** One of a list of words. */
  choice<T extends string>(name: string, choices: readonly T[], fallback: T, code?: number): T {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) this.#invalid(name, `must be one of ${choices.join(', ')}`, code);
    return choice ?? fallback;
  }

  /** Several of a list of words, separated by spaces (or commas, which Twilio takes too). */
  words<T extends string>(name: string, choices: readonly T[], fallback: readonly T[]): readonly T[] {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const words = text.split(/[\s,]+/).filter((word) => word !== '');
    if (words.some((word) => !choices.some((choice) => choice === word))) {
      this.#invalid(name, `may only name ${choices.join(', ')}`);
    }
    return choices.filter((choice) => words.includes(choice));
  }

  /** A value that matches a pattern. */
  matching(name: string, pattern: RegExp, code: number): string | undefined {
    const text = this.text(name);
    if (text === undefined || pattern.test(text)) return text;
    this.#invalid(name, 'has a value that cannot be used', code);
    return undefined;
  }

  #invalid(name: string, problem: string, code = SCHEMA_WARNING): void {
    this.#warn(code, `<${this.#element.name} ${name}> ${problem}; it is ignored.`);
  }
}
