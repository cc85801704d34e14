/**
 * The frames of Twilio's signaling protocol as the Voice SDK 2.x speaks it: JSON text frames
 * `{type, version, payload}`, and a bare newline as heartbeat.
 */
import { z } from 'zod';

/** The heartbeat frame; the SDK echoes it. */
export const HEARTBEAT = '\n';
/** What SDKs from 2.0 on speak, and the engine. */
export const PROTOCOL_VERSION = '1.6';
/** What SDKs before 2.0 speak: without call messages, and without tokens to claim a call back. */
export const OLD_PROTOCOL_VERSION = '1.5';

/** Longest SDP that is looked at, in characters. */
const MAX_SDP = 16 * 1024;

const CallSid = z.string().min(1).max(64);
const Sdp = z.string().min(1).max(MAX_SDP);

const Listen = z.object({
  type: z.literal('listen'),
  version: z.string().max(16).optional(),
  payload: z.object({ token: z.string().max(8192), reconnectTimeout: z.number().optional() }),
});
const Register = z.object({
  type: z.literal('register'),
  payload: z.object({ media: z.object({ audio: z.boolean() }) }),
});
const Invite = z.object({
  type: z.literal('invite'),
  payload: z.object({
    callsid: CallSid,
    sdp: Sdp,
    reconnect: z.string().max(256).optional(),
    twilio: z
      .object({
        params: z
          .string()
          .max(16 * 1024)
          .optional(),
      })
      .optional(),
  }),
});
const Answer = z.object({ type: z.literal('answer'), payload: z.object({ callsid: CallSid, sdp: Sdp }) });
const Hangup = z.object({
  type: z.literal('hangup'),
  payload: z.object({ callsid: CallSid, message: z.string().max(1024).optional() }),
});
const Reject = z.object({ type: z.literal('reject'), payload: z.object({ callsid: CallSid }) });
const Reinvite = z.object({ type: z.literal('reinvite'), payload: z.object({ callsid: CallSid, sdp: Sdp }) });
const Dtmf = z.object({
  type: z.literal('dtmf'),
  payload: z.object({ callsid: CallSid, dtmf: z.string().regex(/^[0-9*#w]{1,128}$/) }),
});
const Message = z.object({
  type: z.literal('message'),
  payload: z.object({
    callsid: CallSid,
    voiceeventsid: z.string().max(64),
    messagetype: z.string().max(256),
    content: z.unknown(),
  }),
});

/** Every message a client may send. */
export const ClientMessage = z.discriminatedUnion('type', [
  Listen,
  Register,
  Invite,
  Answer,
  Hangup,
  Reject,
  Reinvite,
  Dtmf,
  Message,
]);
/** One message of a client. */
export type ClientMessage = z.infer<typeof ClientMessage>;

/** An error as it travels in `error` and `hangup`. */
export interface WireError {
  code: number;
  message: string;
}

/** Every message the engine sends, by type. */
export interface ServerPayloads {
  connected: {
    region: string;
    edge: string;
    home: string;
    gateway: string;
    token: { identity: string; ttl?: number };
  };
  ready: Record<string, never>;
  offline: Record<string, never>;
  close: Record<string, never>;
  error: { error: WireError; callsid?: string; voiceeventsid?: string };
  invite: { callsid: string; sdp: string; reconnect: string; parameters: Record<string, string> };
  ringing: { callsid: string; sdp?: string };
  answer: { callsid: string; sdp?: string; reconnect: string };
  hangup: { callsid: string; error?: WireError };
  cancel: { callsid: string };
  ack: { acktype: 'message'; callsid: string; voiceeventsid: string };
  message: {
    callsid: string;
    content: unknown;
    contenttype: 'application/json';
    messagetype: 'user-defined-message';
    voiceeventsid: string;
  };
}

/** Reads a frame; a string says what is wrong with it. */
export function parseClientMessage(frame: string): ClientMessage | string {
  let json: unknown;
  try {
    json = JSON.parse(frame);
  } catch {
    return 'The frame is not JSON.';
  }
  const parsed = ClientMessage.safeParse(withPayload(json));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return `The message is malformed at "${issue?.path.join('.') ?? ''}": ${issue?.message ?? 'unknown'}`;
}

/** An absent payload means an empty one. */
function withPayload(json: unknown): unknown {
  return typeof json === 'object' && json !== null && !('payload' in json) ? { ...json, payload: {} } : json;
}

/**
 * The connect parameters of an invite: `k=v&k2=v2`, both sides percent-encoded. The last of a repeated name
 * counts.
 */
export function parseParameters(params: string): Map<string, string> {
  return new Map(new URLSearchParams(params.replaceAll('+', '%2B')));
}

/** Custom parameters for a callee: the SDK decodes values and leaves names as they are. */
export function formatParameters(parameters: ReadonlyArray<readonly [name: string, value: string]>): string {
  return parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
}
