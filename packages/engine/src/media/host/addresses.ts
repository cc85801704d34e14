/** Which addresses a leg offers, and which of the far end's it may send to. */
import { BlockList, isIPv4, isIPv6 } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import type { NetworkSettings } from '../protocol.js';
import type { Candidate } from './sdp.js';

const LOOPBACK = '127.0.0.1';

/** Where a leg's socket listens and what it says about that. */
export interface LegAddresses {
  bindAddress: string | undefined;
  /** Best first. */
  announced: string[];
}

/**
 * The fewest addresses that serve. Configured ones win; otherwise the primary LAN address (Firefox connects
 * to nothing else on its own machine) and loopback; loopback alone where there is no network.
 */
export function chooseAddresses(
  settings: NetworkSettings,
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>,
): LegAddresses {
  const bindAddress = settings.bindAddress === '0.0.0.0' ? undefined : settings.bindAddress;
  if (settings.address !== undefined) {
    const loopbackOnly = settings.address === LOOPBACK && bindAddress === undefined;
    return { bindAddress: loopbackOnly ? LOOPBACK : bindAddress, announced: [settings.address] };
  }
  if (bindAddress !== undefined) return { bindAddress, announced: [bindAddress] };
  const lan = Object.values(interfaces)
    .flatMap((infos) => infos ?? [])
    .find((info) => info.family === 'IPv4' && !info.internal && !info.address.startsWith('169.254.'));
  if (lan === undefined) return { bindAddress: LOOPBACK, announced: [LOOPBACK] };
  return { bindAddress: undefined, announced: [lan.address, LOOPBACK] };
}

/** Host candidates for `addresses` at one port, with falling priorities (RFC 8445 §5.1.2.1). */
export function hostCandidates(addresses: readonly string[], port: number): Candidate[] {
  return addresses.map((address, index) => ({
    foundation: String(index + 1),
    priority: 126 * 2 ** 24 + (65_535 - index) * 2 ** 8 + 255,
    address,
    port,
    type: 'host',
  }));
}

/** Everything that is not a public unicast address (IANA special-purpose registries). */
const special = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  special.addSubnet(network, prefix, 'ipv4');
}
const globalUnicastV6 = new BlockList();
globalUnicastV6.addSubnet('2000::', 3, 'ipv6');
const specialV6 = new BlockList();
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
] as const) {
  specialV6.addSubnet(network, prefix, 'ipv6');
}

/**
 * Whether a candidate of the far end is a public address, to which we may send connectivity checks. Private addresses are left out: far
 * ends there are found by the checks that they send, and nobody can aim ours at the inside of a network.
 */
export function isPublicCandidate(candidate: Candidate): boolean {
  if (isIPv4(candidate.address)) return !special.check(candidate.address, 'ipv4');
  if (!isIPv6(candidate.address)) return false;
  return globalUnicastV6.check(candidate.address, 'ipv6') && !specialV6.check(candidate.address, 'ipv6');
}
