import { Hono } from 'hono';
import { openApiDocument } from './open-api-document.js';
import type { ServerEnv } from '../server-env.js';

/** `GET /openapi.json`: the API as OpenAPI 3.1. */
export function openApiRoutes(): Hono<ServerEnv> {
  const routes = new Hono<ServerEnv>();
  const document = openApiDocument();
  routes.get('/openapi.json', (context) => context.json(document));
  return routes;
}
