import { ApiError } from './api-error.js';

/** The parameters of a request, each checked as it is read. */
export class Form {
  readonly #parameters: URLSearchParams;

  constructor(parameters: URLSearchParams) {
    this.#parameters = parameters;
  }

  /** Undefined when it was not given. */
  text(name: string): string | undefined {
    return this.#parameters.get(name) ?? undefined;
  }

  /** Every value of a repeated parameter, which may also be one text with spaces. */
  list(name: string): string[] {
    return this.#parameters.getAll(name).flatMap((value) => value.split(/[\s,]+/).filter(Boolean));
  }

  /** An http(s) URL; an empty one stands for none. @throws ApiError with the given code. */
  url(name: string, twilioCode: number): string | undefined {
    const text = this.text(name);
    if (text === undefined || text === '') return text;
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
      throw new ApiError(400, twilioCode, `${name} is not a valid URL`);
    }
    return text;
  }

  /** @throws ApiError 20001 for anything but GET and POST. */
  method(name: string): 'GET' | 'POST' | undefined {
    const text = this.text(name)?.toUpperCase();
    if (text === undefined || text === 'GET' || text === 'POST') return text;
    throw new ApiError(400, 20001, `Parameter '${name}' must be GET or POST`);
  }

  /** @throws ApiError 20001 for anything but `true` and `false`. */
  boolean(name: string): boolean | undefined {
    const text = this.text(name)?.toLowerCase();
    if (text === undefined || text === '') return undefined;
    if (text === 'true' || text === 'false') return text === 'true';
    throw new ApiError(400, 20001, `Parameter '${name}' must be true or false`);
  }

  /** One of a list of words. @throws ApiError 20001 for anything else. */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const text = this.text(name);
    if (text === undefined || text === '') return undefined;
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) {
      throw new ApiError(400, 20001, `Parameter '${name}' must be one of ${choices.join(', ')}`);
    }
    return choice;
  }

  /** @throws ApiError 20001 when it is no whole number in the range. */
  integer(name: string, range: { min: number; max: number }): number | undefined {
    const text = this.text(name);
    if (text === undefined || text === '') return undefined;
    const value = Number(text);
    if (Number.isInteger(value) && value >= range.min && value <= range.max) return value;
    throw new ApiError(400, 20001, `Parameter '${name}' must be a number from ${range.min} to ${range.max}`);
  }
}
