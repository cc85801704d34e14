/**
 * What call control asks of the voice platform, by Twilio's official REST client: the same on Twilio's cloud and on the
 * engine, which differ in their origin only.
 */
import RequestClient from 'twilio/lib/base/RequestClient.js';
import type { CallListInstanceCreateOptions } from 'twilio/lib/rest/api/v2010/account/call.js';
import type { ParticipantListInstanceCreateOptions } from 'twilio/lib/rest/api/v2010/account/conference/participant.js';
import Twilio from 'twilio/lib/rest/Twilio.js';
import type { VoiceCredentials } from '../config/config.js';
import { RequestError } from '../errors.js';

const ANSWER_TIMEOUT_MS = 10_000;
const TWILIO = 'https://api.twilio.com';

/** What is changed about a participant. */
export interface ParticipantChange {
  hold?: boolean;
  /** Music or TwiML; the platform has music of its own without. */
  holdUrl?: string;
  holdMethod?: string;
  muted?: boolean;
  endConferenceOnExit?: boolean;
}

/** A caller in a queue. */
export interface WaitingCaller {
  leg: string;
  /** From 1. */
  position: number;
  waitedSeconds: number;
}

/** See the top of this file. Every method throws a `RequestError` when the platform refuses. */
export interface CallPlatform {
  /** Gives a leg other TwiML. */
  redirect(leg: string, to: { url: string } | { twiml: string }): Promise<void>;
  /** Ends a leg; one that has ended is left alone. */
  hangUp(leg: string): Promise<void>;
  /** Calls somebody, who is given the TwiML at the order's `url` once they answer; returns the leg. */
  ring(order: CallListInstanceCreateOptions): Promise<string>;
  /** The conference of this name that goes on, and the legs in it. */
  findConference(name: string): Promise<{ sid: string; legs: string[] } | undefined>;
  /** Calls somebody into a conference; returns the leg. */
  invite(conference: string, order: ParticipantListInstanceCreateOptions): Promise<string>;
  changeParticipant(conference: string, leg: string, change: ParticipantChange): Promise<void>;
  removeParticipant(conference: string, leg: string): Promise<void>;
  /** Records a leg, both sides; returns the recording. */
  startRecording(leg: string, statusCallback: string): Promise<string>;
  /** `of` is the leg or conference that it belongs to. */
  changeRecording(of: string, recording: string, status: 'paused' | 'in-progress' | 'stopped'): Promise<void>;
  /** The queues of the account, by name. */
  findQueues(): Promise<Map<string, { sid: string; size: number; averageWaitSeconds: number }>>;
  /** A caller who waits: by the SID of its call; `Front` names whoever is next. Undefined when it does not. */
  findWaiting(queue: string, leg: string): Promise<WaitingCaller | undefined>;
  /** The sound, or the range of it that is asked for, as the platform answers. */
  fetchRecording(recording: string, range: string | undefined): Promise<Response>;
  /** One that is gone already is no error. */
  removeRecording(recording: string): Promise<void>;
}

/** Twilio's client for the account, whose requests go to `origin`; to Twilio without. */
export function platformClient(credentials: VoiceCredentials, origin: string | undefined): Twilio {
  const { accountSid, apiKey, apiSecret } = credentials;
  return new Twilio(apiKey, apiSecret, { accountSid, httpClient: new PlatformRequests(origin) });
}

/** A platform that speaks Twilio's REST API. */
export function createCallPlatform(credentials: VoiceCredentials, origin: string | undefined): CallPlatform {
  const client = platformClient(credentials, origin);
  return {
    ...conferencesOf(client),
    ...queuesOf(client),
    ...recordingsOf(client, credentials, origin),
    async redirect(leg, to) {
      const change = 'url' in to ? { url: to.url, method: 'POST' as const } : to;
      await asked(async () => client.calls(leg).update(change));
    },
    async ring(order) {
      const { sid } = await asked(async () => client.calls.create(order));
      return sid;
    },
    hangUp: (leg) => asked(async () => client.calls(leg).update({ status: 'completed' }), 'may be gone'),
  };
}

function conferencesOf(
  client: Twilio,
): Pick<CallPlatform, 'findConference' | 'invite' | 'changeParticipant' | 'removeParticipant'> {
  const participant = (conference: string, leg: string) => client.conferences(conference).participants(leg);
  return {
    async findConference(name) {
      const [found] = await asked(async () => client.conferences.list({ friendlyName: name, limit: 1 }));
      if (found === undefined || found.status === 'completed') return undefined;
      const there = await asked(async () => client.conferences(found.sid).participants.list());
      return { sid: found.sid, legs: there.map(({ callSid }) => callSid) };
    },
    async invite(conference, order) {
      const { callSid } = await asked(async () => client.conferences(conference).participants.create(order));
      return callSid;
    },
    async changeParticipant(conference, leg, change) {
      await asked(async () => participant(conference, leg).update(change));
    },
    removeParticipant: (conference, leg) =>
      asked(async () => participant(conference, leg).remove(), 'may be gone'),
  };
}

function queuesOf(client: Twilio): Pick<CallPlatform, 'findQueues' | 'findWaiting'> {
  return {
    async findQueues() {
      const queues = await asked(async () => client.queues.list());
      return new Map(
        queues.map(({ friendlyName, sid, currentSize, averageWaitTime }) => [
          friendlyName,
          { sid, size: currentSize, averageWaitSeconds: averageWaitTime },
        ]),
      );
    },
    async findWaiting(queue, leg) {
      try {
        const { callSid, position, waitTime } = await client.queues(queue).members(leg).fetch();
        return { leg: callSid, position, waitedSeconds: waitTime };
      } catch (error) {
        if (error instanceof Error && 'status' in error && error.status === 404) return undefined;
        throw unreachable(error);
      }
    },
  };
}

function recordingsOf(
  client: Twilio,
  { accountSid, apiKey, apiSecret }: VoiceCredentials,
  origin = TWILIO,
): Pick<CallPlatform, 'startRecording' | 'changeRecording' | 'fetchRecording' | 'removeRecording'> {
  return {
    async startRecording(leg, statusCallback) {
      const { sid } = await asked(async () =>
        client.calls(leg).recordings.create({
          recordingChannels: 'dual',
          recordingStatusCallback: statusCallback,
          recordingStatusCallbackEvent: ['in-progress', 'completed', 'absent'],
        }),
      );
      return sid;
    },
    async changeRecording(of, recording, status) {
      const owner = of.startsWith('CF') ? client.conferences(of) : client.calls(of);
      await asked(async () => owner.recordings(recording).update({ status }));
    },
    async fetchRecording(recording, range) {
      const path = `/2010-04-01/Accounts/${accountSid}/Recordings/${recording}.wav`;
      const authorization = `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`;
      return fetch(`${origin}${path}`, {
        headers: { authorization, ...(range !== undefined && { range }) },
      }).catch((cause: unknown) => {
        throw unreachable(cause);
      });
    },
    removeRecording: (recording) => asked(async () => client.recordings(recording).remove(), 'may be gone'),
  };
}

async function asked<T>(ask: () => Promise<T>): Promise<T>;
async function asked(ask: () => Promise<unknown>, gone: 'may be gone'): Promise<void>;
async function asked<T>(ask: () => Promise<T>, gone?: 'may be gone'): Promise<T | undefined> {
  try {
    return await ask();
  } catch (cause) {
    const status = cause instanceof Error && 'status' in cause ? Number(cause.status) : 0;
    const isGone = status === 404 || (cause instanceof Error && 'code' in cause && cause.code === 21_220);
    if (isGone && gone !== undefined) return undefined;
    if (status >= 400 && status < 500) {
      const message = 'The voice platform does not do this in the present state of the call.';
      throw new RequestError(409, 'not-possible', message, { cause });
    }
    throw unreachable(cause);
  }
}

function unreachable(cause: unknown): RequestError {
  return new RequestError(502, 'platform-unreachable', 'The voice platform does not answer. Try again.', {
    cause,
  });
}

/** The library's own requests, sent to another origin where there is one. */
class PlatformRequests extends RequestClient {
  readonly #origin: string | undefined;

  constructor(origin: string | undefined) {
    super({ timeout: ANSWER_TIMEOUT_MS, keepAlive: false });
    this.#origin = origin;
  }

  override request: RequestClient['request'] = (options) => {
    const { pathname, search } = new URL(options.uri);
    const uri = this.#origin === undefined ? options.uri : `${this.#origin}${pathname}${search}`;
    return super.request({ ...options, uri });
  };
}
