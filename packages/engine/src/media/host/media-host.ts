import { readFile, stat } from 'node:fs/promises';
import type { Codec, Playlist } from '../../calls/ports.js';
import { MediaError } from '../media-error.js';
import type { CallOf, HostCall, HostMethod, HostResult } from '../protocol.js';
import { FrameWheel } from './frame-wheel.js';
import type { Leg, LegSurroundings } from './leg.js';
import { type LoadedSource, Playback } from './playback.js';
import { readRemoteDescription } from './sdp.js';
import { type Recordable, Recorders } from './recorders.js';
import { Rooms } from './rooms.js';
import { VirtualLeg } from './virtual-leg.js';
import { parseWav } from './wav.js';
import { WebRtcLeg } from './web-rtc-leg.js';

const MAX_WAV_BYTES = 64 * 1024 * 1024;

/** All legs of this process, and what can be asked of them. */
export class MediaHost {
  readonly #surroundings: LegSurroundings;
  readonly #wheel: FrameWheel;
  readonly #legs = new Map<string, Leg>();
  readonly #rooms: Rooms;
  readonly #recorders: Recorders;

  constructor(surroundings: LegSurroundings) {
    this.#surroundings = surroundings;
    this.#rooms = new Rooms({
      onSpeech: (legId, speaking) => surroundings.emit({ name: 'speech', legId, speaking }),
      onClose: (room) => this.#recorders.sourceGone(room),
    });
    this.#recorders = new Recorders(surroundings);
    this.#wheel = new FrameWheel({ now: surroundings.now, onTick: (nominalMs) => this.#tick(nominalMs) });
  }

  /** Carries out one request. `signal` stops a play. */
  async handle(call: HostCall, signal: AbortSignal): Promise<HostResult<HostMethod>> {
    switch (call.method) {
      case 'answerOffer':
        return await this.#answerOffer(call);
      case 'answerDelivered':
        return this.#webRtcLeg(call.legId).answerDelivered();
      case 'createOffer':
        return { offerSdp: await this.#openLeg(call.legId, call.codec, (leg) => leg.offer()) };
      case 'acceptAnswer':
        return await this.#webRtcLeg(call.legId).acceptAnswer(call.answerSdp);
      case 'restartLeg':
        return { answerSdp: await this.#webRtcLeg(call.legId).answer(readRemoteDescription(call.offerSdp)) };
      case 'openVirtualLeg':
        return this.#add(new VirtualLeg({ ...this.#surroundings, ...call, id: call.legId }));
      case 'bridge':
        return this.#bridge(this.#leg(call.legA), this.#leg(call.legB));
      case 'joinRoom':
        return this.#joinRoom(this.#leg(call.legId), call);
      case 'adjustSeat':
        return this.#rooms.adjust(this.#leg(call.legId), call.settings) as undefined;
      case 'playToRoom':
        return await this.#playToRoom(call, signal);
      case 'unbridge':
        return this.#unbridge(this.#leg(call.legId));
      case 'play':
        return await this.#play(call.legId, call.playlist, signal);
      case 'startRecording':
        return await this.#recorders.start(this.#recordable(call.source), call);
      case 'pauseRecording':
        return this.#recorders.pause(call);
      case 'resumeRecording':
        return this.#recorders.resume(call);
      case 'stopRecording':
        return await this.#recorders.stop(call);
      case 'closeLeg':
        break;
    }
    return this.#legs.has(call.legId) ? this.#remove(call.legId) : undefined;
  }

  /** Closes every leg. */
  close(): void {
    for (const legId of this.#legs.keys()) this.#remove(legId);
  }

  async #answerOffer(call: CallOf<'answerOffer'>): Promise<HostResult<'answerOffer'>> {
    const offer = readRemoteDescription(call.offerSdp);
    const codec = offer.codecs[0]?.codec;
    if (codec === undefined) throw new MediaError('codec-unavailable', 'The offer has neither PCMU nor Opus');
    return { answerSdp: await this.#openLeg(call.legId, codec, (leg) => leg.answer(offer)), codec };
  }

  async #openLeg(id: string, codec: Codec, open: (leg: WebRtcLeg) => Promise<string>): Promise<string> {
    const leg = new WebRtcLeg({
      id,
      codec,
      surroundings: this.#surroundings,
      onFailed: () => this.#remove(id),
    });
    this.#add(leg);
    try {
      return await open(leg);
    } catch (fault) {
      if (this.#legs.get(id) === leg) this.#remove(id);
      throw fault;
    }
  }

  #bridge(a: Leg, b: Leg): undefined {
    if (a === b) throw new MediaError('leg-state', 'A leg cannot be bridged to itself');
    this.#unbridge(a);
    this.#unbridge(b);
    a.partner = b;
    b.partner = a;
    a.partnerChanged();
    b.partnerChanged();
  }

  #joinRoom(leg: Leg, { roomId, settings }: CallOf<'joinRoom'>): undefined {
    this.#unbridge(leg);
    this.#rooms.join(roomId, leg, settings);
  }

  async #playToRoom(call: CallOf<'playToRoom'>, signal: AbortSignal): Promise<undefined> {
    const sources = await Promise.all(call.playlist.sources.map(loadSource));
    if (!signal.aborted)
      await this.#rooms.play(call.roomId, new Playback(sources, call.playlist.loop, false), signal);
  }

  #unbridge(leg: Leg): undefined {
    if (this.#rooms.leave(leg)) return;
    const partner = [...this.#legs.values()].find((each) => each === leg.partner);
    if (partner === undefined) return;
    leg.partner = undefined;
    partner.partner = undefined;
    leg.partnerChanged();
    partner.partnerChanged();
  }

  async #play(legId: string, playlist: Playlist, signal: AbortSignal): Promise<undefined> {
    this.#leg(legId);
    const sources = await Promise.all(playlist.sources.map(loadSource));
    if (signal.aborted) return;
    const leg = this.#leg(legId);
    const playback = new Playback(sources, playlist.loop, leg.hasTelephoneEvents);
    const stop = (): void => leg.stopPlaying(playback);
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', stop, { once: true });
      leg.play(playback, resolve);
    });
    signal.removeEventListener('abort', stop);
  }

  #add(leg: Leg): undefined {
    if (this.#legs.has(leg.id)) throw new MediaError('leg-exists', 'There is a leg of that name');
    this.#legs.set(leg.id, leg);
    this.#wheel.start();
  }

  #recordable(source: CallOf<'startRecording'>['source']): Recordable {
    return source.kind === 'leg' ? this.#leg(source.legId) : this.#rooms.get(source.roomId);
  }

  #remove(legId: string): HostResult<'closeLeg'> {
    const leg = this.#leg(legId);
    this.#unbridge(leg);
    this.#legs.delete(legId);
    this.#recorders.sourceGone(leg);
    if (this.#legs.size === 0) this.#wheel.stop();
    return leg.close();
  }

  #leg(legId: string): Leg {
    const leg = this.#legs.get(legId);
    if (leg === undefined) throw new MediaError('leg-unknown', 'There is no such leg');
    return leg;
  }

  #webRtcLeg(legId: string): WebRtcLeg {
    const leg = this.#leg(legId);
    if (!(leg instanceof WebRtcLeg)) throw new MediaError('leg-state', 'The leg is not a WebRTC leg');
    return leg;
  }

  #tick(nominalMs: number): void {
    try {
      this.#rooms.tick(nominalMs);
    } catch (fault) {
      this.#surroundings.warn(`Fault in a room: ${String(fault)}`, 'rooms');
    }
    for (const leg of this.#legs.values()) {
      try {
        leg.tick(nominalMs);
      } catch (fault) {
        this.#surroundings.warn(`Fault on a media leg: ${String(fault)}`, leg.id);
      }
    }
    this.#recorders.tick(nominalMs);
  }
}

async function loadSource(source: Playlist['sources'][number]): Promise<LoadedSource> {
  if (source.kind !== 'wav') return source;
  try {
    if ((await stat(source.path)).size > MAX_WAV_BYTES) throw new Error('larger than 64 MB');
    return { kind: 'sound', sound: parseWav(await readFile(source.path)) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MediaError('audio-unreadable', `The WAV file cannot be played: ${reason}`, cause);
  }
}
