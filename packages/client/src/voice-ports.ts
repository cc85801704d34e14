/**
 * What `Phone` needs from the outside world. `voice-device.ts`, `backend-client.ts`, `microphone.ts` and
 * `tones.ts` are the real ones; the folder `testing` has stand-ins.
 */
import type {
  Availability,
  CallControl,
  CallbackReceipt,
  CallbackRequestForm,
  CallOutcome,
  CallRecord,
  LiveEvent,
  PresenceReply,
  PresenceReport,
  QueueInfo,
  QueuePlace,
  Rating,
  SessionReply,
  TokenReply,
  TokenRequest,
  Voicemail,
  VoiceHosts,
} from '@offhook/contract';
import type { TypedEventTarget } from './typed-event-target.js';
import type { ToneName } from './tones.js';
import type { VoiceError } from './voice-error.js';

/** The devices a person chose; absent means the browser's default. */
export interface AudioChoice {
  readonly inputId?: string | undefined;
  readonly outputId?: string | undefined;
  readonly ringtoneOutputId?: string | undefined;
  /** What the browser does to the microphone's sound; absent means that it does. */
  readonly echoCancellation?: boolean | undefined;
  readonly noiseSuppression?: boolean | undefined;
  readonly autoGainControl?: boolean | undefined;
}

/** What a voice call reports. */
export interface VoiceCallEvents {
  /** The far end rings; `earlyMedia` says that the network already plays the ringback. */
  ringing: { earlyMedia: boolean };
  accepted: undefined;
  muted: boolean;
  /** How loud both sides are, from 0 to 1, many times a second. */
  levels: { input: number; output: number };
  /** The SDK's names of what the call suffers from at the moment, such as `high-jitter`. */
  warnings: readonly string[];
  reconnecting: undefined;
  reconnected: undefined;
  /** The last event of a call. `canceled` is an incoming call that stopped ringing. */
  ended: { error?: VoiceError | undefined; canceled?: boolean; deviceIsUnusable?: boolean };
}

/** One call on a voice device. */
export interface VoiceCall extends TypedEventTarget<VoiceCallEvents> {
  /** The platform's call SID, known from the first ringing or answer on. */
  readonly sid: string | undefined;
  /** The calling party as the platform writes it: `client:alice` or an E.164 number. */
  readonly from: string;
  /** Custom parameters of an incoming call. */
  readonly parameters: Readonly<Record<string, string>>;
  /** With it another device of the same person can take the call. */
  readonly connectToken: string | undefined;
  accept(): void;
  reject(): void;
  disconnect(): void;
  mute(on: boolean): void;
  /** `0`-`9`, `*`, `#`; `w` is a pause of 500 ms. */
  sendDigits(digits: string): void;
  /** Tells the voice platform what the person thought of the call. */
  rate(rating: Rating): void;
}

/** What a voice device reports. */
export interface VoiceDeviceEvents {
  registered: undefined;
  unregistered: undefined;
  tokenWillExpire: undefined;
  incoming: VoiceCall;
  error: VoiceError;
}

/** The browser's end of the voice platform. */
export interface VoiceDevice extends TypedEventTarget<VoiceDeviceEvents> {
  /** Whether it has a call, and so cannot have another. */
  readonly isBusy: boolean;
  /** Resolves once calls can arrive. Throws `VoiceError` when the platform refuses. */
  register(): Promise<void>;
  /** Resolves once signaling took the call. Throws `VoiceError` when the platform refuses the token. */
  connect(params: Readonly<Record<string, string>>): Promise<VoiceCall>;
  /** Answers, or takes over, a call that came to another device. Throws `VoiceError` when that is not possible. */
  take(connectToken: string): Promise<VoiceCall>;
  updateToken(token: string): void;
  useAudio(choice: AudioChoice): Promise<void>;
  /** Ends every call, closes signaling and stops every microphone track. */
  destroy(): void;
}

/** How a voice device is opened. */
export interface VoiceDeviceOptions {
  readonly token: string;
  /** Life of the token in seconds. */
  readonly ttlSeconds: number;
  readonly voice: VoiceHosts;
  /** Paths in `voice` are resolved against it. */
  readonly server: string;
  /** Warn before the page is left during a call. */
  readonly closeProtection: boolean;
  readonly audio: AudioChoice;
}

/** Opens a voice device. */
export type OpenVoiceDevice = (options: VoiceDeviceOptions) => Promise<VoiceDevice>;

/** Offhook's own server. Every method throws `ClientError`. */
export interface Backend {
  readonly server: string;
  session(signal?: AbortSignal): Promise<SessionReply>;
  token(request: TokenRequest, signal?: AbortSignal): Promise<TokenReply>;
  /** Ends the session, for every tab that shares it. */
  signOut(signal?: AbortSignal): Promise<void>;
  calls(signal?: AbortSignal): Promise<CallRecord[]>;
  outcome(callSid: string, signal?: AbortSignal): Promise<CallOutcome>;
  /** Keeps the rating with the call's record; `latest` names the session's newest call. */
  rate(callSid: string, rating: Rating, signal?: AbortSignal): Promise<void>;
  /** Whether a destination takes calls now. */
  availability(destination: string, signal?: AbortSignal): Promise<Availability>;
  requestCallback(form: CallbackRequestForm, signal?: AbortSignal): Promise<CallbackReceipt>;
  /** Says that this phone can ring, and what the agent does; resolves with the status that holds for the agent. */
  reportPresence(report: PresenceReport, signal?: AbortSignal): Promise<PresenceReply>;
  /** The parties of a call that is up, and what can be done with it. */
  callControl(callSid: string, signal?: AbortSignal): Promise<CallControl>;
  /** Controls a call: `action` is the path below it, such as `hold` or `consult/complete`. */
  controlCall(callSid: string, action: string, body: object, signal?: AbortSignal): Promise<CallControl>;
  /** Messages for the destinations that ring this agent, newest first. */
  voicemails(signal?: AbortSignal): Promise<Voicemail[]>;
  /** The sound of a recording (WAV). */
  recording(recordingSid: string, signal?: AbortSignal): Promise<Blob>;
  removeRecording(recordingSid: string, signal?: AbortSignal): Promise<void>;
  /** The queues that this agent serves. */
  queues(signal?: AbortSignal): Promise<QueueInfo[]>;
  /** Where a call waits; undefined when it does not. */
  queuePlace(callSid: string, signal?: AbortSignal): Promise<QueuePlace | undefined>;
  /** What happens, as it happens, until the server or `signal` ends it. */
  liveEvents(signal: AbortSignal): AsyncIterable<LiveEvent>;
}

/** Looks at the microphone before a call. */
export interface MicrophoneCheck {
  /**
   * Resolves when a call may use the microphone. `onPrompt` is called when the browser has to ask the person
   * first, and waited for. Throws `ClientError` with one of the microphone codes.
   */
  check(onPrompt: () => void | Promise<void>, signal: AbortSignal): Promise<void>;
}

/** Plays one generated tone at a time. */
export interface TonePlayer {
  play(name: ToneName, outputId?: string): void;
  stop(): void;
  close(): void;
}
