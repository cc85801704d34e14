/**
 * What the engine's process and the media host say to each other over Node's IPC channel. Both ends check
 * every message; the host says its version first and the engine refuses another one.
 */
import { z } from 'zod';

/** Raised whenever a message changes its meaning. */
export const PROTOCOL_VERSION = 4;

const legId = z.string().min(1).max(200);
const codec = z.enum(['pcmu', 'opus']);

const audioSource = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('tone'),
    frequenciesHz: z.array(z.number().min(1).max(20_000)).max(8).readonly(),
    durationMs: z.number().min(0).max(86_400_000),
    levelDbov: z.number().min(-127).max(0),
  }),
  z.object({ kind: z.literal('wav'), path: z.string().min(1) }),
  z.object({ kind: z.literal('digits'), digits: z.string().regex(/^[0-9*#A-Dw]{1,200}$/) }),
]);

const playlist = z.object({
  // A document has 1000 elements at most: so many breaks, and words between them, each of four tones without speech.
  sources: z.array(audioSource).min(1).max(5000).readonly(),
  loop: z.number().int().min(0).max(1_000_000),
});

const seatSettings = z.object({
  muted: z.boolean(),
  onHold: z.boolean(),
  coaching: legId.or(z.undefined()),
  jitterBufferSize: z.enum(['off', 'small', 'medium', 'large']),
  reportsSpeech: z.boolean(),
});

const recordingId = z.string().min(1).max(200);
const recordingSettings = z.object({
  channels: z.literal(1).or(z.literal(2)),
  track: z.enum(['both', 'inbound', 'outbound']),
  trim: z.boolean(),
  quietMs: z.number().min(0).or(z.undefined()),
});

const port = z.number().int().min(1).max(65_535);

/** Where the host listens and what it puts into its SDP. */
const networkSettings = z.object({
  /** IPv4 address announced instead of the machine's own. */
  address: z.ipv4().optional(),
  /** IPv4 address the sockets are bound to. */
  bindAddress: z.ipv4().optional(),
  portRange: z.object({ begin: port, end: port }).optional(),
});
/** Where the media host listens and what it says about that. */
export type NetworkSettings = z.infer<typeof networkSettings>;

/** The requests, one a method of the media port. */
const hostCall = z.discriminatedUnion('method', [
  z.object({ method: z.literal('answerOffer'), legId, offerSdp: z.string() }),
  z.object({ method: z.literal('answerDelivered'), legId }),
  z.object({ method: z.literal('createOffer'), legId, codec }),
  z.object({ method: z.literal('acceptAnswer'), legId, answerSdp: z.string() }),
  z.object({ method: z.literal('restartLeg'), legId, offerSdp: z.string() }),
  z.object({
    method: z.literal('openVirtualLeg'),
    legId,
    codec,
    behaviour: z.enum(['echo', 'source', 'bad-network']),
  }),
  z.object({ method: z.literal('bridge'), legA: legId, legB: legId }),
  z.object({ method: z.literal('unbridge'), legId }),
  z.object({ method: z.literal('joinRoom'), roomId: legId, legId, settings: seatSettings }),
  z.object({ method: z.literal('adjustSeat'), legId, settings: seatSettings }),
  z.object({ method: z.literal('playToRoom'), roomId: legId, playlist }),
  z.object({ method: z.literal('play'), legId, playlist }),
  z.object({
    method: z.literal('startRecording'),
    recordingId,
    source: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('leg'), legId }),
      z.object({ kind: z.literal('room'), roomId: legId }),
    ]),
    path: z.string().min(1),
    settings: recordingSettings,
  }),
  z.object({ method: z.literal('pauseRecording'), recordingId, behavior: z.enum(['silence', 'skip']) }),
  z.object({ method: z.literal('resumeRecording'), recordingId }),
  z.object({ method: z.literal('stopRecording'), recordingId }),
  z.object({ method: z.literal('closeLeg'), legId }),
]);
/** A request to the host, by its method. */
export type HostCall = z.infer<typeof hostCall>;
/** What the host can be asked for. */
export type HostMethod = HostCall['method'];
/** The request of one method. */
export type CallOf<M extends HostMethod> = Extract<HostCall, { method: M }>;

const legStats = z.object({
  packetsReceived: z.number(),
  packetsSent: z.number(),
  bytesReceived: z.number(),
  bytesSent: z.number(),
  packetsLost: z.number(),
  jitterMs: z.number(),
  roundTripMs: z.number().or(z.undefined()),
});

/** What each method answers. */
export const hostResults = {
  answerOffer: z.object({ answerSdp: z.string(), codec }),
  answerDelivered: z.undefined(),
  createOffer: z.object({ offerSdp: z.string() }),
  acceptAnswer: z.undefined(),
  restartLeg: z.object({ answerSdp: z.string() }),
  openVirtualLeg: z.undefined(),
  bridge: z.undefined(),
  unbridge: z.undefined(),
  joinRoom: z.undefined(),
  adjustSeat: z.undefined(),
  playToRoom: z.undefined(),
  play: z.undefined(),
  startRecording: z.undefined(),
  pauseRecording: z.undefined(),
  resumeRecording: z.undefined(),
  stopRecording: z.object({ durationMs: z.number() }),
  closeLeg: legStats.or(z.undefined()),
} satisfies Record<HostMethod, z.ZodType>;
/** The answer to one method. */
export type HostResult<M extends HostMethod> = z.infer<(typeof hostResults)[M]>;

const requestId = z.number().int().min(1);

/** Messages from the engine to the host. */
export const messageToHost = z.discriminatedUnion('type', [
  z.object({ type: z.literal('configure'), version: z.literal(PROTOCOL_VERSION), network: networkSettings }),
  z.object({ type: z.literal('request'), id: requestId, call: hostCall }),
  /** Stops the play that request `id` started. */
  z.object({ type: z.literal('stopPlay'), id: requestId }),
  z.object({ type: z.literal('ping'), id: requestId }),
]);
/** A message from the engine to the host. */
export type MessageToHost = z.infer<typeof messageToHost>;

/** A request whose call the host does not know, or that says something impossible. */
export const unknownRequest = z.object({ type: z.literal('request'), id: requestId });

/** What happens to a leg or a recording by itself. */
const legEvent = z.discriminatedUnion('name', [
  z.object({ name: z.literal('legConnected'), legId }),
  z.object({ name: z.literal('legInterrupted'), legId }),
  z.object({ name: z.literal('legFailed'), legId, reason: z.enum(['never-connected', 'connection-lost']) }),
  z.object({ name: z.literal('digit'), legId, digit: z.string().length(1) }),
  z.object({ name: z.literal('speech'), legId, speaking: z.boolean() }),
  z.object({ name: z.literal('recordingQuiet'), recordingId }),
  z.object({ name: z.literal('recordingFailed'), recordingId }),
]);
/** What the host tells of a leg or a recording unasked. */
export type LegEvent = z.infer<typeof legEvent>;

const errorCode = z.enum([
  'sdp-malformed',
  'sdp-unsupported',
  'codec-unavailable',
  'leg-unknown',
  'leg-exists',
  'leg-state',
  'room-unknown',
  'recording-unknown',
  'recording-unwritable',
  'audio-unreadable',
  'transport-failed',
]);

/** Messages from the host to the engine. */
export const messageFromHost = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), version: z.number().int() }),
  z.object({ type: z.literal('pong'), id: requestId }),
  z.object({ type: z.literal('result'), id: requestId, result: z.unknown() }),
  z.object({ type: z.literal('refusal'), id: requestId, code: errorCode, message: z.string() }),
  z.object({ type: z.literal('event'), event: legEvent }),
  z.object({ type: z.literal('warning'), message: z.string(), legId: legId.optional() }),
]);
/** A message from the host to the engine. */
export type MessageFromHost = z.infer<typeof messageFromHost>;
