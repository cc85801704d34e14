import type { PreflightFault } from '@offhook/client';
import type { RatingIssue } from '@offhook/contract';

/** What only the call button says: around the call, the form for a call back, and the connection test. */
export interface ButtonTexts {
  readonly audio: string;
  readonly allowMicrophoneWhy: string;
  readonly microphoneFound: string;
  readonly recorded: string;
  /** From 1. */
  readonly queuePosition: (position: number) => string;
  readonly beforeTheCall: string;
  /** Where the server has no words of its own in this language. */
  readonly recordingConsent: string;
  readonly agreeAndCall: string;
  readonly readyToCall: string;

  readonly rate: string;
  readonly stars: (count: number) => string;
  readonly whatWasWrong: string;
  readonly nothingInParticular: string;
  readonly issues: Readonly<Record<RatingIssue, string>>;
  readonly thanksForRating: string;

  readonly requestCallback: string;
  readonly callbackIntro: string;
  readonly yourName: string;
  readonly yourNumber: string;
  readonly yourNumberHint: string;
  readonly numberInvalid: string;
  readonly earliestTime: string;
  readonly asSoonAsPossible: string;
  readonly note: string;
  readonly optional: string;
  readonly send: string;
  readonly sending: string;
  readonly back: string;
  readonly fieldRequired: string;
  readonly callbackReceived: (number: string) => string;

  readonly testConnection: string;
  readonly testIntro: string;
  readonly startTest: string;
  readonly speakNow: string;
  readonly playingBack: string;
  readonly testingNetwork: string;
  readonly testAgain: string;
  readonly microphoneResult: { readonly heard: string; readonly silent: string };
  readonly playAgain: string;
  readonly verdicts: {
    readonly good: string;
    readonly poor: string;
    readonly 'udp-blocked': string;
    readonly failed: string;
    readonly 'microphone-only': string;
  };
  readonly advice: {
    readonly good: string;
    readonly faults: Readonly<Record<PreflightFault, string>>;
    readonly 'udp-blocked': string;
  };
  readonly figures: {
    readonly roundTrip: (ms: number) => string;
    readonly jitter: (ms: number) => string;
    readonly loss: (percent: number) => string;
  };
}
