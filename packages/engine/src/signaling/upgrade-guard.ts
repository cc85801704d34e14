/**
 * Who may open a WebSocket: pages of allowed origins (a browser lets any page connect to any server), and only so
 * many strangers at a time. A stranger is a socket whose token has not been accepted yet.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import ipaddr from 'ipaddr.js';

const MAX_STRANGERS = 1000;
const MAX_STRANGERS_PER_ADDRESS = 20;
/** Who has an IPv6 site has 65,536 networks to come from. */
const MAX_STRANGERS_PER_SITE = 200;
/** Bits of an IPv6 address that one network has: whoever has one address there has all of them (RFC 6177). */
const IPV6_NETWORK_BITS = 64;
/** Bits that one customer gets at most, as a rule. */
const IPV6_SITE_BITS = 48;

/** Why an upgrade is refused, as HTTP tells it. */
const REFUSALS = {
  origin: '403 Forbidden',
  address: '429 Too Many Requests',
  total: '503 Service Unavailable',
} as const;

/** What `UpgradeGuard` works with. */
export interface UpgradeGuardOptions {
  /** The only origins whose pages may connect; without it, any, and programs that name none. */
  allowedOrigins?: readonly string[];
  /** The real sender of a request; by default the peer of its connection. */
  clientAddress?: (request: IncomingMessage) => string | undefined;
}

/** See the top of this file. */
export class UpgradeGuard {
  readonly #options: UpgradeGuardOptions;
  /** By address and by site. */
  readonly #strangersFrom = new Map<string, number>();
  #strangers = 0;

  constructor(options: UpgradeGuardOptions) {
    this.#options = options;
  }

  /** Sockets whose token has not been accepted. */
  get strangers(): number {
    return this.#strangers;
  }

  /** Answers an upgrade that may not be and returns false. */
  admit(request: IncomingMessage, socket: Duplex): boolean {
    const refusal = this.#refusalOf(request);
    if (refusal === undefined) return true;
    // The server has let go of the socket; an error that nobody hears would end the process.
    socket.on('error', () => socket.destroy());
    socket.end(`HTTP/1.1 ${REFUSALS[refusal]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    socket.once('finish', () => socket.destroy());
    return false;
  }

  /** Counts a stranger; the returned function, called once or more, takes it off the count. */
  greet(request: IncomingMessage): () => void {
    const sources = this.#sourcesOf(request);
    this.#count(sources, 1);
    let counted = true;
    return () => {
      if (counted) this.#count(sources, -1);
      counted = false;
    };
  }

  #refusalOf(request: IncomingMessage): keyof typeof REFUSALS | undefined {
    const { allowedOrigins } = this.#options;
    if (allowedOrigins && !allowedOrigins.includes(request.headers.origin ?? '')) return 'origin';
    const isFull = ({ key, limit }: Source) => (this.#strangersFrom.get(key) ?? 0) >= limit;
    if (this.#sourcesOf(request).some(isFull)) return 'address';
    return this.#strangers >= MAX_STRANGERS ? 'total' : undefined;
  }

  #sourcesOf(request: IncomingMessage): Source[] {
    const { clientAddress = (from) => from.socket.remoteAddress } = this.#options;
    return sourcesOf(clientAddress(request) ?? 'unknown');
  }

  #count(sources: readonly Source[], change: 1 | -1): void {
    this.#strangers += change;
    for (const { key } of sources) {
      const count = (this.#strangersFrom.get(key) ?? 0) + change;
      if (count > 0) this.#strangersFrom.set(key, count);
      else this.#strangersFrom.delete(key);
    }
  }
}

/** What strangers are counted by, and how many of them there may be. */
interface Source {
  key: string;
  limit: number;
}

/** IPv4 by itself, however it is spelt, and IPv6 by its network and its site. */
function sourcesOf(address: string): Source[] {
  const limit = MAX_STRANGERS_PER_ADDRESS;
  if (!ipaddr.isValid(address)) return [{ key: address, limit }];
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return [{ key: parsed.toString(), limit }];
  // A zone names an interface of this machine, not a sender.
  const plain = new ipaddr.IPv6(parsed.toByteArray());
  const network = (bits: number): string =>
    `${ipaddr.IPv6.networkAddressFromCIDR(`${plain.toString()}/${bits}`).toString()}/${bits}`;
  return [
    { key: network(IPV6_NETWORK_BITS), limit },
    { key: network(IPV6_SITE_BITS), limit: MAX_STRANGERS_PER_SITE },
  ];
}
