import type { Context } from 'hono';
import { clientAddress } from '../client-address.js';
import type { ServerConfig } from '../config/config.js';

/** What the Node binding of Hono tells about a request. */
interface NodeBinding {
  incoming?: { socket?: { remoteAddress?: string | undefined } };
}

/** The address that a request comes from; undefined on runtimes that do not tell. */
export function requestAddress(context: Context, config: ServerConfig): string | undefined {
  const { incoming } = (context.env ?? {}) as NodeBinding;
  return clientAddress(
    incoming?.socket?.remoteAddress,
    context.req.header('x-forwarded-for'),
    config.trustedProxies,
  );
}
