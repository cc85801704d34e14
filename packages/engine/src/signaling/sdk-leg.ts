/**
 * One call on one device: the socket that speaks for it, its media leg, and the token with which the device
 * can claim it back on another socket.
 */
import { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import type { LegFailure, LegId, LegStats, MediaPort } from '../calls/ports.js';
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
  send<T extends keyof ServerPayloads>(type: T, payload: ServerPayloads[T]): void;
}

interface SdkLegEvents {
  answer: [sdp: string];
  reject: [];
  hangup: [message: string | undefined];
  digit: [digit: string, inMedia: boolean];
  /** The socket is gone; the device may come back. */
  detached: [];
  /** The device did not come back, or its media is gone for good. */
  lost: [error: WireError];
}

/** What an SDK leg is made of. */
export interface SdkLegOptions {
  callSid: string;
  /** The SDK's own `TJS…` id of an outgoing call. */
  temporarySid: string | undefined;
  legId: LegId;
  reconnectToken: string;
  socket: DeviceSocket;
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
  readonly reconnectToken: string;
  readonly #options: SdkLegOptions;
  readonly #claimed: boolean;
  #grant: TokenGrant;
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
    this.reconnectToken = options.reconnectToken;
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

  /** Whether messages about this call id from this socket are for this leg. */
  isNamed(callSid: string, socket: DeviceSocket): boolean {
    return this.#socket === socket && (callSid === this.callSid || callSid === this.temporarySid);
  }

  isOn(socket: DeviceSocket): boolean {
    return this.#socket === socket;
  }

  send<T extends keyof ServerPayloads>(type: T, payload: ServerPayloads[T]): void {
    if (type === 'ringing' || type === 'answer') this.#sidIsKnown = true;
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

  /** The socket is gone; the device has 30 s to come back. */
  detach(): void {
    if (this.#closed) return;
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
