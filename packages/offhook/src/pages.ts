/** The built pages of @offhook/web and the policy under which browsers may run them. */
import { serveStatic } from '@hono/node-server/serve-static';
import { pagesDirectory } from '@offhook/web';
import { Hono } from 'hono';

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self' ws: wss:",
  "img-src 'self' data:",
  "media-src 'self' blob: data:",
  "font-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** `/`, `/phone`, `/embed/…`, `/sdk/…` and their files. */
export function pages(): Hono {
  const routes = new Hono();
  routes.use(async (context, next) => {
    await next();
    if (context.res.headers.get('content-type')?.startsWith('text/html')) {
      context.header('Content-Security-Policy', CONTENT_SECURITY_POLICY);
    }
    if (context.req.path.startsWith('/embed/') || context.req.path.startsWith('/assets/')) {
      context.header('Access-Control-Allow-Origin', '*');
      context.header('Cross-Origin-Resource-Policy', 'cross-origin');
    }
  });
  routes.get(
    '*',
    serveStatic({
      root: pagesDirectory,
      rewriteRequestPath: (path) => (path === '/phone' ? '/phone.html' : path),
    }),
  );
  return routes;
}
