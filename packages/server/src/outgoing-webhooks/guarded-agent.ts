/**
 * Connections that lead to public addresses only. The address is judged where the connection is made, after every
 * look-up and for every spelling, so no name can lead somewhere else the second time it is asked for.
 */
import { lookup, type LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent } from 'undici';
import { ServerError } from '../errors.js';

const CONNECT_TIMEOUT_MS = 5000;

/** Whether this address is one of the public internet; IPv4 inside IPv6 is judged as IPv4. */
export function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
}

/** @throws ServerError `address-not-public` when the URL names an address itself that is not public. */
export function checkLiteralAddress(url: URL): void {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw notPublic();
}

/** An agent for webhooks; `allowPrivate` lets it reach any address. */
export function createWebhookAgent(allowPrivate: boolean): Agent {
  return new Agent({
    connect: { timeout: CONNECT_TIMEOUT_MS, ...(!allowPrivate && { lookup: lookUpPublic }) },
    connections: 20,
    headersTimeout: 10_000,
    bodyTimeout: 10_000,
  });
}

type LookupCallback = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

function lookUpPublic(hostname: string, options: { all?: boolean }, callback: LookupCallback): void {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    if (error || first === undefined) callback(error ?? new Error('The name has no address.'), []);
    else if (!addresses.every(({ address }) => isPublicAddress(address))) callback(notPublic(), []);
    else if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
}

function notPublic(): ServerError {
  return new ServerError('address-not-public', 'The webhook leads to an address that is not public.');
}
