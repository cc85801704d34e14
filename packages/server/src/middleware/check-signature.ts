import type { MiddlewareHandler } from 'hono';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import type { ServerConfig } from '../config/config.js';
import { RequestError } from '../errors.js';
import type { ServerEnv } from '../server-env.js';

/**
 * Lets through only webhooks that the voice platform signed for our public URL and our account. The Host header
 * plays no part: whoever sends the request chooses it. See https://www.twilio.com/docs/usage/webhooks/webhooks-security.
 */
export function checkSignature(config: ServerConfig): MiddlewareHandler<ServerEnv> {
  const { authToken, accountSid } = config.credentials;
  return async (context, next) => {
    if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(context.req.header('content-type') ?? '')) {
      throw new RequestError(415, 'form-required', 'Webhooks are form-urlencoded.');
    }
    const pairs = [...new URLSearchParams(await context.req.text())];
    const form = Object.fromEntries(pairs);
    const { pathname, search } = new URL(context.req.url);
    const signature = context.req.header('x-twilio-signature') ?? '';
    const signed = validateRequest(authToken, signature, `${config.publicUrl}${pathname}${search}`, form);
    // A parameter given twice would be read once but could have been signed twice.
    const unambiguous = Object.keys(form).length === pairs.length;
    if (!signed || !unambiguous || form['AccountSid'] !== accountSid) {
      throw new RequestError(403, 'signature-invalid', 'The request is not signed by the voice platform.');
    }
    context.set('form', form);
    await next();
  };
}
