/** Attribute values as TwiML writes them, turned into typed values or refused with Twilio's schema error. */
import type { XmlElement } from './parse-xml.js';
import type { HttpMethod } from './twiml-call.js';
import { TwimlError } from './twiml-error.js';

const SCHEMA_VIOLATION = 12200;

/** A whole number within a range, or the default when the attribute is absent. */
export function integerAttribute(
  element: XmlElement,
  name: string,
  options: { default: number; min: number; max: number },
): number {
  const text = element.attributes.get(name);
  if (text === undefined) return options.default;
  const value = Number(text);
  if (!/^\s*\d+\s*$/.test(text) || value < options.min || value > options.max) {
    throw new TwimlError(
      SCHEMA_VIOLATION,
      `<${element.name} ${name}> must be a whole number from ${options.min} to ${options.max}.`,
    );
  }
  return value;
}

/** `true` or `false`. */
export function booleanAttribute(element: XmlElement, name: string, fallback: boolean): boolean {
  const text = element.attributes.get(name)?.trim();
  if (text === undefined) return fallback;
  if (text !== 'true' && text !== 'false') {
    throw new TwimlError(SCHEMA_VIOLATION, `<${element.name} ${name}> must be true or false.`);
  }
  return text === 'true';
}

/** `GET` or `POST`. */
export function methodAttribute(element: XmlElement, name: string, fallback: HttpMethod): HttpMethod {
  const text = element.attributes.get(name)?.trim().toUpperCase();
  if (text === undefined) return fallback;
  if (text !== 'GET' && text !== 'POST') {
    throw new TwimlError(SCHEMA_VIOLATION, `<${element.name} ${name}> must be GET or POST.`);
  }
  return text;
}

/** One of a list of words. */
export function choiceAttribute<T extends string>(
  element: XmlElement,
  name: string,
  choices: readonly T[],
  fallback: T,
): T {
  const text = element.attributes.get(name)?.trim();
  if (text === undefined) return fallback;
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) {
    throw new TwimlError(SCHEMA_VIOLATION, `<${element.name} ${name}> must be one of ${choices.join(', ')}.`);
  }
  return choice;
}
