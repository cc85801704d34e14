import type { AudioChoice, PhoneState } from '@offhook/client';

/** What the parts of the phone ask for. Requests bubble up, state comes down as properties. */
export interface PhoneRequests {
  'phone-dial': { to: string };
  'phone-entry': { text: string };
  'phone-key': { key: string };
  'phone-silence': undefined;
  'phone-mute': { on: boolean };
  'phone-keypad': { open: boolean };
  'phone-devices': { open: boolean };
  'phone-audio': AudioChoice;
  'phone-identity': { identity: string };
  'phone-sign-in': { identity: string; password: string };
  'phone-sign-out': undefined;
}

/** What the elements tell the page. */
export interface PageEvents {
  /** The phone's state changed. */
  'offhook-statechange': PhoneState;
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

/** Tells the page around the element. */
export function tellPage<Name extends keyof PageEvents>(
  from: HTMLElement,
  name: Name,
  detail: PageEvents[Name],
): void {
  from.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
}
