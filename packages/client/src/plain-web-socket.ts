/**
 * The SDK always dials `wss://`. On a developer's own machine the page comes over plain http, so there the
 * signaling socket is plain, too. The SDK takes `globalThis.WebSocket` when it is loaded: a subclass stands in
 * its place for exactly that moment.
 */

const hosts = new Set<string>();

/** Whether pages of `location` may use a plain signaling socket: `http://localhost` and `http://127.0.0.1`. */
export function allowsPlainSignaling(location: Pick<Location, 'protocol' | 'hostname'>): boolean {
  return (
    location.protocol === 'http:' && (location.hostname === 'localhost' || location.hostname === '127.0.0.1')
  );
}

/** The address to dial instead of `url`: plain for known development hosts, else unchanged. */
export function plainSignalingUrl(url: string, plainHosts: ReadonlySet<string> = hosts): string {
  const host = /^wss:\/\/([^/]+)\/signal$/.exec(url)?.[1];
  return host !== undefined && plainHosts.has(host) ? `ws://${host}/signal` : url;
}

/** Runs `load` while `WebSocket` dials `signalingHost` over plain `ws://`. */
export async function withPlainSignaling<Result>(
  signalingHost: string,
  load: () => Promise<Result>,
): Promise<Result> {
  hosts.add(signalingHost);
  const original = globalThis.WebSocket;
  globalThis.WebSocket = class extends original {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(plainSignalingUrl(String(url)), protocols);
    }
  };
  try {
    return await load();
  } finally {
    globalThis.WebSocket = original;
  }
}
