import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** Base of every error this package throws. `code` is stable; the message is a sentence for a person. */
export class ServerError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** A request that is refused: becomes this HTTP status and an `ApiError` body. */
export class RequestError extends ServerError {
  readonly status: ContentfulStatusCode;

  constructor(status: ContentfulStatusCode, code: string, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.status = status;
  }
}

const LIMIT_MESSAGES = {
  'daily-limit': 'You have used up your calls for today.',
  'too-many-calls': 'Too many calls. Try again in a minute.',
  'too-many-attempts': 'Too many attempts. Wait before you try again.',
} as const;

/** A limit is reached: 429 with `Retry-After`. */
export class LimitError extends RequestError {
  declare readonly code: keyof typeof LIMIT_MESSAGES;
  readonly retryAfterSeconds: number;

  constructor(code: keyof typeof LIMIT_MESSAGES, retryAfterSeconds: number) {
    super(429, code, LIMIT_MESSAGES[code]);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The configuration cannot be used. `mistakes` lists every fault by name, never with a secret's value. */
export class ConfigError extends ServerError {
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(
      'config-invalid',
      `The configuration cannot be used:\n${mistakes.map((line) => `  ${line}`).join('\n')}`,
    );
    this.mistakes = mistakes;
  }
}
