import type { MiddlewareHandler } from 'hono';
import type { ServerConfig } from '../config/config.js';
import { RequestError } from '../errors.js';
import type { ServerEnv } from '../server-env.js';

/**
 * Lets the browsers of configured sites read the API's answers, which have `headers` too; others get no CORS header
 * at all. Nobody is allowed to send credentials from elsewhere, so a cookie only ever comes with requests of our own
 * pages.
 */
export function allowSites(
  config: ServerConfig,
  headers: Readonly<Record<string, string>>,
): MiddlewareHandler<ServerEnv> {
  const forAnybody = { ...headers, Vary: 'Origin' };
  const forSites = new Map<string | undefined, Record<string, string>>(
    [...config.ownOrigins, ...config.sites].map((origin) => [
      origin,
      {
        ...forAnybody,
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Expose-Headers': 'Retry-After',
      },
    ]),
  );
  return async (context, next) => {
    const forSite = forSites.get(context.req.header('origin'));
    context.set('answerHeaders', forSite ?? forAnybody);
    if (context.req.method !== 'OPTIONS') return next();
    if (forSite) {
      context.header('Access-Control-Allow-Methods', 'GET,POST,DELETE');
      context.header('Access-Control-Allow-Headers', 'Authorization,Content-Type,Last-Event-ID');
      context.header('Access-Control-Max-Age', '600');
    }
    return context.body(null, 204);
  };
}

/**
 * Refuses requests from pages of other origins. Browsers name the origin in every POST; only a GET from our own
 * pages comes without. What Sec-Fetch-Site says must fit: pages cannot forge either header.
 */
export function checkOrigin(config: ServerConfig): MiddlewareHandler<ServerEnv> {
  return (context, next) => {
    const isRead = context.req.method === 'GET' || context.req.method === 'HEAD';
    const named = context.req.header('origin');
    const origin = named ?? (isRead ? config.publicUrl : undefined);
    const fetchSite = context.req.header('sec-fetch-site');
    if (origin === undefined) throw refusal();
    if (config.ownOrigins.includes(origin)) {
      // On loopback, our own other spelling is another site to a browser.
      const isOwn = fetchSite === 'same-origin' || (named !== undefined && config.ownOrigins.length > 1);
      const isTyped = isRead && fetchSite === 'none';
      if (fetchSite !== undefined && !isOwn && !isTyped) throw refusal();
      context.set('origin', config.publicUrl);
    } else if (config.sites.includes(origin)) {
      if (fetchSite !== undefined && fetchSite !== 'cross-site' && fetchSite !== 'same-site') throw refusal();
      context.set('origin', origin);
    } else throw refusal();
    return next();
  };
}

function refusal(): RequestError {
  return new RequestError(403, 'origin-not-allowed', 'This site is not allowed to use this server.');
}
