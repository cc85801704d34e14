/** The TwiML and the addresses by which calls are controlled. */
import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import { addDial } from '../call-flow/twiml-documents.js';
import type { ServerConfig } from '../config/config.js';
import type { StoredCall } from '../stores/call-record-store.js';
import type { TransferDial } from './control-state.js';

/** What Twilio's own wait music is made of; the engine has music of its own. */
const TWILIO_MUSIC = 'http://com.twilio.sounds.music.s3.amazonaws.com/ClockworkWaltz.mp3';

/** Where reports about one call go. */
export class ControlAddresses {
  readonly #publicUrl: string;
  readonly #query: string;

  /** `nonce` is the call's own; see callback-nonce.ts. */
  constructor({ publicUrl }: Pick<ServerConfig, 'publicUrl'>, sid: string, nonce: string) {
    this.#publicUrl = publicUrl;
    this.#query = `call=${nonce}&of=${sid}`;
  }

  /** `of` says which record a leg belongs to that was not dialled by the caller's own. */
  get status(): string {
    return this.#at('status');
  }

  get conference(): string {
    return this.#at('conference');
  }

  get transfer(): string {
    return this.#at('transfer');
  }

  get transferDone(): string {
    return this.#at('transfer-done');
  }

  /** What somebody hears who was set aside. */
  get aside(): string {
    return this.#at('aside');
  }

  /** Where somebody goes on whom nobody came back to. */
  get sentOn(): string {
    return this.#at('sent-on');
  }

  get voicemailDone(): string {
    return this.#at('voicemail-done');
  }

  get queueWait(): string {
    return this.#at('queue-wait');
  }

  get queueLeft(): string {
    return this.#at('queue-left');
  }

  get queueTaken(): string {
    return this.#at('queue-taken');
  }

  /** An agent who was rung, and has answered, is about to be connected. */
  queueMet(agent: string): string {
    return `${this.#at('queue-met')}&agent=${agent}`;
  }

  /** An agent who is rung for the caller has answered. */
  queueAnswer(offer: string): string {
    return `${this.#at('queue-answer')}&offer=${offer}`;
  }

  /** An agent who was rung for the caller rings no more, or talks no more. */
  queueRing(offer: string): string {
    return `${this.#at('queue-ring')}&offer=${offer}`;
  }

  get recording(): string {
    return this.#at('recording');
  }

  #at(name: string): string {
    return `${this.#publicUrl}/voice/${name}?${this.#query}`;
  }
}

/** The conference of a call; each upgrade has a new one. */
export function roomName(sid: string, room: number): string {
  return `offhook-${sid}-${room}`;
}

/** The number of the room; undefined when the name is not of this call. */
export function roomOf(sid: string, name: string): number | undefined {
  const prefix = `offhook-${sid}-`;
  const number = name.startsWith(prefix) ? Number(name.slice(prefix.length)) : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}

/** Both ends of a call come here when it is upgraded, and hear nothing until they meet. */
export function conferenceDocument(
  addresses: ControlAddresses,
  {
    name,
    timeLimitSeconds,
    isRecorded,
  }: { name: string; timeLimitSeconds: number | undefined; isRecorded: boolean },
): string {
  const response = new VoiceResponse();
  const dial = response.dial(timeLimitSeconds === undefined ? {} : { timeLimit: timeLimitSeconds });
  dial.conference(
    {
      beep: 'false',
      startConferenceOnEnter: true,
      endConferenceOnExit: true,
      waitUrl: '',
      statusCallback: addresses.conference,
      statusCallbackEvent: ['start', 'end', 'join', 'leave'],
      ...(isRecorded && {
        record: 'record-from-start',
        recordingStatusCallback: addresses.recording,
        recordingStatusCallbackEvent: ['in-progress', 'completed', 'absent'],
      }),
    },
    name,
  );
  return response.toString();
}

/** Music for somebody who was set aside; asked for again when it is over. */
export function asideDocument(addresses: ControlAddresses, music: string): string {
  const response = new VoiceResponse();
  response.play(music);
  response.redirect({ method: 'POST' }, addresses.aside);
  return response.toString();
}

/** A sound for those who wait. */
export function musicOf({ holdMusic, publicUrl, voice }: ServerConfig): string {
  if (holdMusic !== undefined) return holdMusic;
  return voice.mode === 'engine' ? `${publicUrl}${voice.soundsPath}/hold-music.wav` : TWILIO_MUSIC;
}

/** Rings whom a call is transferred to, or again the agent who transferred it. */
export function transferDocument(
  addresses: ControlAddresses,
  dial: TransferDial,
  { parameters, isRecorded }: { parameters: Readonly<Record<string, string>>; isRecorded: boolean },
): string {
  const response = new VoiceResponse();
  addDial(response, dial, {
    ...(isRecorded && { recordTo: addresses.recording }),
    action: addresses.transferDone,
    statusCallback: addresses.status,
    parameters,
  });
  return response.toString();
}

/**
 * Whether the call goes on being recorded when it changes: its destination wants it, no agent has put an end to it, and
 * the caller's leg is not recorded as a whole, as it is since it was taken from a queue.
 */
export function recordsCalls(
  { destinations }: ServerConfig,
  { destination, progress: { control, queue } }: StoredCall,
): boolean {
  if (control?.isRecordingOff === true) return false;
  if (queue?.state === 'taken' && queue.isRecorded === true) return false;
  return destination !== undefined && destinations[destination]?.record === 'on';
}

/** How long a call may go on, in seconds; undefined: as long as it likes. */
export function secondsLeft(config: ServerConfig, call: StoredCall, now: number): number | undefined {
  const destination = call.destination === undefined ? undefined : config.destinations[call.destination];
  const { legs } = call.progress;
  const dialled = Object.values(legs).some(
    ({ to, answeredAt }) => answeredAt !== undefined && to?.startsWith('+'),
  );
  const limits = [destination?.maxMinutes, dialled ? config.policy.maxMinutes : undefined];
  const minutes = Math.min(...limits.map((limit) => limit ?? Number.POSITIVE_INFINITY));
  if (!Number.isFinite(minutes)) return undefined;
  const answered = Object.values(legs).map(({ answeredAt }) => answeredAt ?? now);
  const elapsed = Math.floor((now - Math.min(now, ...answered)) / 1000);
  return Math.max(1, minutes * 60 - elapsed);
}
