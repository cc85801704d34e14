/**
 * What the calls need from the outside world. The adapters (media gateway, signaling, webhooks) implement
 * these interfaces; nothing in `calls` knows how.
 */

import type { EventEmitter } from 'node:events';
import type { HttpMethod, Speech, TwimlDocument } from '../twiml/twiml-call.js';
import type { EndCause } from './call-state.js';

/** An audio codec that a leg can carry. */
export type Codec = 'pcmu' | 'opus';

/** Names one media leg; unique for the life of the engine. */
export type LegId = string;

/** One stretch of sound that a leg can be made to play. */
export type AudioSource =
  /** Sine waves. `frequenciesHz: []` is silence. `levelDbov` is the level of the sum (0 is full scale). */
  | { kind: 'tone'; frequenciesHz: readonly number[]; durationMs: number; levelDbov: number }
  /** A WAV file on this machine, PCM, A-law or mu-law, any rate, mono or stereo. */
  | { kind: 'wav'; path: string }
  /** DTMF: RFC 4733 events when the far end negotiated them, dual tones in the audio otherwise. */
  | { kind: 'digits'; digits: string };

/** A list of sources, played one after the other, `loop` times over (0: until stopped). */
export interface Playlist {
  sources: readonly AudioSource[];
  loop: number;
}

/**
 * What a party inside the gateway does: `echo` sends back what it hears, `bad-network` does so with 10 % of the
 * packets lost and 30 ms of jitter, `source` says only what `play` gives it.
 */
export type VirtualBehaviour = 'echo' | 'source' | 'bad-network';

/** Names a room of the media gateway; it is there while legs are in it. */
export type RoomId = string;

/** How long packets may be held back against jitter: 20, 60, 120 or 200 ms at most. */
export type JitterBufferSize = 'off' | 'small' | 'medium' | 'large';

/** A leg's part in its room. */
export interface SeatSettings {
  /** The others do not hear it. */
  muted: boolean;
  /** It neither hears the others nor is heard; what `play` gives it, it hears. */
  onHold: boolean;
  /** The only leg that hears it. */
  coaching: LegId | undefined;
  /** Fixed when the leg joins. */
  jitterBufferSize: JitterBufferSize;
  /** Whether `speech` events are wanted. */
  reportsSpeech: boolean;
}

/** What is recorded, and how. */
export interface RecordingSettings {
  /** Two: what the far end says on the first channel, and what it hears on the second. */
  channels: 1 | 2;
  /** `inbound` is what the far end says, `outbound` what it hears. */
  track: 'both' | 'inbound' | 'outbound';
  /** Silence at both ends is left out. */
  trim: boolean;
  /** Silence after which `recordingQuiet` is told, once. */
  quietMs: number | undefined;
}

/** What is written while a recording pauses: silence, or nothing. */
export type PauseBehavior = 'silence' | 'skip';

/** Counters of one leg since it was opened. */
export interface LegStats {
  packetsReceived: number;
  packetsSent: number;
  bytesReceived: number;
  bytesSent: number;
  /** Cumulative loss seen by us, RFC 3550 §6.4.1. */
  packetsLost: number;
  /** Interarrival jitter in ms, RFC 3550 §6.4.1. */
  jitterMs: number;
  /** From the far end's receiver reports; undefined until there is one. */
  roundTripMs: number | undefined;
}

/** Why a leg's media is over without anybody having asked for it. */
export type LegFailure = 'never-connected' | 'connection-lost' | 'media-host-lost';

/** Events of the media gateway, all naming the leg they concern. */
export interface MediaEvents {
  /** ICE and DTLS are up (again, after a restart). */
  legConnected: [legId: LegId];
  /** Media is interrupted; it may come back through `restartLeg`. */
  legInterrupted: [legId: LegId];
  /** The leg is gone and already closed. */
  legFailed: [legId: LegId, reason: LegFailure];
  /**
   * The far end of this leg pressed a key, one event a key press: a telephone event (RFC 4733), or a dual tone of one
   * that did not negotiate them.
   */
  digit: [legId: LegId, digit: string];
  /** A leg in a room began or stopped to speak. */
  speech: [legId: LegId, speaking: boolean];
  /** A recording has been silent for its `quietMs`. */
  recordingQuiet: [recordingId: string];
  /** A recording can no longer be written; what there is of it stays. */
  recordingFailed: [recordingId: string];
}

/**
 * The media gateway as calls see it. A leg is one far end: a browser over WebRTC, or a virtual party inside
 * the gateway. Every method rejects with a `MediaError` when the SDP is refused, the leg is unknown or the
 * media host is gone; no method hangs.
 */
export interface MediaPort {
  /** Opens a leg from the far end's SDP offer and returns the complete answer (candidates included). */
  answerOffer(options: { legId: LegId; offerSdp: string }): Promise<{ answerSdp: string; codec: Codec }>;
  /**
   * The far end has been given the answer: from now on it has 30 s to connect. It may have rung for minutes
   * before.
   */
  answerDelivered(legId: LegId): Promise<void>;
  /** Opens a leg by making a complete SDP offer with exactly one codec (and telephone-event). */
  createOffer(options: { legId: LegId; codec: Codec }): Promise<{ offerSdp: string }>;
  /** Completes a leg that `createOffer` opened. */
  acceptAnswer(options: { legId: LegId; answerSdp: string }): Promise<void>;
  /**
   * Answers an ICE restart of a live leg, or the offer of another far end that takes the leg over, live or still
   * being offered; what it plays or is bridged to goes on.
   */
  restartLeg(options: { legId: LegId; offerSdp: string }): Promise<{ answerSdp: string }>;
  /** Opens a party that lives inside the gateway. */
  openVirtualLeg(options: { legId: LegId; codec: Codec; behaviour: VirtualBehaviour }): Promise<void>;
  /**
   * Lets two legs hear each other. What a far end was being played stops; a virtual leg speaks on. A leg has one
   * bridge at most.
   */
  bridge(legA: LegId, legB: LegId): Promise<void>;
  /** Ends the bridge of this leg, or takes it out of its room; what is alone then sends silence. */
  unbridge(legId: LegId): Promise<void>;
  /**
   * Puts the leg into a room, where it hears all others and never itself; its bridge ends. A leg that is in a room
   * leaves it through `unbridge`, `bridge` or another `joinRoom`.
   */
  joinRoom(roomId: RoomId, legId: LegId, settings: SeatSettings): Promise<void>;
  /** Changes the part of a leg that is in a room. */
  adjustSeat(legId: LegId, settings: SeatSettings): Promise<void>;
  /** Plays to everybody in a room, as `play` does to one leg, but beside whatever else is to be heard there. */
  playToRoom(roomId: RoomId, playlist: Playlist, signal: AbortSignal): Promise<void>;
  /**
   * Plays to the far end of the leg. Resolves when it has been played out, or when `signal` aborts, when it
   * stops within 20 ms. A second `play` on the same leg stops the first.
   */
  play(legId: LegId, playlist: Playlist, signal: AbortSignal): Promise<void>;
  /**
   * Records a leg or a room, which must be there, to a WAV file that must not. It ends by itself with its leg or
   * room; `stopRecording` is to be called all the same.
   */
  startRecording(options: {
    recordingId: string;
    source: { kind: 'leg'; legId: LegId } | { kind: 'room'; roomId: RoomId };
    path: string;
    settings: RecordingSettings;
  }): Promise<void>;
  pauseRecording(recordingId: string, behavior: PauseBehavior): Promise<void>;
  resumeRecording(recordingId: string): Promise<void>;
  /** Ends the recording; its file is whole when this resolves. */
  stopRecording(recordingId: string): Promise<{ durationMs: number }>;
  /** Closes the leg and returns its final counters; resolves for unknown legs too. */
  closeLeg(legId: LegId): Promise<LegStats | undefined>;
  on<E extends keyof MediaEvents>(event: E, listener: (...args: MediaEvents[E]) => void): this;
}

/** How a party left a call. Busy, declined and no answer are ordinary ends, not errors. */
export type PartyEnd =
  | { kind: 'hung-up' }
  | { kind: 'busy' }
  | { kind: 'declined' }
  | { kind: 'no-answer' }
  /** Nobody is there under this name or number. */
  | { kind: 'not-found'; errorCode?: number; message?: string }
  /** Known, but cannot be reached now. */
  | { kind: 'unavailable' }
  /** Signaling or media was lost, or the party's messages made no sense. */
  | { kind: 'failed'; errorCode: number; message: string };

/** Events every party has. `ended` comes at most once, and never after we hung up. */
export interface PartyEvents {
  ended: [end: PartyEnd];
  /**
   * The party pressed a key. `inMedia` digits also travel in its RTP and reach a bridged leg by themselves;
   * others came by signaling.
   */
  digit: [digit: string, inMedia: boolean];
}

/** What both sides of a call can be told. */
interface Party {
  /** The other side of the call pressed a key; see the `digit` event for `inMedia`. */
  hearDigit(digit: string, inMedia: boolean): void;
  /** Ends the party, or stops ringing it, and closes its leg; the cause reaches its screen. */
  hangUp(cause?: EndCause): void;
}

/** The far end that placed a call. */
export interface CallerParty extends EventEmitter<PartyEvents>, Party {
  readonly legId: LegId;
  /** Lives inside the gateway: it says what is played on its leg, and hears no prompts. */
  readonly isInside?: boolean;
  /** Resolves with the codec once the media leg is open; rejects when the party's SDP is refused. */
  ready(): Promise<Codec>;
  /** Tells the caller that the other side rings; with `earlyMedia` it hears us from now on. */
  ring(options: { earlyMedia: boolean }): Promise<void>;
  answer(): Promise<void>;
}

/** Events of a party that we call. */
export interface CalledPartyEvents extends PartyEvents {
  ringing: [];
  answered: [legId: LegId];
}

/** A party that we call. Nothing happens before `start`. */
export interface CalledParty extends EventEmitter<CalledPartyEvents>, Party {
  /** See `CallerParty`. */
  readonly isInside?: boolean;
  start(): void;
}

/** What a called party is told. */
export interface CalledPartyOptions {
  callSid: string;
  accountSid: string;
  from: string;
  to: string;
  codec: Codec;
  /** Custom parameters for the callee's app. */
  parameters: ReadonlyArray<readonly [name: string, value: string]>;
}

/** Where clients are registered; signaling implements it. */
export interface ClientDirectory {
  /** A party that rings every device of the identity, or undefined when none is registered. */
  callClient(identity: string, options: CalledPartyOptions): CalledParty | undefined;
}

/** A message that a device sent in a call. */
export interface DeviceMessage {
  callSid: string;
  accountSid: string;
  /** The SDK's own id of the message, `KX…`. */
  sid: string;
  /** Any JSON value. */
  content: unknown;
}

/** Messages to the devices of calls; signaling implements it. */
export interface CallMessages {
  /** False when no device is in the call. */
  sendToCall(callSid: string, message: { sid: string; content: unknown }): boolean;
}

/** One request for TwiML or about a call's progress. */
export interface WebhookRequest {
  url: string;
  method: HttpMethod;
  parameters: Record<string, string>;
  /** Whose auth token signs the request. */
  accountSid: string;
  /** Posts the parameters as JSON, signed by the hash of the body. */
  asJson?: boolean | undefined;
}

/** Delivers signed webhooks. */
export interface WebhookPort {
  /** Asks for a document. Throws a `TwimlError` with Twilio's code when there is none to be had. */
  fetchDocument(request: WebhookRequest, signal: AbortSignal): Promise<TwimlDocument>;
  /** Delivers in order for one `key`, in the background, retried; never throws. */
  notify(key: string, request: WebhookRequest): void;
  /**
   * What the next engine with the same data directory delivers for `key` when this one is killed; in place of what was
   * left before, and undefined when there is nothing more to say. Without a data directory nothing is kept.
   */
  leaveLastWord(key: string, request: WebhookRequest | undefined): void;
}

/** Fetches the files of `<Play>`. */
export interface AudioFilePort {
  /**
   * Something a leg can play, fetched now or kept from before.
   * @throws TwimlError 11200 and its kin when it cannot be had, 13420 when it is no sound that can be played.
   */
  load(file: { url: string; accountSid: string }, signal: AbortSignal): Promise<AudioSource>;
}

/** Turns text into something a leg can play. */
export interface SpeechPort {
  speak(speech: Speech, signal: AbortSignal): Promise<readonly AudioSource[]>;
}
