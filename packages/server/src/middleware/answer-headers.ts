/**
 * What stands in the head of every answer, whatever becomes of the request. It is known before, and stays a plain
 * object until the answer is there: an answer that is made with it needs no `Headers`, which costs more than signing
 * a token.
 */
import type { Context, MiddlewareHandler } from 'hono';
import type { ServerEnv } from '../server-env.js';

/** Puts `headers`, and the request's id, on answers that do not say something else under these names. */
export function answerHeaders(headers: Readonly<Record<string, string>>): MiddlewareHandler<ServerEnv> {
  return async (context, next) => {
    context.set('answerHeaders', headers);
    await next();
    if (context.res === context.get('completeAnswer')) return;
    const missing = Object.entries(allHeaders(context)).filter(([name]) => !context.res.headers.has(name));
    try {
      for (const [name, value] of missing) context.res.headers.set(name, value);
    } catch {
      // A redirect, or an answer of `fetch` that is passed on: its headers do not change, so it is copied.
      for (const [name, value] of missing) context.header(name, value);
    }
  };
}

/** An answer of JSON, complete with the headers above. It has none that `context.header` set. */
export function answerJson(context: Context<ServerEnv>, body: object): Response {
  const headers = { ...allHeaders(context), 'Content-Type': 'application/json' };
  const answer = new Response(JSON.stringify(body), { headers });
  context.set('completeAnswer', answer);
  return answer;
}

function allHeaders(context: Context<ServerEnv>): Record<string, string> {
  return { ...context.get('answerHeaders'), 'X-Request-Id': context.get('requestId') };
}
