import type { Codec, LegStats } from '../../calls/ports.js';
import { MediaError } from '../media-error.js';
import { hostCandidates } from './addresses.js';
import { InBandKeys } from './in-band-keys.js';
import type { Leg, LegSurroundings, Partner } from './leg.js';
import { type LivenessEvent, type LivenessState, transition } from './liveness-state.js';
import { OutgoingAudio, type RelayedPacket, type SendFormat } from './outgoing-audio.js';
import { type OutstandingOffer, prepareOffer } from './outstanding-offer.js';
import { type LocalParameters, PeerTransport } from './peer-transport.js';
import { ROOM_RATE } from './seat-input.js';
import type { Recorder } from './recorder.js';
import type { Playback, PlaybackFrame } from './playback.js';
import { Player } from './player.js';
import { type PortReservation, reservePort } from './port-reservation.js';
import { ReceiveStatistics } from './receive-statistics.js';
import { blankRtpHeader, isRtcp, readRtpHeader } from './rtp.js';
import { RtcpSession } from './rtcp-session.js';
import { RtpStream } from './rtp-stream.js';
import {
  type Direction,
  type RemoteDescription,
  type TelephoneEventFormat,
  readRemoteDescription,
  writeDescription,
} from './sdp.js';
import { EventReceiver } from './telephone-event.js';

/** How long the transport before a restart stays open once the new one is up. */
const OLD_TRANSPORT_MS = 5000;
const CHECK_EVERY_MS = 1000;
const OFFERED_MID = '0';
const OFFERED_OPUS = 111;
const OFFERED_EVENTS: TelephoneEventFormat = { payloadType: 126, clockRate: 8000 };

/** A leg whose far end is a browser, or anything else that speaks WebRTC. */
export class WebRtcLeg implements Leg {
  readonly id: string;
  readonly codec: Codec;
  readonly isVirtual = false;
  partner: Partner | undefined;
  readonly recorders = new Set<Recorder>();
  readonly #surroundings: LegSurroundings;
  readonly #stream: RtpStream;
  readonly #outgoing: OutgoingAudio;
  readonly #statistics: ReceiveStatistics;
  readonly #rtcp: RtcpSession;
  readonly #events = new EventReceiver();
  #inBandKeys: InBandKeys | undefined;
  readonly #player = new Player();
  readonly #header = blankRtpHeader();
  readonly #cname: string;
  readonly #sessionId: number;
  #sessionVersion = 0;
  /** The numbers under which the far end sends to us. */
  #receiveFormat: SendFormat;
  #liveness: LivenessState = { phase: 'offered' };
  /** The first offer, whoever makes it, is under way or made. */
  #isOpened = false;
  /** Our offer until it is answered. */
  #offer: OutstandingOffer | undefined;
  /** The transport that is up, and the one that a restart is setting up. */
  #transport: PeerTransport | undefined;
  #nextTransport: PeerTransport | undefined;
  readonly #oldTransports = new Map<PeerTransport, NodeJS.Timeout>();
  #hasConnected = false;
  #closed = false;
  #packetAtMs = 0;
  #rtpAtMs = 0;
  #checkAtMs = 0;
  #onFailed: () => void;

  /** `onFailed` is called when the leg has given up; the owner then closes it. */
  constructor(options: { id: string; codec: Codec; surroundings: LegSurroundings; onFailed: () => void }) {
    const { surroundings } = options;
    const integer = (bits: number): number => Math.floor(surroundings.random() * 2 ** bits);
    this.id = options.id;
    this.codec = options.codec;
    this.#surroundings = surroundings;
    this.#onFailed = options.onFailed;
    this.#cname = integer(48).toString(36);
    this.#sessionId = integer(48);
    const clockRate = options.codec === 'pcmu' ? 8000 : 48_000;
    this.#receiveFormat = {
      payloadType: options.codec === 'pcmu' ? 0 : OFFERED_OPUS,
      telephoneEvent: OFFERED_EVENTS,
    };
    this.#stream = new RtpStream({
      ssrc: integer(32),
      clockRate,
      firstSequence: integer(15),
      firstTimestamp: integer(31),
      transmit: (packet) => this.#transport?.send(packet) ?? false,
    });
    this.#outgoing = new OutgoingAudio({
      codec: options.codec,
      stream: this.#stream,
      format: this.#receiveFormat,
    });
    this.#statistics = new ReceiveStatistics(clockRate);
    this.#rtcp = new RtcpSession({
      stream: this.#stream,
      statistics: this.#statistics,
      cname: this.#cname,
      unixMsAt: surroundings.unixMsAt,
      random: surroundings.random,
    });
  }

  get hasTelephoneEvents(): boolean {
    return this.#outgoing.hasTelephoneEvents;
  }

  /**
   * Answers the far end's first offer or, when the leg is live, its ICE restart. A device that takes the call over
   * offers too; our own offer to the former one, if it still waits, is given up once that is agreed.
   */
  async answer(offer: RemoteDescription): Promise<string> {
    if (this.#isOpened && this.#liveness.phase === 'offered' && this.#offer === undefined) {
      throw new MediaError('leg-state', 'The leg is being opened already');
    }
    this.#isOpened = true;
    const unanswered = this.#offer;
    // As long as this takes, nobody else can take the leg.
    this.#offer = undefined;
    try {
      const answerSdp = await this.#agreeTo(offer);
      unanswered?.port.release();
      return answerSdp;
    } catch (fault) {
      // The former device still rings, and may answer.
      if (this.#closed) unanswered?.port.release();
      else this.#offer = unanswered;
      throw fault;
    }
  }

  async #agreeTo(offer: RemoteDescription): Promise<string> {
    const format = sendFormatFor(offer, this.codec);
    const transport = this.#openTransport(this.#held(await reservePort(this.#surroundings)));
    const isRestart = this.#transport !== undefined;
    if (isRestart) {
      this.#nextTransport?.close();
      this.#nextTransport = transport;
    } else {
      this.#transport = transport;
    }
    const agreed = { codec: this.codec, payloadType: format.payloadType };
    const local = await transport.open(this.#usable(offer), agreed).catch((fault: unknown) => {
      transport.close();
      if (this.#transport === transport) this.#transport = undefined;
      throw fault;
    });
    this.#assertOpen();
    this.#receiveFormat = format;
    this.#outgoing.setFormat(format);
    if (isRestart) this.#live({ type: 'restarted', nowMs: this.#surroundings.now() });
    return this.#describe(offer.mid, local, format, mirrored(offer.direction));
  }

  /** Makes an offer with the leg's codec and telephone events. */
  async offer(): Promise<string> {
    this.#isOpened = true;
    const offer = await prepareOffer(this.#surroundings);
    const { port } = this.#held(offer.port);
    this.#offer = offer;
    const { iceUfrag, icePwd } = offer;
    const { fingerprint } = offer.certificate;
    const local = { setup: 'actpass', iceUfrag, icePwd, fingerprint, port } as const;
    return this.#describe(OFFERED_MID, local, this.#receiveFormat, 'sendrecv');
  }

  /** The far end has our answer and must connect now. */
  answerDelivered(): undefined {
    this.#live({ type: 'exchanged', nowMs: this.#surroundings.now() });
  }

  /** Applies the answer to `offer`. */
  async acceptAnswer(answerSdp: string): Promise<undefined> {
    const offer = this.#offer;
    if (offer === undefined) {
      throw new MediaError('leg-state', 'The leg does not wait for an answer');
    }
    const answer = readRemoteDescription(answerSdp);
    if (answer.setup === 'actpass')
      throw new MediaError('sdp-malformed', 'The answer leaves the DTLS role open');
    const format = sendFormatFor(answer, this.codec);
    this.#offer = undefined;
    const transport = this.#openTransport(offer.port, offer);
    this.#transport = transport;
    this.#outgoing.setFormat(format);
    const agreed = { codec: this.codec, payloadType: format.payloadType };
    await transport.open(this.#usable(answer), agreed).catch((fault: unknown) => {
      transport.close();
      throw fault;
    });
    this.#live({ type: 'exchanged', nowMs: this.#surroundings.now() });
  }

  hear(relayed: RelayedPacket): void {
    if (this.#player.isPlaying || !this.#hasConnected) return;
    for (const recorder of this.recorders) recorder.heard(relayed);
    this.#outgoing.relay(relayed);
  }

  hearEvent(relayed: RelayedPacket, clockRate: number): void {
    if (!this.#player.isPlaying && this.#hasConnected) this.#outgoing.relayEvent(relayed, clockRate);
  }

  hearMix(): void {}

  speech(): undefined {
    return undefined;
  }

  tick(nominalMs: number): void {
    if (nominalMs >= this.#checkAtMs) this.#check(nominalMs);
    // What is played before the far end can hear would be lost.
    if (!this.#hasConnected || this.#closed) return;
    const { rate } = this.#outgoing;
    const own = this.#player.next(rate);
    const partners = this.partner?.speech(rate);
    const frame = own ?? partners;
    if (frame !== undefined) this.#speak(frame, nominalMs);
    else if (!this.#outgoing.isRelaying(nominalMs)) this.#outgoing.silence(nominalMs);
  }

  #speak(frame: PlaybackFrame, nominalMs: number): void {
    this.#outgoing.speak(frame, nominalMs);
    if (frame.kind === 'event') return;
    const rate = frame.kind === 'mixed' ? ROOM_RATE : frame.rate;
    for (const recorder of this.recorders) recorder.heardFrame(frame.samples, rate, nominalMs);
  }

  play(playback: Playback, onEnd: () => void): void {
    this.#player.start(playback, onEnd);
  }

  stopPlaying(playback?: Playback): void {
    this.#player.stop(playback);
  }

  partnerChanged(): void {
    this.#player.stop();
    this.#outgoing.endRelay();
  }

  close(): LegStats {
    const statistics = this.#statistics;
    if (!this.#closed) {
      this.#closed = true;
      this.#player.stop();
      if (this.#stream.packetsSent > 0)
        this.#transport?.send(this.#rtcp.report(this.#surroundings.now(), true));
      this.#outgoing.release();
      this.#inBandKeys?.release();
      for (const [transport, timer] of this.#oldTransports) {
        clearTimeout(timer);
        transport.close();
      }
      this.#oldTransports.clear();
      this.#nextTransport?.close();
      this.#transport?.close();
      this.#offer?.port.release();
    }
    return {
      packetsReceived: statistics.packetsReceived,
      packetsSent: this.#stream.packetsSent,
      bytesReceived: statistics.bytesReceived,
      bytesSent: this.#stream.octetsSent,
      packetsLost: statistics.packetsLost,
      jitterMs: statistics.jitterMs,
      roundTripMs: this.#rtcp.roundTripMs,
    };
  }

  #assertOpen(): void {
    if (this.#closed) throw new MediaError('leg-unknown', 'The leg was closed');
  }

  #usable(remote: RemoteDescription): RemoteDescription {
    return { ...remote, candidates: remote.candidates.filter(this.#surroundings.mayCheck) };
  }

  #describe(mid: string, local: LocalParameters, format: SendFormat, direction: Direction): string {
    this.#sessionVersion += 1;
    return writeDescription({
      ...local,
      ...format,
      mid,
      direction,
      codec: this.codec,
      candidates: hostCandidates(this.#surroundings.addresses().announced, local.port),
      sessionId: this.#sessionId,
      sessionVersion: this.#sessionVersion,
      ssrc: this.#stream.ssrc,
      cname: this.#cname,
      isComplete: true,
      isIceLite: false,
    });
  }

  /** The port, unless the leg was closed while it was being reserved. */
  #held(port: PortReservation): PortReservation {
    if (this.#closed) port.release();
    this.#assertOpen();
    return port;
  }

  #openTransport(port: PortReservation, offer?: OutstandingOffer): PeerTransport {
    const transport: PeerTransport = new PeerTransport({
      name: this.id,
      port,
      offer,
      events: {
        up: () => this.#transportUp(transport),
        down: () => this.#transportDown(transport),
        packet: (packet) => this.#receive(packet, transport),
      },
      onFault: (fault) => this.#surroundings.warn(`Fault on a media leg: ${String(fault)}`, this.id),
    });
    return transport;
  }

  #transportUp(transport: PeerTransport): void {
    if (transport === this.#nextTransport) {
      const old = this.#transport;
      this.#transport = transport;
      this.#nextTransport = undefined;
      if (old !== undefined) this.#retire(old);
    }
    if (transport !== this.#transport) return;
    const nowMs = this.#surroundings.now();
    this.#packetAtMs = nowMs;
    this.#rtpAtMs = nowMs;
    this.#hasConnected = true;
    const wasConnected = this.#liveness.phase === 'connected';
    this.#live({ type: 'up' });
    // After a restart that nobody was interrupted by, there is no change of phase to tell of.
    if (wasConnected) this.#surroundings.emit({ name: 'legConnected', legId: this.id });
  }

  #retire(old: PeerTransport): void {
    const timer = setTimeout(() => {
      this.#oldTransports.delete(old);
      old.close();
    }, OLD_TRANSPORT_MS);
    this.#oldTransports.set(old, timer);
  }

  #transportDown(transport: PeerTransport): void {
    if (transport === this.#transport) this.#live({ type: 'down', nowMs: this.#surroundings.now() });
  }

  #check(nowMs: number): void {
    this.#checkAtMs = nowMs + CHECK_EVERY_MS;
    this.#live({ type: 'check', nowMs, packetAtMs: this.#packetAtMs, rtpAtMs: this.#rtpAtMs });
    const report = this.#hasConnected && !this.#closed ? this.#rtcp.due(nowMs) : undefined;
    if (report !== undefined) this.#transport?.send(report);
  }

  #live(event: LivenessEvent): void {
    const before = this.#liveness;
    this.#liveness = transition(before, event);
    const { phase } = this.#liveness;
    if (phase === before.phase) return;
    const { emit } = this.#surroundings;
    if (phase === 'connected') emit({ name: 'legConnected', legId: this.id });
    if (phase === 'interrupted') emit({ name: 'legInterrupted', legId: this.id });
    if (this.#liveness.phase === 'failed') {
      this.#onFailed();
      emit({ name: 'legFailed', legId: this.id, reason: this.#liveness.reason });
    }
  }

  #hearKeys(packet: Buffer): void {
    this.#inBandKeys ??= new InBandKeys(this.codec);
    const { payloadStart, payloadEnd } = this.#header;
    const key = this.#inBandKeys.hear(packet, payloadStart, payloadEnd);
    if (key !== undefined) this.#surroundings.emit({ name: 'digit', legId: this.id, digit: key });
  }

  #receive(packet: Buffer, transport: PeerTransport): void {
    if (this.#closed || transport !== this.#transport) return;
    const nowMs = this.#surroundings.now();
    this.#packetAtMs = nowMs;
    if (isRtcp(packet)) {
      this.#rtcp.receive(packet, nowMs);
      return;
    }
    const header = this.#header;
    if (!readRtpHeader(packet, header)) return;
    const { payloadType, telephoneEvent } = this.#receiveFormat;
    const isAudio = header.payloadType === payloadType;
    if (!isAudio && header.payloadType !== telephoneEvent?.payloadType) return;
    this.#rtpAtMs = nowMs;
    const bytes = header.payloadEnd - header.payloadStart;
    this.#statistics.packet(
      header.ssrc,
      header.sequence,
      isAudio ? header.timestamp : undefined,
      bytes,
      nowMs,
    );
    const relayed = { packet, header, codec: this.codec, source: this, nowMs };
    if (isAudio) {
      if (telephoneEvent === undefined) this.#hearKeys(packet);
      for (const recorder of this.recorders) recorder.said(relayed);
      this.partner?.hear(relayed);
      return;
    }
    const key = this.#events.receive(packet, header);
    if (key !== undefined) this.#surroundings.emit({ name: 'digit', legId: this.id, digit: key });
    this.partner?.hearEvent(relayed, telephoneEvent?.clockRate ?? 8000);
  }
}

/** The numbers that the far end wants for the leg's codec. */
function sendFormatFor(remote: RemoteDescription, codec: Codec): SendFormat {
  const offered = remote.codecs.find((each) => each.codec === codec);
  if (offered === undefined)
    throw new MediaError('codec-unavailable', 'The far end does not speak the codec of the leg');
  const telephoneEvent =
    remote.telephoneEvents.find(({ clockRate }) => clockRate === 8000) ??
    (codec === 'opus' ? remote.telephoneEvents[0] : undefined);
  const { payloadType, maxAverageBitrate } = offered;
  return { payloadType, telephoneEvent, maxAverageBitrate };
}

function mirrored(direction: Direction): Direction {
  if (direction === 'sendonly') return 'recvonly';
  return direction === 'recvonly' ? 'sendonly' : direction;
}
