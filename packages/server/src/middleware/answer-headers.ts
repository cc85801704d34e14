/**
 * What middleware wants to stand in the head of every answer. It waits as plain text until the answer is there: an
 * answer made with it at once needs no `Headers`, each of which costs as much as signing a token.
 */
import type { Context, MiddlewareHandler } from 'hono';
import type { ServerEnv } from '../server-env.js';

/** Puts `fixed`, and what `setAnswerHeader` adds, on answers that do not say something else under these names. */
export function answerHeaders(fixed: Readonly<Record<string, string>>): MiddlewareHandler<ServerEnv> {
  return async (context, next) => {
    const headers = { ...fixed };
    context.set('answerHeaders', headers);
    await next();
    if (context.res === context.get('completeAnswer')) return;
    const missing = Object.entries(headers).filter(([name]) => !context.res.headers.has(name));
    try {
      for (const [name, value] of missing) context.res.headers.set(name, value);
    } catch {
      // A redirect or the answer of a fetch, passed on: its headers do not change, so it is copied.
      for (const [name, value] of missing) context.header(name, value);
    }
  };
}

/** Has the answer carry a header, unless the route sets it itself. */
export function setAnswerHeader(context: Context<ServerEnv>, name: string, value: string): void {
  context.get('answerHeaders')[name] = value;
}

/** An answer of JSON with the headers that wait. What `context.header` set is not on it. */
export function answerJson(context: Context<ServerEnv>, body: object): Response {
  const headers = { ...context.get('answerHeaders'), 'Content-Type': 'application/json' };
  const answer = new Response(JSON.stringify(body), { headers });
  context.set('completeAnswer', answer);
  return answer;
}
