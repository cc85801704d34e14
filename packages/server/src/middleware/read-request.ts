import type { Context } from 'hono';
import type { z } from 'zod';
import { RequestError } from '../errors.js';
import type { ServerEnv } from '../server-env.js';

/** The JSON body, checked. Throws 415 for another content type and 400 for a body that does not fit. */
export async function readJson<Schema extends z.ZodType>(
  context: Context<ServerEnv>,
  schema: Schema,
): Promise<z.output<Schema>> {
  if (!/^application\/json\s*(;|$)/i.test(context.req.header('content-type') ?? '')) {
    throw new RequestError(415, 'json-required', 'Send the request as application/json.');
  }
  let body: unknown;
  try {
    body = await context.req.json();
  } catch (cause) {
    throw new RequestError(400, 'body-invalid', 'The body is not JSON.', { cause });
  }
  return parse(schema, body, 'body-invalid');
}

/** The query string, checked. Throws 400 when it does not fit; a key given twice never does. */
export function readQuery<Schema extends z.ZodType>(
  context: Context<ServerEnv>,
  schema: Schema,
): z.output<Schema> {
  const entries = Object.entries(context.req.queries());
  const query = Object.fromEntries(
    entries.map(([key, values]) => [key, values.length === 1 ? values[0] : values]),
  );
  return parse(schema, query, 'query-invalid');
}

/** A webhook's parameters, checked. Throws 400 when they do not fit. */
export function readForm<Schema extends z.ZodType>(
  context: Context<ServerEnv>,
  schema: Schema,
): z.output<Schema> {
  return parse(schema, context.get('form'), 'form-invalid');
}

/** Names the faulty fields, never their values. */
function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, code: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields = result.error.issues.map((issue) => issue.path.map(String).join('.') || 'the whole');
  throw new RequestError(400, code, `The request does not fit: ${[...new Set(fields)].join(', ')}.`);
}
