/** The built pages of @offhook/web and the policy under which browsers may run them. */
import { serveStatic } from '@hono/node-server/serve-static';
import type { ServerConfig } from '@offhook/server';
import { pagesDirectory } from '@offhook/web';
import { Hono } from 'hono';

/** Where the SDK connects when Twilio's cloud is the voice platform. */
const TWILIO_HOSTS = 'wss://*.twilio.com https://*.twilio.com';

/** Scripts, styles and connections of our own only; no page of ours runs inside another. */
function contentSecurityPolicy({ ownOrigins, voice }: ServerConfig): string {
  // CSP has no way to write an IPv6 address (CSP3 §2.3.1); 'self' covers the page's own origin where it matters.
  const named = ownOrigins.filter((origin) => !origin.includes('['));
  const sockets = named.map((origin) => origin.replace(/^http/, 'ws')).join(' ');
  const twilio = voice.mode === 'twilio' ? TWILIO_HOSTS : '';
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src 'self' ${sockets} ${twilio}`.trim(),
    "img-src 'self' data:",
    `media-src 'self' blob: data: ${voice.mode === 'twilio' ? 'https://*.twilio.com' : ''}`.trim(),
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    // Text becomes markup or script through the templates of Lit alone, whose policy this is.
    "require-trusted-types-for 'script'",
    'trusted-types lit-html',
  ].join('; ');
}

/** `/`, `/phone`, `/embed/…`, `/sdk/…` and their files. */
export function pages(config: ServerConfig): Hono {
  const policy = contentSecurityPolicy(config);
  const routes = new Hono();
  routes.use(async (context, next) => {
    await next();
    if (context.res.headers.get('content-type')?.startsWith('text/html')) {
      context.header('Content-Security-Policy', policy);
    }
    const isAsset = context.req.path.startsWith('/assets/');
    // A file whose name changes with its content is loaded once; all others must not outlive an update.
    const lasts = isAsset && context.res.status === 200 ? 'public, max-age=31536000, immutable' : 'no-cache';
    context.header('Cache-Control', lasts);
    if (context.req.path.startsWith('/embed/') || isAsset) {
      context.header('Access-Control-Allow-Origin', '*');
      context.header('Cross-Origin-Resource-Policy', 'cross-origin');
    }
  });
  routes.get(
    '*',
    serveStatic({
      root: pagesDirectory,
      precompressed: true,
      rewriteRequestPath: (path) => (path === '/phone' ? '/phone.html' : path),
    }),
  );
  return routes;
}
