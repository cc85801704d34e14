/** The WebSocket server that the Voice SDK connects to, and the directory of the clients registered on it. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Clock } from '../calls/clock.js';
import type {
  CalledParty,
  CalledPartyOptions,
  CallMessages,
  ClientDirectory,
  DeviceMessage,
  LegStats,
  MediaPort,
} from '../calls/ports.js';
import type { ClientCall } from '../calls/reception.js';
import { newSid, type RandomBytes } from '../calls/sids.js';
import type { KeyStore, TokenGrant } from './access-token.js';
import { USER_DEFINED_MESSAGE } from './call-message.js';
import { HEARTBEAT, parseParameters, type ClientMessage } from './messages.js';
import { Registrar } from './registrar.js';
import { SdkCallee } from './sdk-callee.js';
import { SdkCaller } from './sdk-caller.js';
import { SdkLeg, type DeviceSocket } from './sdk-leg.js';
import { SdkLegRegistry } from './sdk-leg-registry.js';
import type { SignalingContext } from './signaling-context.js';
import { SignalingSession } from './signaling-session.js';
import { TokenUse } from './token-use.js';
import { UpgradeGuard, type UpgradeGuardOptions } from './upgrade-guard.js';
import { verifyToken } from './verify-token.js';

/** Largest frame; the largest honest one carries an SDP. */
const MAX_FRAME_BYTES = 64 * 1024;
const HEARTBEAT_MS = 5000;
/** Silence after which a device counts as gone; the SDK's own limit is the same. */
const SILENCE_MS = 15_000;
const LISTEN_TIMEOUT_MS = 5000;
/** A device that reads slower than this is dropped. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** Frames a device may send: this many at once, then this many a second. */
const FRAME_BURST = 100;
const FRAMES_PER_SECOND = 50;
/** RFC 6455 §7.4.1. */
const POLICY_VIOLATION = 1008;

/** What the signaling server works with. */
export interface SignalingServerOptions extends UpgradeGuardOptions {
  media: MediaPort;
  keys: KeyStore;
  clock: Clock;
  randomBytes: RandomBytes;
  logger: Logger;
  /** A device has sent a message in a call. */
  onMessage(message: DeviceMessage): void;
  /** The leg of a device that placed a call is closed. */
  onCallerLegClosed?: (callSid: string, stats: LegStats) => void;
  /** A device has placed a call. */
  onCall(call: ClientCall): void;
}

interface Connection {
  session: SignalingSession;
  socket: WebSocket;
  heardAtMs: number;
  frameBudget: number;
}

/** See the top of this file. */
export class SignalingServer implements ClientDirectory, CallMessages {
  readonly #options: SignalingServerOptions;
  readonly #sockets: WebSocketServer;
  readonly #guard: UpgradeGuard;
  readonly #connections = new Set<Connection>();
  readonly #registrar = new Registrar<SignalingSession>();
  readonly #legs: SdkLegRegistry;
  readonly #context: SignalingContext;
  readonly #heartbeat: NodeJS.Timeout;
  #draining = false;

  constructor(options: SignalingServerOptions) {
    this.#options = options;
    this.#legs = new SdkLegRegistry(options);
    this.#guard = new UpgradeGuard(options);
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: MAX_FRAME_BYTES,
      perMessageDeflate: false,
      skipUTF8Validation: false,
    });
    this.#context = {
      registrar: this.#registrar,
      legs: this.#legs,
      tokens: new TokenUse({ mayReturn: (grant, session) => this.#legs.mayReturn(grant, session) }),
      logger: options.logger,
      clock: options.clock,
      onMessage: (message) => options.onMessage(message),
      nowSeconds: () => Math.floor(options.clock.now().getTime() / 1000),
      verifyToken: (token) => verifyToken(token, options.keys, this.#context.nowSeconds()),
      placeCall: (session, invite, outgoing) => this.#placeCall(session, invite, outgoing),
    };
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS);
  }

  sendToCall(callSid: string, { sid, content }: { sid: string; content: unknown }): boolean {
    const leg = this.#legs.onlyLeg(callSid);
    leg?.send('message', {
      callsid: callSid,
      content,
      contenttype: 'application/json',
      messagetype: USER_DEFINED_MESSAGE,
      voiceeventsid: sid,
    });
    return leg !== undefined;
  }

  /** Devices that can be rung. */
  get registeredDevices(): number {
    return this.#registrar.size;
  }

  /** Calls on devices, answered or not. */
  get liveLegs(): number {
    return this.#legs.size;
  }

  /** Devices that are connected, whether they have shown a token or not. */
  get openSockets(): number {
    return this.#connections.size;
  }

  /** Takes over an HTTP upgrade of `/signal`, or refuses it. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (!this.#guard.admit(request, socket)) return;
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#accept(webSocket, request));
  }

  callClient(identity: string, call: CalledPartyOptions): CalledParty | undefined {
    const devices = this.#registrar.devicesOf(call.accountSid, identity);
    if (devices.length === 0) return undefined;
    const legs = devices.map((socket, index) =>
      this.#createLeg({
        callSid: call.callSid,
        socket,
        temporarySid: undefined,
        legId: `${call.callSid}-${index}`,
      }),
    );
    return new SdkCallee({ call, media: this.#options.media, legs });
  }

  /** Sends devices away, to another server, as soon as they have no call here; those in a call may come back to it. */
  drain(): void {
    this.#draining = true;
    this.#dismissIdle();
  }

  /** Closes every socket; calls must have been ended before. */
  close(): void {
    clearInterval(this.#heartbeat);
    for (const { socket } of this.#connections) socket.close(1001, 'shutting down');
    for (const { socket } of this.#connections) socket.terminate();
    this.#sockets.close();
  }

  #accept(socket: WebSocket, request: IncomingMessage): void {
    const transport = {
      send: (frame: string) => this.#send(socket, frame),
      close: (code: number, reason: string) => {
        socket.close(code, reason);
        // Who breaks the rules is not waited for.
        if (code === POLICY_VIOLATION) socket.terminate();
      },
      terminate: () => socket.terminate(),
    };
    const noLongerStranger = this.#guard.greet(request);
    const session = new SignalingSession({
      context: this.#context,
      transport,
      host: request.headers.host,
      onListening: noLongerStranger,
    });
    const patience = setTimeout(() => {
      if (!session.isListening) socket.terminate();
    }, LISTEN_TIMEOUT_MS);
    const heardAtMs = this.#options.clock.monotonicMs();
    const connection: Connection = { session, socket, heardAtMs, frameBudget: FRAME_BURST };
    this.#connections.add(connection);
    socket.on('message', (data: Buffer, isBinary) => {
      if (this.#isWithinBudget(connection) && !isBinary) session.receive(data.toString('utf8'));
    });
    socket.on('ping', () => this.#isWithinBudget(connection));
    socket.on('pong', () => this.#isWithinBudget(connection));
    socket.on('error', (error) => this.#options.logger.debug({ err: error }, 'signaling socket error'));
    socket.on('close', () => {
      clearTimeout(patience);
      noLongerStranger();
      this.#connections.delete(connection);
      session.onClosed();
    });
  }

  /** Whether a frame still counts; one too many ends the connection. */
  #isWithinBudget(connection: Connection): boolean {
    if (connection.socket.readyState !== connection.socket.OPEN) return false;
    const now = this.#options.clock.monotonicMs();
    const refill = ((now - connection.heardAtMs) * FRAMES_PER_SECOND) / 1000;
    connection.frameBudget = Math.min(FRAME_BURST, connection.frameBudget + refill) - 1;
    connection.heardAtMs = now;
    if (connection.frameBudget >= 0) return true;
    connection.socket.close(POLICY_VIOLATION, 'too many messages');
    connection.socket.terminate();
    return false;
  }

  #send(socket: WebSocket, frame: string): void {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.terminate();
    else socket.send(frame);
  }

  #beat(): void {
    this.#context.tokens.sweep(this.#context.nowSeconds());
    if (this.#draining) this.#dismissIdle();
    const now = this.#options.clock.monotonicMs();
    for (const connection of this.#connections) {
      const { socket, heardAtMs } = connection;
      if (now - heardAtMs > SILENCE_MS) socket.terminate();
      else this.#send(socket, HEARTBEAT);
    }
  }

  #dismissIdle(): void {
    for (const { session, socket } of this.#connections) {
      if (!session.isListening || this.#legs.legsOn(session).length > 0) continue;
      // It is not rung while the closing takes its time.
      session.onClosed();
      socket.close(1001, 'draining');
    }
  }

  #createLeg(options: {
    callSid: string;
    socket: DeviceSocket;
    temporarySid: string | undefined;
    legId: string;
  }): SdkLeg {
    const { media, randomBytes, logger, onCallerLegClosed } = this.#options;
    const { callSid, temporarySid } = options;
    const onClosed = (stats: LegStats): void => {
      if (temporarySid !== undefined) onCallerLegClosed?.(callSid, stats);
    };
    return new SdkLeg({ ...options, randomBytes, media, registry: this.#legs, onClosed, logger });
  }

  #placeCall(
    session: SignalingSession,
    invite: Extract<ClientMessage, { type: 'invite' }>['payload'],
    outgoing: NonNullable<TokenGrant['outgoing']>,
  ): void {
    const { media, randomBytes } = this.#options;
    const { accountSid, identity } = session.grant;
    const callSid = newSid('CA', randomBytes);
    const leg = this.#createLeg({ callSid, socket: session, temporarySid: invite.callsid, legId: callSid });
    const caller = new SdkCaller({ leg, media, offerSdp: invite.sdp });
    const parameters = new Map([...parseParameters(invite.twilio?.params ?? ''), ...outgoing.parameters]);
    this.#options.onCall({
      callSid,
      accountSid,
      applicationSid: outgoing.applicationSid,
      identity,
      parameters,
      caller,
    });
  }
}
