/**
 * Who really sends a request: the peer of the connection, or, when that is a proxy we trust, the right-most
 * address in X-Forwarded-For that is not. Everything to the left of it was written by the sender itself.
 */
import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** An address range, parsed. */
export type AddressRange = readonly [address: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

/** Hops that are looked at; a longer list is somebody's joke. */
const MAX_HOPS = 32;
/** Bits of an IPv6 address that one network has (RFC 6177), and that one customer usually gets at most. */
const IPV6_SITE_BITS = 48;

/** Parses an address or a CIDR range; IPv4-mapped IPv6 becomes IPv4. Undefined when it is neither. */
export function parseRange(text: string): AddressRange | undefined {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const width = address.kind() === 'ipv4' ? 32 : 128;
  if (slash < 0) return [address, width];
  const bits = /^\d{1,3}$/.test(text.slice(slash + 1)) ? Number(text.slice(slash + 1)) : Number.NaN;
  return bits <= width ? [address, bits] : undefined;
}

/** Whether an address lies in one of the ranges. */
export function isInRanges(address: string, ranges: readonly AddressRange[]): boolean {
  if (ranges.length === 0) return false;
  const parsed = parseAddress(address);
  return (
    parsed !== undefined &&
    ranges.some(([range, bits]) => {
      if (parsed instanceof ipaddr.IPv4) return range instanceof ipaddr.IPv4 && parsed.match(range, bits);
      return range instanceof ipaddr.IPv6 && parsed.match(range, bits);
    })
  );
}

/** The sender's address in its shortest spelling; undefined when not even the peer's is known. */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trustedProxies: readonly AddressRange[],
): string | undefined {
  let current = normalize(peer);
  const hops = trustedProxies.length === 0 ? [] : (forwardedFor ?? '').split(',').slice(-MAX_HOPS);
  for (const hop of hops.toReversed()) {
    if (current === undefined || !isInRanges(current, trustedProxies)) return current;
    const previous = normalize(withoutPort(hop.trim()));
    // A trusted proxy that names nobody we can read is itself the last address we know.
    if (previous === undefined) return current;
    current = previous;
  }
  return current;
}

/** Under what an address is counted: IPv4 by itself, IPv6 by its network of `ipv6Bits` and its site. */
export interface AddressBuckets {
  address: string;
  /** Only IPv6 has a wider one. */
  site: string | undefined;
}

/** The buckets of an address; senders without an address share one. */
export function addressBuckets(address: string | undefined, ipv6Bits: number): AddressBuckets {
  if (address !== undefined && isIPv4(address)) return { address, site: undefined };
  const parsed = address === undefined ? undefined : parseAddress(address);
  if (parsed === undefined) return { address: 'unknown', site: undefined };
  if (parsed.kind() === 'ipv4') return { address: parsed.toString(), site: undefined };
  return { address: network(parsed, ipv6Bits), site: network(parsed, IPV6_SITE_BITS) };
}

/** Whether this address is our own machine's. */
export function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && parseAddress(address)?.range() === 'loopback';
}

function network(address: ipaddr.IPv4 | ipaddr.IPv6, bits: number): string {
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/${bits}`).toString()}/${bits}`;
}

function normalize(text: string | undefined): string | undefined {
  if (text !== undefined && isIPv4(text)) return text;
  return text === undefined ? undefined : parseAddress(text)?.toString();
}

/** Strict spellings only: no octal or shortened IPv4, and no zone. */
function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const [plain = ''] = text.split('%', 1);
  if (plain.includes(':') ? !ipaddr.IPv6.isValid(plain) : !ipaddr.IPv4.isValidFourPartDecimal(plain))
    return undefined;
  return ipaddr.process(plain);
}

function withoutPort(hop: string): string {
  const bracketed = /^\[([^\]]+)\](:\d{1,5})?$/.exec(hop)?.[1];
  if (bracketed !== undefined) return bracketed;
  return /^([\d.]+):\d{1,5}$/.exec(hop)?.[1] ?? hop;
}
