/**
 * One ICE, DTLS and SRTP association on node-datachannel. It carries the packets of one leg until the leg
 * restarts, when the next transport takes over: the library has no ICE restart of its own.
 */
import { Audio, PeerConnection, type RtcConfig, type Track } from 'node-datachannel';
import type { Codec } from '../../calls/ports.js';
import { MediaError } from '../media-error.js';
import type { OutstandingOffer } from './outstanding-offer.js';
import type { PortReservation } from './port-reservation.js';
import type { DtlsSetup, RemoteDescription } from './sdp.js';
import { writeDescription } from './sdp.js';

const GATHERING_LIMIT_MS = 2000;

/** Our side of the association. */
export interface LocalParameters {
  setup: DtlsSetup;
  iceUfrag: string;
  icePwd: string;
  fingerprint: string;
  port: number;
}

/** The codec that is agreed on, and its number. */
export interface AgreedCodec {
  codec: Codec;
  payloadType: number;
}

/** What happens on a transport; no callback is called after `close`. */
interface PeerTransportEvents {
  /** ICE, DTLS and SRTP are up. */
  up(): void;
  /** The association is broken; it may come up again by itself. */
  down(): void;
  packet(packet: Buffer): void;
}

/** What a transport is made of. */
export interface PeerTransportOptions {
  name: string;
  /** Released when the transport opens or closes. */
  port: PortReservation;
  /** Our offer that the far end has answered; undefined where we answer. */
  offer: OutstandingOffer | undefined;
  events: PeerTransportEvents;
  /** Told about anything thrown inside a callback of the library; it never reaches the library. */
  onFault(fault: unknown): void;
}

/** Does nothing until `open`. */
export class PeerTransport {
  readonly #connection: PeerConnection;
  readonly #options: PeerTransportOptions;
  #track: Track | undefined;
  #trackOpen = false;
  #associated = false;
  #up = false;
  #closed = false;

  constructor(options: PeerTransportOptions) {
    this.#options = options;
    try {
      this.#connection = new PeerConnection(options.name, configurationFor(options));
    } catch (cause) {
      options.port.release();
      throw new MediaError('transport-failed', 'The media transport could not be created', cause);
    }
    this.#connection.onStateChange((state) => this.#guard(() => this.#stateChanged(state)));
  }

  /** Applies the far end's description, its answer no less than its offer, and opens our side. */
  async open(remote: RemoteDescription, agreed: AgreedCodec): Promise<LocalParameters> {
    const { offer, port } = this.#options;
    this.#addTrack(remote.mid, agreed);
    this.#attempt(() => {
      this.#connection.setRemoteDescription(describeForLibrary(remote, agreed, offer !== undefined), 'offer');
      // The socket is opened here, after all else is known, and with no other leg's turn in between.
      port.release();
      if (offer === undefined) this.#connection.setLocalDescription('answer');
      else this.#connection.setLocalDescription('answer', { iceUfrag: offer.iceUfrag, icePwd: offer.icePwd });
    });
    return await this.#localParameters();
  }

  get isUp(): boolean {
    return this.#up;
  }

  /** Sends one RTP or RTCP packet; false when the transport could not take it. */
  send(packet: Buffer): boolean {
    if (!this.#trackOpen || this.#closed) return false;
    try {
      return this.#track?.sendMessageBinary(packet) ?? false;
    } catch {
      // The association went down between two callbacks; its state change follows.
      return false;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#up = false;
    this.#options.port.release();
    try {
      this.#connection.close();
    } catch (fault) {
      this.#options.onFault(fault);
    }
  }

  #addTrack(mid: string, agreed: AgreedCodec): void {
    this.#attempt(() => {
      const media = new Audio(mid, 'SendRecv');
      if (agreed.codec === 'pcmu') media.addAudioCodec(agreed.payloadType, 'PCMU');
      else media.addOpusCodec(agreed.payloadType);
      const track = this.#connection.addTrack(media);
      track.onOpen(() =>
        this.#guard(() => {
          this.#trackOpen = true;
          this.#noteUp();
        }),
      );
      track.onMessage((packet) => {
        if (this.#closed) return;
        try {
          this.#options.events.packet(packet);
        } catch (fault) {
          this.#options.onFault(fault);
        }
      });
      this.#track = track;
    });
  }

  #stateChanged(state: string): void {
    if (state === 'connected') {
      this.#associated = true;
      this.#noteUp();
    } else if (state === 'disconnected' || state === 'failed' || state === 'closed') {
      this.#associated = false;
      this.#up = false;
      this.#options.events.down();
    }
  }

  #noteUp(): void {
    if (this.#up || !this.#associated || !this.#trackOpen) return;
    this.#up = true;
    this.#options.events.up();
  }

  async #localParameters(): Promise<LocalParameters> {
    await this.#gathered();
    return readLocalParameters(this.#connection.localDescription()?.sdp ?? '');
  }

  #gathered(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new MediaError('transport-failed', 'No local candidates were gathered')),
        GATHERING_LIMIT_MS,
      );
      const check = (): void => {
        if (!this.#closed && this.#connection.gatheringState() !== 'complete') return;
        clearTimeout(timer);
        resolve();
      };
      this.#connection.onGatheringStateChange(check);
      check();
    });
  }

  #attempt(action: () => void): void {
    try {
      action();
    } catch (cause) {
      throw new MediaError('transport-failed', 'The media library refused the description', cause);
    }
  }

  #guard(action: () => void): void {
    if (this.#closed) return;
    try {
      action();
    } catch (fault) {
      this.#options.onFault(fault);
    }
  }
}

function configurationFor({ port, offer }: PeerTransportOptions): RtcConfig {
  return {
    iceServers: [],
    forceMediaTransport: true,
    disableAutoNegotiation: true,
    ...(port.bindAddress === undefined ? {} : { bindAddress: port.bindAddress }),
    portRangeBegin: port.port,
    portRangeEnd: port.port,
    enableIceUdpMux: port.isShared,
    // The library takes PEM text in place of a path.
    ...(offer === undefined
      ? {}
      : { certificatePemFile: offer.certificate.certificatePem, keyPemFile: offer.certificate.keyPem }),
  };
}

/** The far end's facts in the words that the library reads best. */
function describeForLibrary(remote: RemoteDescription, agreed: AgreedCodec, isAnswer: boolean): string {
  return writeDescription({
    ...remote,
    ...agreed,
    direction: 'sendrecv',
    sessionId: 1,
    sessionVersion: 1,
    telephoneEvent: undefined,
    ssrc: 1,
    cname: 'remote',
    // More are found by the far end's checks; the end of none would be taken for a failure.
    isComplete: false,
    // Who offers controls (RFC 8445 §6.1.1). The library is shown an offer, and controls only a lite far end.
    isIceLite: isAnswer,
  });
}

function readLocalParameters(sdp: string): LocalParameters {
  const value = (pattern: RegExp): string => {
    const found = pattern.exec(sdp)?.[1];
    if (found === undefined)
      throw new MediaError('transport-failed', 'The media library gave no usable description');
    return found;
  };
  return {
    setup: value(/^a=setup:(actpass|active|passive)\s*$/m) as DtlsSetup,
    iceUfrag: value(/^a=ice-ufrag:(\S+)/m),
    icePwd: value(/^a=ice-pwd:(\S+)/m),
    fingerprint: value(/^a=fingerprint:(sha-256 \S+)/m),
    port: Number(value(/^a=candidate:\S+ 1 UDP \d+ \S+ (\d+) typ host/m)),
  };
}
