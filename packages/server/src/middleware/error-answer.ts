import type { ApiError } from '@offhook/contract';
import type { ErrorHandler, NotFoundHandler } from 'hono';
import type { Logger } from 'pino';
import { LimitError, RequestError } from '../errors.js';
import type { ServerEnv } from '../server-env.js';

/** Turns whatever was thrown into an `ApiError`; what is not a refusal is a fault of ours and is logged. */
export function answerError(logger: Logger): ErrorHandler<ServerEnv> {
  return (error, context) => {
    if (error instanceof LimitError) {
      const { code, message, retryAfterSeconds } = error;
      context.header('Retry-After', String(retryAfterSeconds));
      return context.json({ error: { code, message, retryAfterSeconds } } satisfies ApiError, error.status);
    }
    if (error instanceof RequestError) {
      return context.json(body(error.code, error.message), error.status);
    }
    logger.error({ err: error, requestId: context.get('requestId') }, 'request failed');
    return context.json(body('internal', 'Something went wrong on our side. Please try again.'), 500);
  };
}

/** The answer for paths that do not exist. */
export const answerNotFound: NotFoundHandler<ServerEnv> = (context) =>
  context.json(body('not-found', 'There is nothing here.'), 404);

function body(code: string, message: string): ApiError {
  return { error: { code, message } };
}
