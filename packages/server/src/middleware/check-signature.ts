import type { MiddlewareHandler } from 'hono';
import { validateRequest, validateRequestWithBody } from 'twilio/lib/webhooks/webhooks.js';
import type { ServerConfig } from '../config/config.js';
import { RequestError } from '../errors.js';
import type { ServerEnv } from '../server-env.js';
import { misshapenParameter } from './voice-parameters.js';

const FORM = /^application\/x-www-form-urlencoded\s*(;|$)/i;
const JSON_BODY = /^application\/json\s*(;|$)/i;

/** A webhook as it came. */
export interface SignedRequest {
  /** With the path and query of the request, and the origin of our public URL. */
  url: string;
  signature: string;
  /** Parameters of a form; undefined for a JSON body, whose SHA-256 the signed URL carries as `bodySHA256`. */
  form: Readonly<Record<string, string>> | undefined;
  body: string;
}

/** Whether one of the tokens signed this request. */
export function isSigned({ url, signature, form, body }: SignedRequest, tokens: readonly string[]): boolean {
  return tokens.some((token) =>
    form === undefined
      ? validateRequestWithBody(token, signature, url, body)
      : validateRequest(token, signature, url, form),
  );
}

/**
 * Lets through only webhooks that the voice platform signed for our public URL and our account, in the shape that
 * it gives them. The Host header plays no part: whoever sends the request chooses it.
 * See https://www.twilio.com/docs/usage/webhooks/webhooks-security.
 */
export function checkSignature(config: ServerConfig): MiddlewareHandler<ServerEnv> {
  const { authToken, oldAuthToken, accountSid, extraParameters } = config.credentials;
  const tokens = oldAuthToken === undefined ? [authToken] : [authToken, oldAuthToken];
  return async (context, next) => {
    const { pathname, search, searchParams } = new URL(context.req.url);
    const type = context.req.header('content-type') ?? '';
    const isJson = JSON_BODY.test(type) && searchParams.has('bodySHA256');
    if (!isJson && !FORM.test(type)) {
      throw new RequestError(415, 'form-required', 'Webhooks are form-urlencoded.');
    }
    const body = await context.req.text();
    const pairs = isJson ? jsonPairs(body) : [...new URLSearchParams(body)];
    const form = Object.fromEntries(pairs);
    const signed = isSigned(
      {
        url: `${config.publicUrl}${pathname}${search}`,
        signature: context.req.header('x-twilio-signature') ?? '',
        form: isJson ? undefined : form,
        body,
      },
      tokens,
    );
    // A parameter given twice would be read once but could have been signed twice.
    const unambiguous = Object.keys(form).length === pairs.length;
    if (!signed || !unambiguous || form['AccountSid'] !== accountSid) {
      throw new RequestError(403, 'signature-invalid', 'The request is not signed by the voice platform.');
    }
    // What the caller's page says comes with the first request, and may come again with those that follow it.
    const custom = /\/(outgoing|dial-done|transfer|transfer-done|queue-left|queue-wait|aside|sent-on)$/.test(
      context.req.path,
    );
    const wrong = misshapenParameter(form, {
      path: context.req.path,
      custom,
      extra: extraParameters,
    });
    if (wrong !== undefined) {
      throw new RequestError(400, 'form-invalid', `The request does not fit: ${wrong}.`);
    }
    context.set('form', form);
    await next();
  };
}

function jsonPairs(body: string): [string, string][] {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
    return Object.entries(value).map(([name, inner]) => [name, String(inner)]);
  } catch {
    return [];
  }
}
