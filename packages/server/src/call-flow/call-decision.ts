/** Decides what happens to a call: data in, a decision out. Nothing the browser says is believed. */
import type { RefusalReason } from '@offhook/contract';
import { callerIdsOf, isAgent } from '../agents.js';
import type { RingTarget } from '../config/configuration-file.js';
import type { ServerConfig } from '../config/config.js';
import { INVALID_NUMBER, judgeNumber } from '../policy/dialing-policy.js';
import type { Session } from '../stores/session-store.js';
import { parseCallTarget } from './call-target.js';
import { isMagicNumber, magicNumber } from './magic-numbers.js';
import { isOpen } from './opening-hours.js';
import { ringPlan } from './ring-plan.js';

/** Somebody to ring. */
type DialTarget = { kind: 'client'; identity: string } | { kind: 'number'; number: string };

/** One `<Dial>`. */
export interface DialDecision {
  kind: 'dial';
  targets: readonly DialTarget[];
  timeoutSeconds: number;
  timeLimitSeconds: number | undefined;
  callerId: string | undefined;
  /** Position in the destination's ring plan. */
  step: number;
}

/** What to do with a call. */
export type CallDecision =
  | DialDecision
  | { kind: 'refuse'; reason: RefusalReason; errorCode?: number }
  | { kind: 'hang-up' };

/** What an agent's direct call rings for, in seconds. */
const DIRECT_RING_SECONDS = 30;
/** Dial: Invalid callerId value. */
const INVALID_CALLER_ID = 13214;

/** A browser's call, placed by the owner of `session`. */
export function decideOutgoing(
  config: ServerConfig,
  request: { session: Session | undefined; to: string; callerId: string | undefined; now: number },
): CallDecision {
  const { session, now } = request;
  if (session === undefined) return refuse('caller-unknown');
  const target = parseCallTarget(request.to);
  if (session.role === 'visitor') {
    if (target.kind !== 'destination' || !session.grantedDestinations.includes(target.name)) {
      return refuse('destination-not-granted');
    }
    return decideStep(config, { destination: target.name, step: 0, now });
  }
  switch (target.kind) {
    case 'destination':
      return decideStep(config, { destination: target.name, step: 0, now });
    case 'client':
      return isAgent(config, target.identity) ? dial([target]) : refuse('target-unknown');
    case 'magic':
      return decideMagic(config, magicNumber(target.name));
    case 'number':
      return decideNumber(config, {
        number: target.number,
        agent: session.identity,
        callerId: request.callerId,
      });
    case 'invalid-number':
      return refuse(INVALID_NUMBER.reason, INVALID_NUMBER.errorCode);
    case 'unknown':
      return refuse('target-unknown');
  }
}

/** A call from the phone network to one of our numbers. */
export function decideIncoming(config: ServerConfig, request: { to: string; now: number }): CallDecision {
  const destination = inboundDestination(config, request.to);
  if (destination === undefined) return refuse('number-not-connected');
  return decideStep(config, { destination, step: 0, now: request.now });
}

/** The destination that an inbound number leads to. */
export function inboundDestination(config: ServerConfig, number: string): string | undefined {
  return Object.hasOwn(config.numbers, number) ? config.numbers[number]?.destination : undefined;
}

/** The step of a destination's ring plan; after the last one the call is hung up. */
export function decideStep(
  config: ServerConfig,
  { destination, step, now }: { destination: string; step: number; now: number },
): CallDecision {
  const plan = ringPlan(config.destinations, destination);
  if (plan.length === 0) return refuse('target-unknown');
  const current = plan[step];
  if (current === undefined) return { kind: 'hang-up' };
  const { hours, maxMinutes, timeoutSeconds, callerId } = current.destination;
  if (current.first && hours !== undefined && !isOpen(hours, now)) return refuse('closed');
  const dialsNumber = current.targets.some((target) => target.kind === 'number');
  return {
    kind: 'dial',
    targets: current.targets.map(toDialTarget),
    timeoutSeconds,
    timeLimitSeconds: maxMinutes === undefined ? undefined : maxMinutes * 60,
    // Browsers that ring shall see who really calls; only the phone network needs a number of ours.
    callerId: dialsNumber ? (callerId ?? config.phoneNumber) : undefined,
    step,
  };
}

function decideMagic(config: ServerConfig, number: string | undefined): CallDecision {
  if (number === undefined || config.voice.mode !== 'engine') return refuse('target-unknown');
  return dial([{ kind: 'number', number }]);
}

function decideNumber(
  config: ServerConfig,
  { number, agent, callerId }: { number: string; agent: string; callerId: string | undefined },
): CallDecision {
  if (isMagicNumber(number) && config.voice.mode === 'engine') return decideMagic(config, number);
  const verdict = judgeNumber(config.policy, number);
  if (!verdict.allowed) return refuse(verdict.reason, verdict.errorCode);
  const callerIds = callerIdsOf(config, agent);
  const shown = callerId ?? callerIds[0];
  if (shown === undefined || !callerIds.includes(shown))
    return refuse('caller-id-not-allowed', INVALID_CALLER_ID);
  const { maxMinutes } = config.policy;
  return {
    ...dial([{ kind: 'number', number }]),
    callerId: shown,
    timeLimitSeconds: maxMinutes === undefined ? undefined : maxMinutes * 60,
  };
}

function dial(targets: readonly DialTarget[]): DialDecision {
  return {
    kind: 'dial',
    targets,
    timeoutSeconds: DIRECT_RING_SECONDS,
    timeLimitSeconds: undefined,
    callerId: undefined,
    step: 0,
  };
}

function toDialTarget(target: RingTarget): DialTarget {
  return target.kind === 'agent'
    ? { kind: 'client', identity: target.id }
    : { kind: 'number', number: target.number };
}

function refuse(reason: RefusalReason, errorCode?: number): CallDecision {
  return errorCode === undefined ? { kind: 'refuse', reason } : { kind: 'refuse', reason, errorCode };
}
