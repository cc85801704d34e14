/** The SDK's event gateway: `POST /v4/EndpointEvents` and `/v4/EndpointMetrics`. */
import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { InsightsEvent, type InsightsStore } from './insights-store.js';

const PATH = '/v4';
const MAX_BODY_BYTES = 256 * 1024;

/**
 * Routes that keep what browsers post. `mayPost` checks the SDK's `X-Twilio-Token` header. The SDK ignores the
 * status of the answer, so a refusal disturbs no call.
 */
export function eventGateway(options: { store: InsightsStore; mayPost: (token: string) => boolean }): Hono {
  const routes = new Hono();
  // Its own paths only: it is mounted beside pages and an API, which have rules of their own.
  routes.use(
    `${PATH}/*`,
    cors({
      origin: '*',
      allowMethods: ['POST', 'OPTIONS'],
      allowHeaders: ['content-type', 'x-twilio-token'],
    }),
  );
  routes.use(`${PATH}/*`, bodyLimit({ maxSize: MAX_BODY_BYTES }));
  const accept = async (context: Context): Promise<Response> => {
    if (!options.mayPost(context.req.header('x-twilio-token') ?? ''))
      return context.text('unauthorized', 401);
    const body: unknown = await context.req.json().catch(() => undefined);
    const event = InsightsEvent.safeParse(body);
    if (!event.success) return context.text('malformed event', 400);
    options.store.add(event.data);
    return context.text('ok');
  };
  routes.post(`${PATH}/EndpointEvents`, accept);
  routes.post(`${PATH}/EndpointMetrics`, accept);
  return routes;
}
