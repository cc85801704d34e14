/**
 * One call on one device: the socket that speaks for it, its media leg, and the token with which the device
 * can claim it back on another socket, or hand it to another device of the same client.
 */
import { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import type { LegFailure, LegId, LegStats, MediaPort } from '../calls/ports.js';
import { newReconnectToken, type RandomBytes } from '../calls/sids.js';
import type { TokenGrant } from './access-token.js';
import type { ServerPayloads, WireError } from './messages.js';
import type { SdkLegRegistry } from './sdk-leg-registry.js';

/** How long a call outlives its socket; the SDK stops trying at the same time. */
const SIGNALING_GRACE_MS = 30_000;

/** Sends messages to one device. */
export interface DeviceSocket {
  readonly grant: TokenGrant;
  /** Whether the device asks for its calls back after it has lost its socket. */
  readonly claimsCalls: boolean;
  readonly isClosed: boolean;
  send<T extends keyof ServerPayloads>(type: T, payload: ServerPayloads[T]): void;
}

interface SdkLegEvents {
  answer: [sdp: string];
  reject: [];
  hangup: [message: string | undefined];
  digit: [digit: string, inMedia: boolean];
  /** The socket is gone; the device may come back. */
  detached: [];
  /** Another device has it now, and media that was agreed anew. */
  taken: [];
  /** The device did not come back, or its media is gone for good. */
  lost: [error: WireError];
}

/** What an SDK leg is made of. */
export interface SdkLegOptions {
  callSid: string;
  /** The SDK's own `TJS…` id of an outgoing call. */
  temporarySid: string | undefined;
  legId: LegId;
  socket: DeviceSocket;
  randomBytes: RandomBytes;
  media: MediaPort;
  registry: SdkLegRegistry;
  /** What the media gateway counted, when it could still tell. */
  onClosed?: (stats: LegStats) => void;
  logger: Logger;
}

/** See the top of this file. */
export class SdkLeg extends EventEmitter<SdkLegEvents> {
  readonly callSid: string;
  readonly temporarySid: string | undefined;
  readonly legId: LegId;
  readonly #options: SdkLegOptions;
  readonly #claimed: boolean;
  #grant: TokenGrant;
  #reconnectToken: string;
  /** Of the certificate of the far end's peer connection: it tells a device that returns from another one. */
  #fingerprint: string | undefined;
  #isAnswered = false;
  #isMoving = false;
  #socket: DeviceSocket | undefined;
  #graceTimer: NodeJS.Timeout | undefined;
  /** The SDK knows only its own id until `ringing` or `answer` has told it ours. */
  #sidIsKnown: boolean;
  #closed = false;

  constructor(options: SdkLegOptions) {
    super();
    this.#options = options;
    this.callSid = options.callSid;
    this.temporarySid = options.temporarySid;
    this.legId = options.legId;
    this.#reconnectToken = newReconnectToken(options.randomBytes);
    this.#grant = options.socket.grant;
    this.#socket = options.socket;
    this.#claimed = options.socket.claimsCalls;
    this.#sidIsKnown = options.temporarySid === undefined;
    options.registry.add(this);
  }

  /** The token that the device showed last. */
  get grant(): TokenGrant {
    return this.#grant;
  }

  /** Whether no socket speaks for the call, so that its device may come back. */
  get isDetached(): boolean {
    return this.#socket === undefined;
  }

  /** The device has shown a newer token on the same socket. */
  renew(grant: TokenGrant): void {
    this.#grant = grant;
  }

  /** What the device shows when it claims the call back. Good for one other device only. */
  get reconnectToken(): string {
    return this.#reconnectToken;
  }

  /** Of the certificate of the far end's peer connection, once that is known. */
  get fingerprint(): string | undefined {
    return this.#fingerprint;
  }

  /** Whether the device has placed the call and nobody has answered it yet. */
  get isBeingPlaced(): boolean {
    return this.temporarySid !== undefined && !this.#isAnswered;
  }

  /** Notes whose peer connection the media is agreed with. */
  describeFarEnd(sdp: string): void {
    this.#fingerprint = fingerprintOf(sdp);
  }

  /** Whether messages about this call id from this socket are for this leg. */
  isNamed(callSid: string, socket: DeviceSocket): boolean {
    return this.#socket === socket && (callSid === this.callSid || callSid === this.temporarySid);
  }

  isOn(socket: DeviceSocket): boolean {
    return this.#socket === socket;
  }

  send<T extends keyof ServerPayloads>(type: T, payload: ServerPayloads[T]): void {
    if (type === 'ringing' || type === 'answer') this.#sidIsKnown = true;
    if (type === 'answer') this.#isAnswered = true;
    this.#socket?.send(type, payload);
  }

  /** Ends the call on the device. */
  sendHangup(error: WireError | undefined): void {
    const callsid = this.#sidIsKnown ? this.callSid : (this.temporarySid ?? this.callSid);
    const hangup = { callsid, ...(error ? { error } : {}) };
    this.send('hangup', hangup);
    if (this.isStray) this.#options.registry.keepHangup(this.grant, hangup);
  }

  /** Whether its device has no socket now and will not ask for it. */
  get isStray(): boolean {
    return !this.#closed && this.#socket === undefined && !this.#claimed;
  }

  /** The device is back, on this socket. */
  attach(socket: DeviceSocket): void {
    clearTimeout(this.#graceTimer);
    this.#socket = socket;
    this.#grant = socket.grant;
    if (this.#claimed) this.send('answer', { callsid: this.callSid, reconnect: this.reconnectToken });
  }

  /**
   * Another device of the client takes the call, ringing or answered: its media is agreed anew, and the present
   * device lets go. When its offer cannot be used, it is refused and nothing changes.
   */
  async takeOver(socket: DeviceSocket, offerSdp: string): Promise<void> {
    const { callSid, legId } = this;
    if (this.#isMoving) {
      const error = { code: 31209, message: 'Another device is just taking the call.' };
      socket.send('hangup', { callsid: callSid, error });
      return;
    }
    const { media, registry, randomBytes } = this.#options;
    const former = this.#socket;
    this.#isMoving = true;
    clearTimeout(this.#graceTimer);
    // What the former device says from now on does not count.
    this.#socket = socket;
    try {
      const { answerSdp } = await media.restartLeg({ legId, offerSdp });
      if (this.#closed) return;
      registry.retireToken(this);
      if (former !== socket) former?.send(this.#isAnswered ? 'hangup' : 'cancel', { callsid: callSid });
      this.#grant = socket.grant;
      this.#reconnectToken = newReconnectToken(randomBytes);
      this.describeFarEnd(offerSdp);
      this.send('answer', { callsid: callSid, sdp: answerSdp, reconnect: this.#reconnectToken });
      await media.answerDelivered(legId);
      this.emit('taken');
    } catch (error) {
      this.#refuseTakeOver(former, socket, error);
    } finally {
      this.#isMoving = false;
    }
  }

  /** The socket is gone; the device has 30 s to come back. */
  detach(): void {
    if (this.#closed) return;
    clearTimeout(this.#graceTimer);
    this.#socket = undefined;
    this.#graceTimer = setTimeout(() => {
      this.emit('lost', {
        code: 53001,
        message: 'The device lost its signaling connection and did not come back.',
      });
    }, SIGNALING_GRACE_MS);
    this.emit('detached');
  }

  /** ICE restart: media is answered anew, everything else goes on. */
  async reinvite(offerSdp: string): Promise<void> {
    try {
      const { answerSdp } = await this.#options.media.restartLeg({ legId: this.legId, offerSdp });
      this.send('answer', { callsid: this.callSid, sdp: answerSdp, reconnect: this.reconnectToken });
    } catch (error) {
      this.#options.logger.warn({ err: error, callSid: this.callSid }, 'an ICE restart was refused');
      const message = error instanceof Error ? error.message : 'The ICE restart failed.';
      this.send('error', { callsid: this.callSid, error: { code: 31100, message } });
    }
  }

  #refuseTakeOver(former: DeviceSocket | undefined, socket: DeviceSocket, error: unknown): void {
    this.#options.logger.warn({ err: error, callSid: this.callSid }, 'a device could not take a call over');
    const message = error instanceof Error ? error.message : 'The call could not be moved.';
    socket.send('hangup', { callsid: this.callSid, error: { code: 31100, message } });
    if (this.#closed) return;
    // Either of the two may have gone meanwhile.
    clearTimeout(this.#graceTimer);
    if (former?.isClosed === false) this.#socket = former;
    else this.detach();
  }

  /** The media gateway has given the leg up. */
  onMediaFailed(reason: LegFailure): void {
    this.emit('lost', { code: 53405, message: MEDIA_FAILURES[reason] });
  }

  /** Forgets the leg and closes its media. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#graceTimer);
    this.#options.registry.remove(this);
    this.removeAllListeners();
    const { media, onClosed } = this.#options;
    media.closeLeg(this.legId).then(
      (stats) => stats && onClosed?.(stats),
      () => undefined,
    );
  }
}

const MEDIA_FAILURES: Readonly<Record<LegFailure, string>> = {
  'never-connected': 'The media connection could not be made: the network may block UDP.',
  'connection-lost': 'The media connection was lost and did not come back.',
  'media-host-lost': 'The media gateway failed.',
};

/** The certificate of whoever made this description; each of a browser's peer connections has one of its own. */
export function fingerprintOf(sdp: string): string | undefined {
  return /^a=fingerprint:(\S+ \S+)/m.exec(sdp)?.[1]?.toUpperCase();
}
