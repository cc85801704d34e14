import type { MiddlewareHandler } from 'hono';
import type { ServerConfig } from '../config/config.js';

/** Everything that the pages never ask for is off, so that nothing that got into them can ask either. */
const PERMISSIONS = [
  'microphone=(self)',
  'autoplay=(self)',
  ...['camera', 'geolocation', 'display-capture', 'payment', 'usb', 'serial', 'bluetooth'].map(
    (name) => `${name}=()`,
  ),
].join(', ');

/** Safe headers on every answer; a page that needs another policy (its scripts, say) sets that header itself. */
export function securityHeaders({ publicUrl }: ServerConfig): MiddlewareHandler {
  const headers: (readonly [name: string, value: string])[] = [
    [
      'Content-Security-Policy',
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ],
    ['Cross-Origin-Opener-Policy', 'same-origin'],
    ['Cross-Origin-Resource-Policy', 'same-origin'],
    ['Permissions-Policy', PERMISSIONS],
    ['Referrer-Policy', 'strict-origin-when-cross-origin'],
    ['X-Content-Type-Options', 'nosniff'],
    ['X-Frame-Options', 'DENY'],
  ];
  if (publicUrl.startsWith('https:')) headers.push(['Strict-Transport-Security', 'max-age=63072000']);
  return async (context, next) => {
    // Before the answer is made: each header that is added to a finished answer copies the whole of it.
    for (const [name, value] of headers) context.header(name, value);
    await next();
    // A handler that makes its Response itself loses what was set before.
    if (context.res.headers.has('X-Content-Type-Options')) return;
    for (const [name, value] of headers) {
      if (!context.res.headers.has(name)) context.header(name, value);
    }
  };
}
