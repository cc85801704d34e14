import { get } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a connection waits for a server that is ready, in ms. */
const PATIENCE_MS = 5000;

/** A TCP load balancer as it stands before two servers: a new connection goes to the first that is ready. */
export class Balancer {
  readonly port: number;
  /** Ports of the servers, the preferred one first. */
  backends: number[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (client) => void this.#connect(client));
  }

  static async open(): Promise<Balancer> {
    const server = createServer({ pauseOnConnect: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Balancer(server);
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #connect(client: Socket): Promise<void> {
    client.on('error', () => client.destroy());
    const port = await this.#readyBackend();
    if (port === undefined) return void client.destroy();
    const target = connect(port, '127.0.0.1');
    // A server that answered before it had read everything closes while there is more to write to it.
    target.on('error', () => client.destroySoon());
    // What was received is passed on before the other side is closed.
    client.on('close', () => target.destroySoon());
    target.on('close', () => client.destroySoon());
    client.pipe(target).pipe(client);
  }

  async #readyBackend(): Promise<number | undefined> {
    for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; await sleep(50)) {
      for (const port of this.backends) if (await isReady(port)) return port;
    }
    return undefined;
  }
}

/** What a server says of itself, over a connection of its own. */
export function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: '/readyz', agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    request.on('error', () => resolve(false));
  });
}
