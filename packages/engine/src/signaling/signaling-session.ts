/**
 * One WebSocket of one device.
 *
 *   awaiting-listen ──listen (token good)──► listening ◄──┐ listen again (updateToken)
 *        │                                       │ └──────┘
 *        └────── token refused, 5 s, close ──────┴──► closed
 *
 * While a `listen` is being judged (`token-use.ts`), the frames behind it wait: the SDK sends what it has queued at
 * once.
 */
import type { Logger } from 'pino';
import type { TokenGrant, TokenVerdict } from './access-token.js';
import { MessageBudget, messageFault } from './call-message.js';
import { edgeOfHost } from './edges.js';
import {
  HEARTBEAT,
  OLD_PROTOCOL_VERSION,
  PROTOCOL_VERSION,
  parseClientMessage,
  type ClientMessage,
  type ServerPayloads,
  type WireError,
} from './messages.js';
import type { Device } from './registrar.js';
import { isSameClient } from './sdk-leg-registry.js';
import { fingerprintOf, type DeviceSocket, type SdkLeg } from './sdk-leg.js';
import { SignOfLife } from './sign-of-life.js';
import type { SignalingContext } from './signaling-context.js';
import type { TokenHolder } from './token-use.js';

/** Messages that make no sense before the socket is closed for good. */
const MAX_BAD_MESSAGES = 20;
/** Frames that may wait while a `listen` is judged; the SDK has a handful for each call. */
const MAX_WAITING_FRAMES = 50;

/** A WebSocket as a session needs it. */
export interface SessionTransport {
  send(frame: string): void;
  close(code: number, reason: string): void;
  /** Ends the connection without a closing handshake. */
  terminate(): void;
}

type SessionState =
  | { kind: 'awaiting-listen' }
  /** `limited`: the token has expired, but its call is still up and may be claimed back or ended. */
  | { kind: 'listening'; grant: TokenGrant; limited: boolean }
  | { kind: 'closed' };

type Payload<T extends ClientMessage['type']> = Extract<ClientMessage, { type: T }>['payload'];

/** See the top of this file. */
export class SignalingSession implements DeviceSocket, Device, TokenHolder {
  readonly #context: SignalingContext;
  readonly #transport: SessionTransport;
  readonly #host: string | undefined;
  readonly #onListening: () => void;
  readonly #log: Logger;
  readonly #signOfLife: SignOfLife;
  #state: SessionState = { kind: 'awaiting-listen' };
  #badMessages = 0;
  #claimsCalls = true;
  readonly #budgets = new WeakMap<SdkLeg, MessageBudget>();
  /** Frames behind a `listen` that is being judged. */
  #waiting: string[] | undefined;

  /** `host` is the one that the device asked for; `onListening` is called when its token has been accepted. */
  constructor(options: {
    context: SignalingContext;
    transport: SessionTransport;
    host: string | undefined;
    onListening: () => void;
  }) {
    this.#context = options.context;
    this.#transport = options.transport;
    this.#host = options.host;
    this.#onListening = options.onListening;
    this.#signOfLife = new SignOfLife((frame) => options.transport.send(frame));
    this.#log = options.context.logger;
  }

  get isListening(): boolean {
    return this.#state.kind === 'listening';
  }

  get isClosed(): boolean {
    return this.#state.kind === 'closed';
  }

  get grant(): TokenGrant {
    if (this.#state.kind !== 'listening') throw new Error('The session has not been authenticated.');
    return this.#state.grant;
  }

  get claimsCalls(): boolean {
    return this.#claimsCalls;
  }

  send<T extends keyof ServerPayloads>(type: T, payload: ServerPayloads[T]): void {
    if (this.#state.kind === 'closed') return;
    this.#log.debug({ type }, 'signaling out');
    this.#transport.send(JSON.stringify({ type, version: PROTOCOL_VERSION, payload }));
  }

  /** One text frame from the device. Never throws. */
  receive(frame: string): void {
    this.#signOfLife.onHeard();
    if (frame === HEARTBEAT || this.#state.kind === 'closed') return;
    if (this.#waiting) {
      if (this.#waiting.push(frame) > MAX_WAITING_FRAMES) this.#transport.close(1008, 'too many messages');
      return;
    }
    const message = parseClientMessage(frame);
    if (typeof message === 'string') {
      this.#onBadMessage(message);
      return;
    }
    this.#log.debug({ type: message.type }, 'signaling in');
    if (message.type === 'listen') this.#onListen(message);
    else if (this.#state.kind === 'listening') this.#onMessage(message, this.#state);
    else this.#refuse(31201, 'The first message must be "listen" with an access token.');
  }

  /** The socket is gone. */
  onClosed(): void {
    if (this.#state.kind === 'listening') this.#unregister(this.#state.grant);
    this.#state = { kind: 'closed' };
    this.#signOfLife.onClosed();
    this.#context.tokens.release(this);
    for (const leg of this.#context.legs.legsOn(this)) leg.detach();
  }

  drop(): void {
    this.onClosed();
    this.#transport.terminate();
  }

  async isAlive(): Promise<boolean> {
    return !this.isClosed && (await this.#signOfLife.ask());
  }

  onReplaced(): void {
    this.send('offline', {});
  }

  #onMessage(
    message: Exclude<ClientMessage, { type: 'listen' }>,
    state: { grant: TokenGrant; limited: boolean },
  ): void {
    switch (message.type) {
      case 'register':
        this.#onRegister(message.payload, state);
        return;
      case 'invite':
        this.#onInvite(message.payload, state);
        return;
      case 'answer':
        this.#onAnswer(message);
        return;
      case 'reject':
        this.#leg(message)?.emit('reject');
        return;
      case 'hangup':
        this.#onHangup(message, state.grant);
        return;
      case 'dtmf':
        for (const digit of message.payload.dtmf.replaceAll('w', ''))
          this.#leg(message)?.emit('digit', digit, false);
        return;
      case 'reinvite':
        void this.#leg(message)?.reinvite(message.payload.sdp);
        return;
      case 'message':
        this.#onCallMessage(message.payload);
    }
  }

  /** A device that was away may answer a call that has stopped ringing. */
  #onAnswer(message: Extract<ClientMessage, { type: 'answer' }>): void {
    const leg = this.#leg(message);
    if (leg) leg.emit('answer', message.payload.sdp);
    else this.send('hangup', { callsid: message.payload.callsid });
  }

  #onCallMessage(payload: Payload<'message'>): void {
    const { callsid, voiceeventsid, content } = payload;
    const refuse = (error: WireError): void => this.send('error', { callsid, voiceeventsid, error });
    const leg = this.#context.legs.find(callsid, this);
    if (!leg) {
      refuse({ code: 31404, message: 'There is no such call.' });
      return;
    }
    const fault = messageFault(payload);
    const budget = this.#budgets.get(leg) ?? new MessageBudget(this.#context.clock);
    this.#budgets.set(leg, budget);
    if (fault) {
      refuse(fault);
    } else if (!budget.take()) {
      refuse({ code: 31206, message: 'Rate exceeded authorized limit.' });
    } else {
      this.send('ack', { acktype: 'message', callsid, voiceeventsid });
      const { accountSid } = leg.grant;
      this.#context.onMessage({ callSid: leg.callSid, accountSid, sid: voiceeventsid, content });
    }
  }

  #onListen({ payload, version }: Extract<ClientMessage, { type: 'listen' }>): void {
    const verdict = this.#context.verifyToken(payload.token);
    if (verdict.kind === 'refused') {
      this.#refuse(verdict.error.code, verdict.error.message);
      return;
    }
    if (this.#state.kind === 'listening' && !this.#mayBecome(this.#state.grant, verdict.grant)) return;
    this.#claimsCalls = version !== OLD_PROTOCOL_VERSION;
    this.#waiting = [];
    void this.#judgeListen(verdict);
  }

  async #judgeListen(verdict: Exclude<TokenVerdict, { kind: 'refused' }>): Promise<void> {
    const admission = await this.#context.tokens.admit(this, verdict);
    const frames = this.#waiting ?? [];
    this.#waiting = undefined;
    if (admission.kind === 'refused') this.#refuse(admission.error.code, admission.error.message);
    else this.#listen(verdict.grant, admission.limited);
    for (const frame of frames) this.receive(frame);
  }

  #listen(grant: TokenGrant, limited: boolean): void {
    if (this.isClosed) return;
    if (this.#state.kind === 'listening') this.#moveRegistration(this.#state.grant, grant);
    this.#state = { kind: 'listening', grant, limited };
    for (const leg of this.#context.legs.legsOn(this)) leg.renew(grant);
    this.#onListening();
    const ttl = limited ? {} : { ttl: grant.expiresAt - this.#context.nowSeconds() };
    this.send('connected', {
      ...edgeOfHost(this.#host),
      gateway: 'offhook',
      token: { identity: grant.identity, ...ttl },
    });
    if (!this.#claimsCalls) this.#claimCalls(grant);
  }

  /** What newer devices do themselves. */
  #claimCalls(grant: TokenGrant): void {
    const { legs } = this.#context;
    for (const leg of legs.strays(grant)) leg.attach(this);
    for (const hangup of legs.takeHangups(grant)) this.send('hangup', hangup);
  }

  /** A new token for the same socket may change the identity only while no call depends on the old one. */
  #mayBecome(current: TokenGrant, next: TokenGrant): boolean {
    if (isSameClient(current, next)) return true;
    if (this.#context.legs.legsOn(this).length > 0) {
      this.send('error', {
        error: { code: 31204, message: 'The new token is for another identity than the live call.' },
      });
      return false;
    }
    return true;
  }

  /** The SDK takes itself for registered still, and says so again only half a minute later. */
  #moveRegistration(former: TokenGrant, next: TokenGrant): void {
    if (isSameClient(former, next)) return;
    const { registrar } = this.#context;
    const wasRegistered = registrar.unregister(former.accountSid, former.identity, this);
    if (wasRegistered && next.mayReceive) registrar.register(next.accountSid, next.identity, this);
  }

  #onRegister(
    payload: Payload<'register'>,
    { grant, limited }: { grant: TokenGrant; limited: boolean },
  ): void {
    if (!payload.media.audio) {
      this.#unregister(grant);
      this.send('offline', {});
      return;
    }
    if (limited) {
      this.send('error', { error: { code: 31205, message: 'The access token has expired.' } });
      return;
    }
    // A token that may only place calls is never rung; the SDK's connection test registers with one.
    if (grant.mayReceive) this.#context.registrar.register(grant.accountSid, grant.identity, this);
    this.send('ready', {});
  }

  #onInvite(payload: Payload<'invite'>, { grant, limited }: { grant: TokenGrant; limited: boolean }): void {
    if (payload.reconnect !== undefined) {
      this.#onReconnect(payload, payload.reconnect, { grant, limited });
      return;
    }
    if (limited) this.#refuseCall(payload.callsid, 31205, 'The access token has expired.');
    else if (!grant.outgoing)
      this.#refuseCall(payload.callsid, 31002, 'The token does not allow outgoing calls.');
    else if (this.#context.legs.find(payload.callsid, this)) this.#onBadMessage('This call exists already.');
    else if (!this.#context.tokens.takeCall(grant))
      this.#refuseCall(payload.callsid, 31205, 'The access token has expired, or its call has been made.');
    else this.#context.placeCall(this, payload, grant.outgoing);
  }

  /** A device that hung up while it was away says so first thing, instead of claiming the call back. */
  #onHangup(message: Extract<ClientMessage, { type: 'hangup' }>, grant: TokenGrant): void {
    const { callsid, message: reason } = message.payload;
    const leg = this.#context.legs.findDetached(callsid, grant) ?? this.#legToHangUp(message);
    leg?.emit('hangup', reason);
  }

  /** The device of a call is back or, with another peer connection, another device takes the call over. */
  #onReconnect(
    { callsid, sdp }: Payload<'invite'>,
    reconnectToken: string,
    { grant, limited }: { grant: TokenGrant; limited: boolean },
  ): void {
    const { legs } = this.#context;
    const leg = legs.findReconnectable(callsid, reconnectToken, grant);
    if (leg && leg.fingerprint === fingerprintOf(sdp)) leg.attach(this);
    else if (leg && limited) this.#refuseCall(callsid, 31205, 'The access token has expired.');
    else if (leg) void leg.takeOver(this, sdp);
    else if (legs.endedLately(reconnectToken, sdp)) this.send('hangup', { callsid });
    else if (legs.hasCall(callsid)) this.#refuseCall(callsid, 31209, 'Reconnect attempt is not authorized.');
    else this.#refuseCall(callsid, 31404, 'There is no such call to return to.');
  }

  /** The leg a message names, if it is this socket's; anything else is ignored. */
  #leg(message: { type: string; payload: { callsid: string } }): SdkLeg | undefined {
    const leg = this.#context.legs.find(message.payload.callsid, this);
    if (!leg)
      this.#log.debug({ type: message.type }, 'a message names a call that this device does not have');
    return leg;
  }

  /**
   * The SDK names a call by the `ringing` that comes next, were it that of a call which it has just hung up. The one
   * call that is being placed is then meant, under the name of the one before.
   */
  #legToHangUp(message: Extract<ClientMessage, { type: 'hangup' }>): SdkLeg | undefined {
    const leg = this.#leg(message);
    if (leg) return leg;
    return this.#context.legs.legsOn(this).find((candidate) => candidate.isBeingPlaced);
  }

  #refuseCall(callsid: string, code: number, message: string): void {
    this.send('hangup', { callsid, error: { code, message } });
  }

  /** Tells why, and ends the session unless a call depends on it; the SDK waits for ever without the end. */
  #refuse(code: number, message: string): void {
    this.#log.info({ errorCode: code }, 'a device was refused');
    this.send('error', { error: { code, message } });
    if (this.#context.legs.legsOn(this).length > 0) return;
    this.send('close', {});
    this.#transport.close(1000, 'refused');
  }

  #onBadMessage(message: string): void {
    this.#badMessages += 1;
    this.send('error', { error: { code: 31100, message } });
    if (this.#badMessages > MAX_BAD_MESSAGES) this.#transport.close(1008, 'too many malformed messages');
  }

  #unregister(grant: TokenGrant): void {
    this.#context.registrar.unregister(grant.accountSid, grant.identity, this);
  }
}
