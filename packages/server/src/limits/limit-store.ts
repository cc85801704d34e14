/**
 * Places under limits. A limit counts entries; an entry lapses by itself at a known moment, so every window is a
 * true sliding one and a place that nobody used comes back without anybody giving it back.
 */

/** The name under which a limit refuses. */
export type LimitName =
  | 'callbacks'
  | 'callbacks-per-address'
  | 'callbacks-per-network'
  | 'callbacks-per-number'
  | 'callbacks-per-session'
  | 'calls-per-address-per-day'
  | 'calls-per-network-per-day'
  | 'calls-per-session-per-hour'
  | 'calls-per-second'
  | 'concurrent-per-address'
  | 'concurrent-per-destination'
  | 'concurrent-per-network'
  | 'dialed-calls-per-hour'
  | 'dialed-minutes-per-day'
  | 'ratings-per-session'
  | 'sessions-per-address'
  | 'sessions-per-network'
  | 'sign-ins-per-address'
  | 'sign-ins-per-agent'
  | 'sign-ins-per-network'
  | 'tokens-per-session';

/** One limit as it applies to one request. */
export interface LimitRule {
  name: LimitName;
  /** What is counted together, such as an address. */
  key: string;
  /** Entries that may count at the same time. */
  limit: number;
  /** How long an entry counts from when it is taken. */
  reserveMs: number;
  /** How long it counts from when its call arrives; without it, the arrival changes nothing. */
  holdMs?: number;
  /** The end of the call gives the entries back, except as many as it used (see `LimitStore.end`). */
  untilEnd?: boolean;
  /** Entries wanted, 1 by default. The store grants fewer when fewer are left, but at least one. */
  weight?: number;
}

/** Whether every limit had room. `granted` is the smallest number of entries that a weighted rule was given. */
export type LimitVerdict =
  | { allowed: true; granted: number }
  | { allowed: false; rule: LimitName; retryAfterMs: number };

/** A call that arrives. */
export interface ArrivingCall {
  sid: string;
  /** The place that was taken for it, which it takes over if nobody has. */
  place?: OwnedPlace | undefined;
}

/** A place that somebody has for a call to come. An owner has one at most. */
export interface OwnedPlace {
  id: string;
  owner: string;
}

/** Keeps count. Every method is atomic: all rules are checked first, and a refusal by one takes from none. */
export interface LimitStore {
  /**
   * Takes an entry under every rule, as the place `id`; with `owner`, a call may take it over. The owner's former place
   * then holds none of the `untilEnd` entries any more, which have room for the new one.
   */
  take(rules: readonly LimitRule[], place: { id: string; owner?: string }): Promise<LimitVerdict>;
  /** Gives back what `take` took under these rules. */
  giveBack(rules: readonly LimitRule[], id: string): Promise<void>;
  /**
   * Lets a call in: on the place that was taken for it, which then holds for the call, else on a new one. The
   * same call again is let in again and takes nothing.
   */
  admit(rules: readonly LimitRule[], call: ArrivingCall): Promise<LimitVerdict>;
  /**
   * The call is over: `untilEnd` entries come back, but for the `used` first of each weighted rule. Said again with
   * another number, it corrects the earlier one.
   */
  end(sid: string, used: number): Promise<void>;
  /** A call that was let in may not go on for another reason: all that it took comes back, as if it never came. */
  undo(sid: string): Promise<void>;
  /** A call that may not come in leaves the place that was taken for it; nothing, when it is in already. */
  turnAway(call: ArrivingCall): Promise<void>;
}

/** Longest that the record of a call's places is needed: Twilio ends every call after 24 h. */
export const CALL_MEMORY_MS = 25 * 3_600_000;
