/**
 * The engine's side of the media: keeps one media host running, hands it the requests of the calls, and tells
 * them when it is lost. No RTP passes through this process.
 */
import { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import type {
  Codec,
  LegId,
  LegStats,
  MediaEvents,
  MediaPort,
  PauseBehavior,
  Playlist,
  RoomId,
  SeatSettings,
  VirtualBehaviour,
} from '../calls/ports.js';
import { HostProcess } from './host-process.js';
import { MediaError } from './media-error.js';
import type { CallOf, HostMethod, HostResult, LegEvent, NetworkSettings } from './protocol.js';

/** Pause before a host that could not even start is tried again. */
const RESTART_PAUSE_MS = 1000;

/** How to set up the media gateway. */
export interface MediaGatewayOptions {
  logger: Logger;
  /** IPv4 address to announce in place of the machine's own. */
  address?: string;
  /** IPv4 address to listen on; all by default. */
  bindAddress?: string;
  /** UDP ports to use, both ends included; equal ends put all legs on one socket. */
  portRange?: { begin: number; end: number };
  /** Absolute, without links; the media host may write there and nowhere else. Without it nothing is recorded. */
  recordingsDirectory?: string;
  /** Another program to run as media host. */
  hostEntry?: string;
}

/** A media port with an owner. */
export interface MediaGateway extends MediaPort {
  /** Process id of the present media host, for measurement. */
  readonly hostPid: number | undefined;
  off<E extends keyof MediaEvents>(event: E, listener: (...args: MediaEvents[E]) => void): this;
  /** Ends the media host and all legs, without events. */
  close(): Promise<void>;
}

/** Creates the gateway and starts its media host. */
export function createMediaGateway(options: MediaGatewayOptions): MediaGateway {
  return new HostedMediaGateway(options);
}

class HostedMediaGateway extends EventEmitter<MediaEvents> implements MediaGateway {
  readonly #logger: Logger;
  readonly #entry: string | undefined;
  readonly #network: NetworkSettings;
  readonly #recordingsDirectory: string | undefined;
  readonly #legs = new Set<LegId>();
  #host: HostProcess | undefined;
  #restart: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: MediaGatewayOptions) {
    super();
    this.#logger = options.logger;
    this.#entry = options.hostEntry;
    this.#recordingsDirectory = options.recordingsDirectory;
    this.#network = {
      ...(options.address === undefined ? {} : { address: options.address }),
      ...(options.bindAddress === undefined ? {} : { bindAddress: options.bindAddress }),
      ...(options.portRange === undefined ? {} : { portRange: options.portRange }),
    };
    this.#start();
  }

  get hostPid(): number | undefined {
    return this.#host?.pid;
  }

  async answerOffer(options: {
    legId: LegId;
    offerSdp: string;
  }): Promise<{ answerSdp: string; codec: Codec }> {
    return await this.#open({ method: 'answerOffer', ...options });
  }

  async answerDelivered(legId: LegId): Promise<void> {
    await this.#request({ method: 'answerDelivered', legId });
  }

  async createOffer(options: { legId: LegId; codec: Codec }): Promise<{ offerSdp: string }> {
    return await this.#open({ method: 'createOffer', ...options });
  }

  async acceptAnswer(options: { legId: LegId; answerSdp: string }): Promise<void> {
    await this.#request({ method: 'acceptAnswer', ...options });
  }

  async restartLeg(options: { legId: LegId; offerSdp: string }): Promise<{ answerSdp: string }> {
    return await this.#request({ method: 'restartLeg', ...options });
  }

  async openVirtualLeg(options: { legId: LegId; codec: Codec; behaviour: VirtualBehaviour }): Promise<void> {
    await this.#open({ method: 'openVirtualLeg', ...options });
  }

  async bridge(legA: LegId, legB: LegId): Promise<void> {
    await this.#request({ method: 'bridge', legA, legB });
  }

  async unbridge(legId: LegId): Promise<void> {
    await this.#request({ method: 'unbridge', legId });
  }

  async joinRoom(roomId: RoomId, legId: LegId, settings: SeatSettings): Promise<void> {
    await this.#request({ method: 'joinRoom', roomId, legId, settings });
  }

  async adjustSeat(legId: LegId, settings: SeatSettings): Promise<void> {
    await this.#request({ method: 'adjustSeat', legId, settings });
  }

  async playToRoom(roomId: RoomId, playlist: Playlist, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await this.#request({ method: 'playToRoom', roomId, playlist }, signal);
  }

  async startRecording(options: Parameters<MediaPort['startRecording']>[0]): Promise<void> {
    await this.#request({ method: 'startRecording', ...options });
  }

  async pauseRecording(recordingId: string, behavior: PauseBehavior): Promise<void> {
    await this.#request({ method: 'pauseRecording', recordingId, behavior });
  }

  async resumeRecording(recordingId: string): Promise<void> {
    await this.#request({ method: 'resumeRecording', recordingId });
  }

  async stopRecording(recordingId: string): Promise<{ durationMs: number }> {
    return await this.#request({ method: 'stopRecording', recordingId });
  }

  async play(legId: LegId, playlist: Playlist, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await this.#request({ method: 'play', legId, playlist }, signal);
  }

  async closeLeg(legId: LegId): Promise<LegStats | undefined> {
    if (!this.#legs.delete(legId)) return undefined;
    return await this.#request({ method: 'closeLeg', legId });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#legs.clear();
    clearTimeout(this.#restart);
    await this.#host?.close();
    this.removeAllListeners();
  }

  /** A request that opens a leg; the leg counts as ours even before the host has answered. */
  async #open<M extends HostMethod>(call: CallOf<M> & { legId: LegId }): Promise<HostResult<M>> {
    if (this.#legs.has(call.legId)) throw new MediaError('leg-exists', 'There is a leg of that name');
    this.#legs.add(call.legId);
    try {
      return await this.#request<M>(call);
    } catch (error) {
      this.#legs.delete(call.legId);
      throw error;
    }
  }

  async #request<M extends HostMethod>(call: CallOf<M>, signal?: AbortSignal): Promise<HostResult<M>> {
    if (this.#closed) throw new MediaError('media-gateway-closed', 'The media gateway is closed');
    if (this.#host === undefined) throw new MediaError('media-host-lost', 'No media host is running');
    return await this.#host.request<M>(call, signal);
  }

  #start(): void {
    const host: HostProcess = new HostProcess({
      entry: this.#entry,
      network: this.#network,
      recordingsDirectory: this.#recordingsDirectory,
      logger: this.#logger,
      events: {
        onEvent: (event) => this.#legEvent(event),
        onLost: () => this.#hostLost(host.isReady),
      },
    });
    this.#host = host;
  }

  #hostLost(wasReady: boolean): void {
    this.#host = undefined;
    if (this.#closed) return;
    const legs = [...this.#legs];
    this.#legs.clear();
    this.#logger.error({ legs: legs.length }, 'media host is lost and will be replaced');
    if (wasReady) this.#start();
    else this.#restart = setTimeout(() => this.#start(), RESTART_PAUSE_MS);
    for (const legId of legs) this.emit('legFailed', legId, 'media-host-lost');
  }

  #legEvent(event: LegEvent): void {
    if (event.name === 'recordingQuiet' || event.name === 'recordingFailed') {
      this.emit(event.name, event.recordingId);
      return;
    }
    // An event may cross our request to close the leg.
    if (!this.#legs.has(event.legId)) return;
    switch (event.name) {
      case 'legConnected':
      case 'legInterrupted':
        this.emit(event.name, event.legId);
        break;
      case 'legFailed':
        this.#legs.delete(event.legId);
        this.emit('legFailed', event.legId, event.reason);
        break;
      case 'speech':
        this.emit('speech', event.legId, event.speaking);
        break;
      case 'digit':
        this.emit('digit', event.legId, event.digit);
        break;
    }
  }
}
