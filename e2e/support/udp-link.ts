import { createSocket, type Socket } from 'node:dgram';

/** Where the engine listens, and the address that browsers are told instead. */
export const ENGINE_ADDRESS = '127.0.0.1';
export const LINK_ADDRESS = '127.0.0.2';

/**
 * A relay in user space between browsers and the engine's media ports: what arrives on a port of
 * `LINK_ADDRESS` goes to the same port of `ENGINE_ADDRESS` and back. It can swallow everything.
 */
export class UdpLink {
  #swallowing = false;
  readonly #flows = new Set<string>();
  readonly #broken = new Set<string>();
  readonly #sockets: Socket[] = [];

  /** Relays these ports, both ends included. */
  static async open(ports: { begin: number; end: number }): Promise<UdpLink> {
    const link = new UdpLink();
    for (let port = ports.begin; port <= ports.end; port += 1) await link.#relay(port);
    return link;
  }

  swallow(on: boolean): void {
    this.#swallowing = on;
  }

  /** Swallows for ever what belongs to the present flows, as when a network changes; new ones pass. */
  breakFlows(): void {
    for (const flow of this.#flows) this.#broken.add(flow);
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))),
    );
  }

  async #relay(port: number): Promise<void> {
    const outside = await this.#bind(LINK_ADDRESS, port);
    const upstream = new Map<string, Promise<Socket>>();
    outside.on('message', (datagram, browser) => {
      const key = `${browser.address}:${browser.port}`;
      const flow = `${key} ${port}`;
      this.#flows.add(flow);
      const inside =
        upstream.get(key) ??
        this.#bind(ENGINE_ADDRESS, 0).then((socket) => {
          socket.on('message', (answer) => {
            if (this.#passes(flow)) outside.send(answer, browser.port, browser.address);
          });
          return socket;
        });
      upstream.set(key, inside);
      void inside.then((socket) => {
        if (this.#passes(flow)) socket.send(datagram, port, ENGINE_ADDRESS);
      });
    });
  }

  #passes(flow: string): boolean {
    return !this.#swallowing && !this.#broken.has(flow);
  }

  #bind(address: string, port: number): Promise<Socket> {
    const socket = createSocket('udp4');
    this.#sockets.push(socket);
    socket.on('error', () => undefined);
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(port, address, () => resolve(socket));
    });
  }
}
