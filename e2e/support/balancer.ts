import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

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
    for (const port of this.backends) {
      if (!(await isReady(port))) continue;
      const target = connect(port, '127.0.0.1');
      // A server that answered before it had read everything closes while there is more to write to it.
      target.on('error', () => client.destroySoon());
      // What was received is passed on before the other side is closed.
      client.on('close', () => target.destroySoon());
      target.on('close', () => client.destroySoon());
      client.pipe(target).pipe(client);
      return;
    }
    client.destroy();
  }
}

/** What a server says of itself. */
export async function isReady(port: number): Promise<boolean> {
  const headers = { Connection: 'close' };
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { headers }).catch(() => undefined);
  await answer?.text();
  return answer?.status === 200;
}
