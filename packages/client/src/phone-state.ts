/**
 * The life of a phone as one pure function. Everything a user interface shows follows from the state;
 * everything that happens is an event.
 *
 *                start                registered
 *     offline ───────────► registering ─────────► ready ◄───────────────── reset ──────────────┐
 *        ▲ ▲                 │     ▲   line-lost   │ │                                         │
 *        │ └─── went-offline ┘     └───────────────┘ │ incoming                                │
 *        └────────────── went-offline ───────────────┤                                         │
 *                                              dial  │   ┌──────────► incoming ──────┐         │
 *                                                    ▼   │ microphone-failed │answer │         │
 *                     asking-for-microphone ◄──► connecting ◄────────────────┘       │         │
 *                                │                   │  │                            │         │
 *                                │                   │  └► ringing ──► in-call       │         │
 *                                │                   │        │     answered │       │         │
 *                                └───────────────────┴────────┴── ended ─────┴───────┴──► ended┘
 *
 * `ended` also accepts `dial` and `incoming`, so that nobody has to wait for it to pass.
 */
import type { PhoneProblem } from './errors.js';
import type { CallEnd } from './voice-error.js';

/** The call that a state is about. */
export interface PhoneCall {
  readonly direction: 'outgoing' | 'incoming';
  /** The other party: what was dialed (`client:bob`, `+1617…`, `destination:support`) or who calls. */
  readonly party: string;
  /** The platform's call SID, once known. */
  readonly sid?: string | undefined;
  /** Custom parameters of an incoming call. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Every state of a phone. */
export type PhoneState =
  | {
      readonly name: 'offline';
      readonly problem?: PhoneProblem | undefined;
      readonly retryInSeconds?: number | undefined;
    }
  | { readonly name: 'registering' }
  | { readonly name: 'ready'; readonly problem?: PhoneProblem | undefined }
  | { readonly name: 'asking-for-microphone'; readonly call: PhoneCall }
  | { readonly name: 'connecting'; readonly call: PhoneCall }
  | { readonly name: 'ringing'; readonly call: PhoneCall; readonly earlyMedia: boolean }
  | {
      readonly name: 'incoming';
      readonly call: PhoneCall;
      readonly silenced: boolean;
      readonly problem?: PhoneProblem | undefined;
    }
  | {
      readonly name: 'in-call';
      readonly call: PhoneCall;
      readonly muted: boolean;
      readonly reconnecting: boolean;
    }
  | {
      readonly name: 'ended';
      readonly call: PhoneCall;
      readonly end: CallEnd;
      /** Length of the conversation; absent when nobody answered. */
      readonly seconds?: number | undefined;
      readonly problem?: PhoneProblem | undefined;
    };

/** Everything that can happen to a phone. */
export type PhoneEvent =
  | { readonly type: 'start' }
  | { readonly type: 'registered' }
  | { readonly type: 'line-lost' }
  | {
      readonly type: 'went-offline';
      readonly problem?: PhoneProblem | undefined;
      readonly retryInSeconds?: number | undefined;
    }
  | { readonly type: 'dial'; readonly to: string }
  | { readonly type: 'microphone-prompted' }
  | { readonly type: 'microphone-allowed' }
  | { readonly type: 'microphone-failed'; readonly problem: PhoneProblem }
  | { readonly type: 'ringing'; readonly sid?: string | undefined; readonly earlyMedia: boolean }
  | { readonly type: 'answered'; readonly sid?: string | undefined }
  | {
      readonly type: 'incoming';
      readonly from: string;
      readonly sid?: string | undefined;
      readonly parameters: Readonly<Record<string, string>>;
    }
  | { readonly type: 'silence' }
  | { readonly type: 'answer' }
  | { readonly type: 'muted'; readonly on: boolean }
  | { readonly type: 'reconnecting' }
  | { readonly type: 'reconnected' }
  | {
      readonly type: 'ended';
      readonly end: CallEnd;
      readonly seconds?: number | undefined;
      readonly problem?: PhoneProblem | undefined;
    }
  | {
      readonly type: 'end-known';
      readonly end: CallEnd;
      readonly problem?: PhoneProblem | undefined;
    }
  | { readonly type: 'reset'; readonly registered: boolean }
  | { readonly type: 'dismiss' };

/** The state after `event`. An event that means nothing in `state` returns the same object. */
export function transition(state: PhoneState, event: PhoneEvent): PhoneState {
  switch (event.type) {
    case 'start':
    case 'registered':
    case 'line-lost':
    case 'went-offline':
      return registrationTransition(state, event);
    case 'microphone-prompted':
    case 'microphone-allowed':
    case 'microphone-failed':
      return microphoneTransition(state, event);
    case 'muted':
    case 'reconnecting':
    case 'reconnected':
      return conversationTransition(state, event);
    case 'dial':
    case 'incoming':
    case 'silence':
    case 'answer':
    case 'ringing':
    case 'answered':
      return setUpTransition(state, event);
    case 'ended':
    case 'end-known':
    case 'reset':
    case 'dismiss':
      break;
  }
  return endTransition(state, event);
}

type EventOf<Type extends PhoneEvent['type']> = Extract<PhoneEvent, { type: Type }>;

function registrationTransition(
  state: PhoneState,
  event: EventOf<'start' | 'registered' | 'line-lost' | 'went-offline'>,
): PhoneState {
  if (state.name !== 'offline' && state.name !== 'registering' && state.name !== 'ready') return state;
  switch (event.type) {
    case 'start':
      return state.name === 'offline' ? { name: 'registering' } : state;
    case 'registered':
      return state.name === 'ready' ? state : { name: 'ready' };
    case 'line-lost':
      return state.name === 'registering' ? state : { name: 'registering' };
    case 'went-offline':
      break;
  }
  return { name: 'offline', problem: event.problem, retryInSeconds: event.retryInSeconds };
}

function setUpTransition(
  state: PhoneState,
  event: EventOf<'dial' | 'incoming' | 'silence' | 'answer' | 'ringing' | 'answered'>,
): PhoneState {
  switch (event.type) {
    case 'dial':
      if (state.name !== 'ready' && state.name !== 'ended') break;
      return { name: 'connecting', call: { direction: 'outgoing', party: event.to, parameters: {} } };
    case 'incoming': {
      if (state.name !== 'ready' && state.name !== 'registering' && state.name !== 'ended') break;
      const { from, sid, parameters } = event;
      const call = { direction: 'incoming', party: from, sid, parameters } as const;
      return { name: 'incoming', call, silenced: false };
    }
    case 'silence':
      return state.name === 'incoming' ? { ...state, silenced: true } : state;
    case 'answer':
      return state.name === 'incoming' ? { name: 'connecting', call: state.call } : state;
    case 'ringing':
      if (state.name !== 'connecting' && state.name !== 'ringing') break;
      return { name: 'ringing', call: withSid(state.call, event.sid), earlyMedia: event.earlyMedia };
    case 'answered':
      if (state.name !== 'connecting' && state.name !== 'ringing') break;
      return { name: 'in-call', call: withSid(state.call, event.sid), muted: false, reconnecting: false };
  }
  return state;
}

function microphoneTransition(
  state: PhoneState,
  event: EventOf<'microphone-prompted' | 'microphone-allowed' | 'microphone-failed'>,
): PhoneState {
  if (state.name !== 'connecting' && state.name !== 'asking-for-microphone') return state;
  const { call } = state;
  switch (event.type) {
    case 'microphone-prompted':
      return state.name === 'asking-for-microphone' ? state : { name: 'asking-for-microphone', call };
    case 'microphone-allowed':
      return state.name === 'connecting' ? state : { name: 'connecting', call };
    case 'microphone-failed':
      break;
  }
  // An incoming call keeps ringing: the person can allow the microphone and answer again.
  return call.direction === 'incoming'
    ? { name: 'incoming', call, silenced: true, problem: event.problem }
    : { name: 'ended', call, end: 'failed', problem: event.problem };
}

function conversationTransition(
  state: PhoneState,
  event: EventOf<'muted' | 'reconnecting' | 'reconnected'>,
): PhoneState {
  if (state.name !== 'in-call') return state;
  if (event.type === 'muted') return state.muted === event.on ? state : { ...state, muted: event.on };
  const reconnecting = event.type === 'reconnecting';
  return state.reconnecting === reconnecting ? state : { ...state, reconnecting };
}

function endTransition(
  state: PhoneState,
  event: EventOf<'ended' | 'end-known' | 'reset' | 'dismiss'>,
): PhoneState {
  switch (event.type) {
    case 'ended': {
      if (!('call' in state) || state.name === 'ended') break;
      const { end, seconds, problem } = event;
      return { name: 'ended', call: state.call, end, seconds, problem };
    }
    case 'end-known':
      if (state.name !== 'ended' || state.end !== 'ended') break;
      return { ...state, end: event.end, problem: event.problem };
    case 'reset':
      if (state.name !== 'ended') break;
      // A problem outlives the call: it has to be read.
      return event.registered ? { name: 'ready', problem: state.problem } : { name: 'registering' };
    case 'dismiss':
      return state.name === 'ready' && state.problem ? { name: 'ready' } : state;
  }
  return state;
}

function withSid(call: PhoneCall, sid: string | undefined): PhoneCall {
  return sid === undefined ? call : { ...call, sid };
}
