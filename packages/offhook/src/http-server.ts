/** An HTTP(S) server around fetch handlers and WebSocket upgrades, with limits on what a stranger may do. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { CommandError } from './command-error.js';

/** Answers a request; the binding carries what only Node knows, such as the peer's address. */
type Fetch = Parameters<typeof getRequestListener>[0];

const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  maxHeaderSize: 8192,
  // Both times are only looked at this often; by default every 30 s.
  connectionsCheckingInterval: 1000,
};
/** Sockets of all kinds, above what one machine can serve: what is over is closed at once. */
const MAX_CONNECTIONS = 20_000;

/** What is served, and where. */
export interface HttpServerOptions {
  host: string;
  /** 0 picks a free port. */
  port: number;
  tls: { certificate: string; key: string } | undefined;
  fetch: Fetch;
  /** How long a request and its headers may take to arrive, in ms: 10 s and 30 s by default. */
  patience?: { headersTimeout: number; requestTimeout: number };
  /** Takes over a WebSocket upgrade, or returns false. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

/** A server that listens. */
export interface HttpServer {
  port: number;
  /**
   * Closes every connection after the next answer on it, so that later requests go to another server. None is closed
   * before: a request may be on its way.
   */
  drain(): void;
  /** Refuses new connections, lets requests finish for a moment, then closes what is left. */
  close(): Promise<void>;
}

/** Starts listening. @throws CommandError when the port cannot be had. */
export async function listen(options: HttpServerOptions): Promise<HttpServer> {
  const answer = getRequestListener(options.fetch);
  let draining = false;
  const listener: RequestListener = (request, response) => {
    if (draining) response.shouldKeepAlive = false;
    void answer(request, response);
  };
  const { tls } = options;
  const limits = { ...LIMITS, ...options.patience };
  const server: Server = tls
    ? createTlsServer({ ...limits, cert: tls.certificate, key: tls.key }, listener)
    : createServer(limits, listener);
  server.maxConnections = MAX_CONNECTIONS;
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (options.upgrade(request, socket, head)) return;
    socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new CommandError(explain(error, options))));
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    drain() {
      draining = true;
    },
    close: () => closeServer(server),
  };
}

function explain(error: Error, { host, port }: HttpServerOptions): string {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return `PORT: ${port} is in use by another program; choose another, e.g. PORT=${port + 1}`;
  if (code === 'EACCES') return `PORT: ${port} needs more rights; choose one above 1023`;
  if (code === 'EADDRNOTAVAIL') return `HOST: ${host} is not an address of this machine`;
  return `The server cannot listen on ${host}:${port}: ${error.message}`;
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const lastCall = setTimeout(() => server.closeAllConnections(), 1000);
  await closed;
  clearTimeout(lastCall);
}
