/**
 * Connections to what applications name in their TwiML. A URL may not make the engine talk to its own
 * neighbours: addresses that are not public are refused when the connection is made, after the name has been
 * resolved, so no spelling and no DNS answer gets around it.
 */
import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent } from 'undici';
import { TwimlError } from '../twiml/twiml-error.js';

const CONNECT_TIMEOUT_MS = 5000;
const LOOPBACK = ['127.0.0.0/8', '::1/128'];

/** Which targets that are not public may be reached. */
export interface PrivateTargets {
  /** `loopback` suits an engine that itself listens on loopback only. */
  privateTargets: 'refuse' | 'loopback' | 'allow';
  /** Addresses, networks in CIDR notation, and host names whose addresses are not looked at. */
  allowedTargets: readonly string[];
  /** Whether the account's own configuration names this origin. */
  isConfigured(accountSid: string, origin: string): boolean;
}

type LookupCallback = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/** See the top of this file. */
export class GuardedAgents {
  readonly #targets: PrivateTargets;
  readonly #networks: readonly ReturnType<typeof ipaddr.parseCIDR>[];
  readonly #hosts: ReadonlySet<string>;
  readonly #open: Agent;
  readonly #guarded: Agent;

  /** A request that hangs holds one socket; `socketsPerOrigin` bounds those of one application. */
  constructor(targets: PrivateTargets, socketsPerOrigin: number) {
    this.#targets = targets;
    const timeout = CONNECT_TIMEOUT_MS;
    const lookup = (host: string, options: LookupOptions, callback: LookupCallback): void =>
      this.#lookup(host, options, callback);
    this.#open = new Agent({ connect: { timeout }, connections: socketsPerOrigin });
    this.#guarded = new Agent({ connect: { timeout, lookup }, connections: socketsPerOrigin });
    const allowed = [...targets.allowedTargets, ...(targets.privateTargets === 'loopback' ? LOOPBACK : [])];
    const networks = allowed.map((each) =>
      isIP(each) === 0 ? each : `${each}/${isIP(each) === 4 ? 32 : 128}`,
    );
    this.#networks = networks
      .filter((each) => ipaddr.isValidCIDR(each))
      .map((each) => ipaddr.parseCIDR(each));
    this.#hosts = new Set(networks.filter((each) => !ipaddr.isValidCIDR(each)));
  }

  /** The agent for what the operator has named. */
  get trusted(): Agent {
    return this.#open;
  }

  /**
   * The agent for a request of this account.
   * @throws TwimlError 11100 for a URL with credentials, 11200 for an address that is refused.
   */
  dispatcherFor(url: URL, accountSid: string): Agent {
    if (url.username !== '' || url.password !== '') {
      throw new TwimlError(11100, 'A URL may not carry a user name or password.');
    }
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const isTrusted =
      this.#targets.privateTargets === 'allow' ||
      this.#hosts.has(host) ||
      this.#targets.isConfigured(accountSid, url.origin);
    if (isTrusted) return this.#open;
    // No name is looked up for an address.
    if (ipaddr.isValid(host) && !this.#mayReach(host)) throw refused(host);
    return this.#guarded;
  }

  /** Closes every connection. */
  async close(): Promise<void> {
    await Promise.all([this.#open.destroy(), this.#guarded.destroy()]);
  }

  #lookup(host: string, options: LookupOptions, callback: LookupCallback): void {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      if (error) {
        callback(error, []);
        return;
      }
      const reachable = addresses.filter(({ address }) => this.#mayReach(address));
      const [first] = reachable;
      if (!first) callback(refused(host), []);
      else if (options.all === true) callback(null, reachable);
      else callback(null, first.address, first.family);
    });
  }

  #mayReach(text: string): boolean {
    // IPv4 inside IPv6 is judged as the IPv4 address that it reaches.
    const address = ipaddr.process(text);
    if (address.range() === 'unicast') return true;
    return this.#networks.some((network) => network[0].kind() === address.kind() && address.match(network));
  }
}

function refused(host: string): TwimlError {
  return new TwimlError(
    11200,
    `"${host}" is no public address. The operator of the engine may allow it with webhooks.allowedTargets or ` +
      'webhooks.privateTargets.',
  );
}
