/**
 * The two calls that an agent's phone can have, as one pure function. The front one is the phone's state
 * (`phone-state.ts`): there the agent talks. The second stands beside it.
 *
 *                second-rings                answer: changes places with the front one
 *       none ─────────────────► ringing ─────────────┐
 *                                 │                  ▼
 *                                 │                aside ◄──► swap
 *                                 │                  │
 *                                 └───── ended ──────┴──► over ── dismiss ──► none
 *
 * When the front call ends, one that is set aside comes back in its place, and one that rings rings there; what ended
 * is then shown beside it.
 */
import type { PhoneProblem } from './errors.js';
import { transition } from './phone-state.js';
import type { PhoneCall, PhoneEvent, PhoneState } from './phone-state.js';
import type { CallEnd } from './voice-error.js';

/** The call beside the one in which the agent talks. */
export type SecondCall =
  | {
      readonly name: 'ringing';
      readonly call: PhoneCall;
      /** Rings on without a sound, until the caller has had enough. */
      readonly ignored: boolean;
    }
  /** Everybody in it hears music. */
  | {
      readonly name: 'aside';
      readonly call: PhoneCall;
      /** Whether the agent is muted when it comes back. */
      readonly muted: boolean;
      readonly reconnecting: boolean;
    }
  | {
      readonly name: 'over';
      readonly call: PhoneCall;
      readonly end: CallEnd;
      /** Length of the conversation; absent when nobody answered. */
      readonly seconds?: number | undefined;
      readonly problem?: PhoneProblem | undefined;
    };

/** Both calls. */
export interface TwoCalls {
  readonly front: PhoneState;
  readonly second: SecondCall | undefined;
}

/** What can happen to the second call alone. */
type SecondCallEvent =
  | { readonly type: 'ignore' }
  | { readonly type: 'reconnecting' | 'reconnected' }
  | Extract<PhoneEvent, { type: 'ended' }>
  | { readonly type: 'dismiss' };

/** What can happen to both. */
export type TwoCallsEvent =
  | { readonly type: 'front'; readonly event: PhoneEvent }
  | { readonly type: 'second'; readonly event: SecondCallEvent }
  | {
      readonly type: 'second-rings';
      readonly from: string;
      readonly sid?: string | undefined;
      readonly parameters: Readonly<Record<string, string>>;
    }
  | { readonly type: 'answer' }
  | { readonly type: 'swap' };

/** The calls after `event`. An event that means nothing now returns the same object. */
export function transitionCalls(calls: TwoCalls, event: TwoCallsEvent): TwoCalls {
  const { front, second } = calls;
  switch (event.type) {
    case 'front':
      return frontTransition(calls, event.event);
    case 'second': {
      const next = second && secondTransition(second, event.event);
      return next === second ? calls : { front, second: next };
    }
    case 'second-rings': {
      if (front.name !== 'in-call' || !isFree(second)) return calls;
      const { from, sid, parameters } = event;
      const call = { direction: 'incoming', party: from, sid, parameters } as const;
      return { front, second: { name: 'ringing', call, ignored: false } };
    }
    case 'answer':
      if (front.name !== 'in-call' || second?.name !== 'ringing') return calls;
      return { front: { name: 'connecting', call: second.call }, second: aside(front) };
    case 'swap':
      if (front.name !== 'in-call' || second?.name !== 'aside') return calls;
      return { front: { ...second, name: 'in-call' }, second: aside(front) };
  }
}

/** Whether the second call takes the place of the front one, which has just ended. */
export function isPromoted(before: TwoCalls, after: TwoCalls): boolean {
  return before.second !== undefined && before.second.name !== 'over' && after.second?.name === 'over'
    ? after.front !== before.front
    : false;
}

/** Whether another call may come beside the front one. */
function isFree(second: SecondCall | undefined): boolean {
  return second === undefined || second.name === 'over';
}

function aside(front: Extract<PhoneState, { name: 'in-call' }>): SecondCall {
  return { ...front, name: 'aside' };
}

function frontTransition(calls: TwoCalls, event: PhoneEvent): TwoCalls {
  const { second } = calls;
  const front = transition(calls.front, event);
  if (front === calls.front) return calls;
  if (front.name !== 'ended' || calls.front.name === 'ended' || second === undefined) {
    return { front, second };
  }
  const { name: _, ...ended } = front;
  const over: SecondCall = { name: 'over', ...ended };
  switch (second.name) {
    case 'aside':
      return { front: { ...second, name: 'in-call' }, second: over };
    case 'ringing':
      return { front: { name: 'incoming', call: second.call, silenced: second.ignored }, second: over };
    case 'over':
      return { front, second };
  }
}

function secondTransition(second: SecondCall, event: SecondCallEvent): SecondCall | undefined {
  switch (event.type) {
    case 'ignore':
      return second.name === 'ringing' && !second.ignored ? { ...second, ignored: true } : second;
    case 'reconnecting':
    case 'reconnected': {
      const reconnecting = event.type === 'reconnecting';
      if (second.name !== 'aside' || second.reconnecting === reconnecting) return second;
      return { ...second, reconnecting };
    }
    case 'ended': {
      if (second.name === 'over') return second;
      const { end, seconds, problem } = event;
      // What one has declined or does not want to hear of is no news.
      if (second.name === 'ringing' && (second.ignored || end === 'declined')) return undefined;
      return { name: 'over', call: second.call, end, seconds, problem };
    }
    case 'dismiss':
      return second.name === 'over' ? undefined : second;
  }
}
