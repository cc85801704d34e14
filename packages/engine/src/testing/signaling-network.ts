/** A signaling server on loopback with a clock that the test moves, and devices that speak its protocol by hand. */
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import type { ClientCall } from '../calls/reception.js';
import type { KeyStore } from '../signaling/access-token.js';
import { SignalingServer } from '../signaling/signaling-server.js';
import { SilentMedia } from './silent-media.js';

/** The one account of the network. */
export const ACCOUNT = `AC${'1'.repeat(32)}`;
/** The one API key of the account. */
export const KEY = `SK${'2'.repeat(32)}`;
const SECRET = 'api-secret-of-the-tests-0123456789';
/** The time at which every test begins, in seconds since the epoch. */
export const NOW = 1_795_000_000;

/** Knows the account and its key. */
const TEST_KEYS: KeyStore = {
  hasAccount: (account) => account === ACCOUNT,
  authToken: () => undefined,
  secret: (account, key) => (account === ACCOUNT && key === KEY ? SECRET : undefined),
};

/** What a token of these tests says, unless the test says otherwise. */
export interface TokenOptions {
  jti?: string;
  identity?: string;
  lifeSeconds?: number;
  mayReceive?: boolean;
  /** What is added to the parameters of the token's calls. */
  params?: Record<string, string>;
}

/** A signed access token, issued at `NOW`. */
export function accessToken(options: TokenOptions = {}): string {
  const { identity = 'alice', lifeSeconds = 900, mayReceive = true, params } = options;
  const { jti = `${KEY}-${NOW}-${randomBytes(16).toString('hex')}` } = options;
  const voice = {
    ...(mayReceive && { incoming: { allow: true } }),
    outgoing: { application_sid: `AP${'3'.repeat(32)}`, ...(params && { params }) },
  };
  const claims = {
    jti,
    iss: KEY,
    sub: ACCOUNT,
    iat: NOW,
    exp: NOW + lifeSeconds,
    grants: { identity, voice },
  };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT', cty: 'twilio-fpa;v=1' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
}

/** A message of the server. */
export interface ServerMessage {
  type: string;
  payload: { callsid?: string; reconnect?: string; error?: { code: number; message: string } };
}

/** A device that speaks by hand. It echoes heartbeats, as the SDK does, until it plays dead. */
export class HandDevice {
  readonly socket: WebSocket;
  readonly closed: Promise<unknown>;
  #received: ServerMessage[] = [];
  #wake: (() => void)[] = [];
  #dead = false;

  constructor(port: number) {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/signal`);
    this.closed = once(this.socket, 'close');
    this.socket.on('error', () => undefined);
    this.socket.on('message', (data: Buffer) => {
      const frame = data.toString();
      if (frame !== '\n') this.#received.push(JSON.parse(frame) as ServerMessage);
      else if (!this.#dead) this.socket.send('\n');
      for (const wake of this.#wake.splice(0)) wake();
    });
  }

  async open(): Promise<this> {
    if (this.socket.readyState !== this.socket.OPEN) await once(this.socket, 'open');
    return this;
  }

  /** The connection stays and nobody answers any more, as after a change of network. */
  playDead(): void {
    this.#dead = true;
  }

  send(type: string, payload: object): void {
    this.socket.send(JSON.stringify({ type, version: '1.6', payload }));
  }

  /** The next message of one of these types that has not been taken yet. */
  async next(...types: string[]): Promise<ServerMessage> {
    for (;;) {
      const at = this.#received.findIndex(({ type }) => types.includes(type));
      const [message] = at < 0 ? [] : this.#received.splice(at, 1);
      if (message) return message;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** Shows a token; `connected`, or the code of the refusal. */
  async listen(token: string): Promise<'connected' | number> {
    this.send('listen', { token });
    const { type, payload } = await this.next('connected', 'error');
    return type === 'connected' ? 'connected' : (payload.error?.code ?? 0);
  }

  /** Places a call and waits for its answer. */
  async call(): Promise<{ callSid: string; reconnect: string }> {
    this.send('invite', { callsid: 'TJS1', sdp: 'v=0 offer', twilio: {} });
    const { payload } = await this.next('answer');
    return { callSid: payload.callsid ?? '', reconnect: payload.reconnect ?? '' };
  }

  /** Goes away without a word; resolves when the server has noticed. */
  async vanish(): Promise<void> {
    this.socket.terminate();
    await this.closed;
  }
}

/** A running network. */
export interface SignalingNetwork {
  /** Seconds since `NOW`. */
  elapsedSeconds: number;
  server: SignalingServer;
  media: SilentMedia;
  /** Calls that were placed; each is answered at once. */
  calls: ClientCall[];
  /** A device whose socket is open. Every one comes from an address of its own. */
  device(): Promise<HandDevice>;
  close(): Promise<void>;
}

/** Starts a network. */
export async function startSignalingNetwork(): Promise<SignalingNetwork> {
  let addresses = 0;
  const calls: ClientCall[] = [];
  const media = new SilentMedia();
  const server = new SignalingServer({
    media,
    keys: TEST_KEYS,
    clock: {
      now: () => new Date((NOW + network.elapsedSeconds) * 1000),
      monotonicMs: () => performance.now(),
    },
    randomBytes,
    logger: pino({ level: 'silent' }),
    clientAddress: () => `device-${(addresses += 1)}`,
    onMessage: () => {},
    onCall: (call) => {
      calls.push(call);
      void call.caller.answer();
    },
  });
  const http = createServer();
  http.on('upgrade', (request, socket, head) => server.handleUpgrade(request, socket, head));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const network: SignalingNetwork = {
    elapsedSeconds: 0,
    server,
    media,
    calls,
    device: () => new HandDevice(port).open(),
    async close() {
      for (const { caller } of calls) caller.hangUp();
      server.close();
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
  return network;
}
