import type { AudioChoice, CallEnd, PhoneState, ProblemCode } from '@offhook/client';
import type { AgentStatus, CallbackReceipt, Rating } from '@offhook/contract';
import type { ConfigurationFault } from './configuration-fault.js';
import type { CallPanel } from './phone-call-controls.js';
import type { PhonePreferences } from './phone-preferences.js';
import type { TransferWay } from './phone-transfer.js';

/** What can be done with a call by one press. */
type ControlName =
  | 'hold'
  | 'resume'
  | 'startRecording'
  | 'stopRecording'
  | 'completeConsult'
  | 'cancelConsult'
  | 'removeParty';

/** What can be done with the call beside the one in which the agent talks. */
export type SecondCallCommand = 'answerSecond' | 'ignoreSecond' | 'endSecond' | 'swap' | 'dismiss';

/** What the parts of the phone ask for. Requests bubble up, state comes down as properties. */
export interface PhoneRequests {
  'phone-dial': { to: string };
  'phone-entry': { text: string };
  'phone-key': { key: string };
  'phone-silence': undefined;
  'phone-mute': { on: boolean };
  'phone-panel': { panel: CallPanel };
  /** A command of the call's control, with the party it is about. */
  'phone-control': { name: ControlName; party?: string };
  'phone-second': { name: SecondCallCommand };
  /** The button that had the focus is gone. */
  'phone-focus': undefined;
  'phone-transfer': { way: TransferWay; to: string };
  'phone-audio': AudioChoice;
  'phone-status': { status: AgentStatus };
  'phone-note': { sid: string; text: string };
  'phone-search': { text: string };
  'phone-more': undefined;
  /** Opens a past call; without a SID, goes back to the list. */
  'phone-call-detail': { sid: string | undefined };
  'phone-settle': { id: string };
  /** Deletes a message for good. */
  'phone-remove-message': { sid: string };
  'phone-preference': Partial<PhonePreferences>;
  'phone-test-ring': undefined;
  'phone-settings': undefined;
  'phone-identity': { identity: string };
  'phone-sign-in': { identity: string; password: string };
  'phone-sign-out': undefined;
  /** Between the parts of the call button. */
  'panel-announce': { text: string; urgent: boolean };
  'panel-open': undefined;
  'panel-close': undefined;
  'panel-rating': Rating;
  'panel-callback': CallbackReceipt;
  'panel-back': undefined;
}

/** How a call button's call ended. */
export interface CallEndDetail {
  readonly destination: string;
  /** `completed`, `busy`, `no-answer`, `declined`, `canceled`, `failed`, or `ended` where nobody knows more. */
  readonly end: CallEnd;
  readonly callSid?: string;
  /** Length of the conversation; absent when nobody answered. */
  readonly seconds?: number;
  /** Why it failed. */
  readonly problem?: ProblemCode;
}

/** What a visitor thought of a call. */
export interface RatingDetail extends Rating {
  readonly destination: string;
  readonly callSid?: string;
}

/** What the elements tell the page. */
export interface PageEvents {
  /** The phone's state changed. */
  'offhook-statechange': PhoneState;
  /** The panel of a call button opened, or closed. */
  'offhook-open': { destination: string };
  'offhook-close': { destination: string };
  /** A call button begins a call. */
  'offhook-call': { destination: string };
  /** A call button's call ended. */
  'offhook-end': CallEndDetail;
  /** The visitor rated the call. */
  'offhook-rating': RatingDetail;
  /** The visitor asked for a call back. */
  'offhook-callback': { destination: string; id: string };
  /** The page's markup is wrong; told once. */
  'offhook-error': ConfigurationFault;
  /** The person chose who to be. */
  'offhook-identity': { identity: string };
}

/** Sends a request up to the element around; it does not leave that element's shadow root. */
export function request<Name extends keyof PhoneRequests>(
  from: HTMLElement,
  name: Name,
  detail: PhoneRequests[Name],
): void {
  from.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
}

/** Hands a request of an element's own parts on to the element around it. */
export function relay(from: HTMLElement): (event: Event) => void {
  return (event) => {
    const { type, detail } = event as CustomEvent<unknown>;
    from.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  };
}

/** Tells the page around the element. */
export function tellPage<Name extends keyof PageEvents>(
  from: HTMLElement,
  name: Name,
  detail: PageEvents[Name],
): void {
  from.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
}
