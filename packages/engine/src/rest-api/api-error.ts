import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { EngineError } from '../errors.js';

/** A refusal as Twilio's REST API words it. */
export class ApiError extends EngineError {
  readonly status: ContentfulStatusCode;

  constructor(status: ContentfulStatusCode, twilioCode: number, message: string) {
    super('rest-api', message, { twilioCode });
    this.status = status;
  }

  /** Twilio's error body. */
  toJSON(): { code: number; message: string; more_info: string; status: number } {
    const code = this.twilioCode ?? 20500;
    const { message, status } = this;
    return { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
  }
}

/** 20404, in Twilio's words. */
export function notFound(path: string): ApiError {
  return new ApiError(404, 20404, `The requested resource ${path} was not found`);
}

/** A part of the API that the engine does not have; the sentence says which. */
export function notEmulated(sentence: string): ApiError {
  return new ApiError(501, 20501, sentence);
}
