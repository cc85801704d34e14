import type { ProblemCode } from '@offhook/client';
import type { ButtonTexts } from './button-texts.js';
import type { DeskTexts } from './desk-texts.js';

/** Every sentence and label of the interface. A locale that lacks one does not compile. */
export interface Texts {
  /** BCP 47 tag, for dates and numbers. */
  readonly language: string;

  readonly call: string;
  readonly callUs: string;
  readonly callName: (name: string) => string;
  readonly callAgain: string;
  readonly cancel: string;
  readonly end: string;
  readonly answer: string;
  readonly decline: string;
  readonly silence: string;
  readonly mute: string;
  readonly keypad: string;
  readonly devices: string;
  readonly close: string;
  readonly details: string;
  readonly retryNow: string;

  readonly offline: string;
  readonly retryingIn: (seconds: number) => string;
  readonly connecting: string;
  readonly ready: string;
  readonly allowMicrophone: string;
  readonly allowMicrophoneHint: string;
  readonly calling: (name: string) => string;
  readonly ringing: string;
  readonly incomingFrom: (name: string) => string;
  readonly inCall: string;
  readonly muted: string;
  readonly reconnecting: string;
  readonly ended: string;
  readonly busy: string;
  readonly noAnswer: string;
  readonly declined: string;
  readonly canceled: string;
  readonly stoppedRinging: string;
  readonly failed: string;

  readonly problems: Readonly<Record<ProblemCode, string>>;
  readonly tryAgainIn: (seconds: number) => string;
  readonly code: (code: number | string) => string;

  readonly phone: string;
  readonly signedInAs: (name: string) => string;
  readonly chooseIdentity: string;
  readonly chooseIdentityHint: string;
  readonly identity: string;
  readonly identityRule: string;
  readonly start: string;
  readonly signIn: string;
  readonly signInHint: string;
  readonly signOut: string;
  readonly password: string;
  /** Says that identities are free to choose. */
  readonly openSignIn: string;
  readonly useAnotherIdentity: string;
  readonly numberOrName: string;
  readonly numberOrNameHint: string;
  readonly numberInvalid: string;
  readonly deleteLast: string;
  readonly digitsSent: string;
  readonly clickForSound: string;
  readonly visitor: string;
  readonly unknownCaller: string;
  readonly people: string;
  readonly destinations: string;
  readonly recentCalls: string;
  readonly noCallsYet: string;
  readonly incoming: string;
  readonly outgoing: string;
  readonly microphone: string;
  readonly speaker: string;
  readonly ringOn: string;
  readonly systemDefault: string;
  readonly deviceNumber: (number: number) => string;
  /** What only an agent's phone says. */
  readonly desk: DeskTexts;
  /** What only the call button says. */
  readonly button: ButtonTexts;
}
