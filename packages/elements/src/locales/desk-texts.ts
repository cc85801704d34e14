import type { AgentStatus, CallMoment, ControlFailure, PresenceStatus } from '@offhook/contract';
import type { CallWeakness } from '../call-weakness.js';
import type { TransferWay } from '../phone-transfer.js';
import type { ShortcutAction } from '../phone-shortcuts.js';

/** What only an agent's phone says. */
export interface DeskTexts {
  readonly status: string;
  readonly statuses: Readonly<Record<PresenceStatus, string>>;
  /** What a chosen status does; absent for those that need no word. */
  readonly statusNotes: Readonly<Partial<Record<AgentStatus, string>>>;
  readonly readyAgain: string;

  readonly mayMissCalls: string;
  readonly cannotRingAloud: string;
  readonly cannotRingAloudElsewhere: string;
  readonly wasAsleep: (from: string, to: string) => string;
  readonly otherTab: string;

  readonly views: string;
  readonly dial: string;
  readonly calls: string;
  readonly team: string;
  readonly lists: string;
  readonly all: string;
  readonly missed: string;
  readonly callbacks: string;
  readonly search: string;
  readonly searchTeam: string;
  readonly nothingFound: string;
  readonly nothingMissed: string;
  readonly noCallbacks: string;
  readonly more: string;
  readonly back: string;
  readonly callBack: string;
  readonly callBackTo: (name: string) => string;
  readonly settle: string;
  readonly settled: string;
  readonly takenBy: (name: string) => string;
  readonly wishes: (from: string, to: string) => string;
  readonly listFailed: string;

  readonly waiting: string;
  readonly waitingCount: (count: number) => string;
  readonly longestWait: (time: string) => string;
  readonly takeNext: string;

  readonly voicemail: string;
  readonly noVoicemail: string;
  readonly removeMessage: (name: string) => string;
  readonly play: string;
  readonly recordings: string;
  readonly recordingSound: string;
  readonly soundFailed: string;

  readonly timeline: string;
  readonly moments: Readonly<Record<CallMoment['what'], (party: string) => string>>;
  readonly startedAt: string;
  readonly length: string;
  readonly line: string;
  readonly rating: string;
  readonly stars: (score: number) => string;
  readonly quality: string;
  readonly lostPercent: (percent: string) => string;
  readonly jitterMs: (ms: string) => string;
  readonly delayMs: (ms: string) => string;

  readonly caller: string;
  readonly page: string;
  readonly address: string;
  readonly customer: string;
  readonly reference: string;
  readonly verified: string;
  readonly unverified: string;
  readonly earlierCalls: string;
  readonly firstCall: string;
  readonly note: string;
  readonly notesOf: (name: string) => string;
  readonly notePlaceholder: string;
  readonly noteSaving: string;
  readonly noteSaved: string;
  readonly noteFailed: string;

  readonly hold: string;
  readonly onHold: string;
  readonly transfer: string;
  readonly transferTo: string;
  readonly transferWays: Readonly<Record<TransferWay, string>>;
  readonly completeTransfer: string;
  readonly cancelTransfer: string;
  readonly record: string;
  readonly recording: string;
  readonly parties: string;
  readonly present: string;
  readonly removeParty: (name: string) => string;
  /** Somebody who was wanted in the call did not come. */
  readonly failures: Readonly<Record<ControlFailure, (name: string) => string>>;
  readonly transferredBy: (name: string) => string;
  readonly cameBack: (name: string) => string;

  readonly secondCall: string;
  readonly callWaiting: string;
  readonly callWaitingFrom: (name: string) => string;
  readonly holdAndAnswer: string;
  readonly ignore: string;
  readonly isOnHold: (name: string) => string;
  readonly swap: string;
  readonly swapTo: (name: string) => string;
  readonly endWith: (name: string) => string;

  readonly callerId: string;
  readonly redial: (name: string) => string;
  readonly weakness: Readonly<Record<CallWeakness, string>>;

  readonly settings: string;
  readonly sound: string;
  readonly echoCancellation: string;
  readonly noiseSuppression: string;
  readonly autoGainControl: string;
  readonly testRing: string;
  readonly notifications: string;
  readonly notificationsOn: string;
  readonly notificationsAllow: string;
  readonly notificationsBlocked: string;
  readonly wrapUp: string;
  readonly wrapUpNone: string;
  readonly wrapUpSeconds: (seconds: number) => string;
  readonly keyboard: string;
  readonly shortcutsOn: string;
  readonly shortcuts: Readonly<Record<ShortcutAction, string>>;
}
