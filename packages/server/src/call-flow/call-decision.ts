/** Decides what happens to a call: data in, a decision out. Nothing the browser says is believed. */
import type { RefusalReason } from '@offhook/contract';
import { callerIdsOf, isAgent } from '../agents.js';
import type { Destination, RingTarget } from '../config/configuration-file.js';
import type { ServerConfig } from '../config/config.js';
import { isInRanges } from '../client-address.js';
import { type DialingRefusal, INVALID_NUMBER, judgeDial } from '../policy/dialing-policy.js';
import type { Session } from '../stores/session-store.js';
import { parseCallTarget } from './call-target.js';
import { isMagicNumber, magicNumber } from './magic-numbers.js';
import { isOpen } from './opening-hours.js';
import { type RingStep, lastResortOf, queueOf, ringPlan } from './ring-plan.js';
import { agentsOf, type AgentStatuses, queueAgents, whoRings } from './ringing-agents.js';

/** Somebody to ring. */
type DialTarget = { kind: 'client'; identity: string } | { kind: 'number'; number: string };

/** The call is recorded; the caller is told `notice` before it, unless that was said already. */
interface RecordingDecision {
  notice?: string;
  language: string;
}

/** One `<Dial>`. */
export interface DialDecision {
  kind: 'dial';
  targets: readonly DialTarget[];
  timeoutSeconds: number;
  timeLimitSeconds: number | undefined;
  callerId: string | undefined;
  /** Position in the destination's ring plan. */
  step: number;
  /** Why the destination first asked for was passed over. */
  diverted?: Passed;
  recording?: RecordingDecision;
}

/** The caller may leave a message for this destination. */
interface VoicemailDecision {
  kind: 'voicemail';
  destination: string;
}

/** The caller waits until one of this destination's agents takes the call. */
export interface QueueDecision {
  kind: 'queue';
  destination: string;
  /** Position in the ring plan of the destination that was asked for; after it the call goes on if the queue is full. */
  step: number;
  recording?: RecordingDecision;
}

/** An agent takes the caller who waits longest for this destination. */
interface TakeDecision {
  kind: 'take';
  destination: string;
}

/** Why a destination, or a step of it, is not rung. */
type Passed = 'closed' | 'no-agent';

/** What to do with a call. */
export type CallDecision =
  | DialDecision
  | VoicemailDecision
  | QueueDecision
  | TakeDecision
  | { kind: 'refuse'; reason: RefusalReason; errorCode?: number }
  | { kind: 'hang-up' };

/** What an agent's direct call rings for, in seconds. */
const DIRECT_RING_SECONDS = 30;
/** Dial: Invalid callerId value. */
const INVALID_CALLER_ID = 13214;
/** Dial: Forbidden phone number. */
const FORBIDDEN_NUMBER = 13225;

/** A browser's call, placed by the owner of `session`. */
export function decideOutgoing(
  config: ServerConfig,
  request: {
    session: Session | undefined;
    to: string;
    callerId: string | undefined;
    now: number;
    agents: AgentStatuses;
    /** Whether a visitor's token was for this destination. */
    isGranted: boolean;
  },
): CallDecision {
  const { session, now, agents } = request;
  if (session === undefined) return refuse('caller-unknown');
  const target = parseCallTarget(request.to);
  if (session.role === 'visitor') {
    if (isBlockedVisitor(config, session.address)) return refuse('blocked');
    if (target.kind !== 'destination' || !request.isGranted) return refuse('destination-not-granted');
    return decideStep(config, { destination: target.name, step: 0, now, agents });
  }
  switch (target.kind) {
    case 'destination':
      return decideStep(config, { destination: target.name, step: 0, now, agents });
    case 'client':
      if (!isAgent(config, target.identity)) return refuse('target-unknown');
      return agents.get(target.identity) === 'dnd' ? refuse('no-agent') : dial([target]);
    case 'magic':
      return decideMagic(config, magicNumber(target.name));
    case 'queue':
      if (!servedQueues(config, session.identity).includes(target.name)) return refuse('target-unknown');
      return { kind: 'take', destination: target.name };
    case 'number':
      return decideNumber(config, {
        number: target.number,
        agent: session.identity,
        callerId: request.callerId,
      });
    case 'emergency':
      return decideEmergency(config, now, agents);
    case 'invalid-number':
      return refuse(INVALID_NUMBER.reason, INVALID_NUMBER.errorCode);
    case 'unknown':
      return refuse('target-unknown');
  }
}

/** The destinations whose callers may wait, and whom this agent may take; for supervisors all. */
export function servedQueues(config: ServerConfig, identity: string): string[] {
  const { agents, destinations } = config;
  const isSupervisor = Object.hasOwn(agents, identity) && agents[identity]?.supervisor === true;
  const queues = new Set(Object.keys(destinations).map((name) => queueOf(destinations, name)));
  return Object.keys(destinations).filter(
    (name) => queues.has(name) && (isSupervisor || queueAgents(destinations, name).includes(identity)),
  );
}

/** The agents whose status decides a browser's call. */
export function outgoingAgents(config: ServerConfig, to: string): string[] {
  const target = parseCallTarget(to);
  if (target.kind === 'client') return [target.identity];
  const destination = outgoingDestination(config, to);
  return destination === undefined ? [] : agentsOf(config.destinations, destination);
}

/** The destination that a browser's call leads to, if it is one. */
export function outgoingDestination(config: ServerConfig, to: string): string | undefined {
  const target = parseCallTarget(to);
  if (target.kind === 'destination') return target.name;
  const { emergency } = config.policy;
  return target.kind === 'emergency' && emergency.kind === 'destination' ? emergency.name : undefined;
}

/** Whether calls from this address are not taken. */
export function isBlockedVisitor(config: ServerConfig, address: string | undefined): boolean {
  return address !== undefined && isInRanges(address, config.policy.blocked.visitors);
}

/** A call from the phone network to one of our numbers. */
export function decideIncoming(
  config: ServerConfig,
  request: { from: string; to: string; now: number; agents: AgentStatuses },
): CallDecision {
  if (config.policy.blocked.callers.includes(request.from)) return refuse('blocked');
  const destination = inboundDestination(config, request.to);
  if (destination === undefined) return refuse('number-not-connected');
  const { now, agents } = request;
  return decideStep(config, { destination, step: 0, now, agents });
}

/** The destination that an inbound number leads to. */
export function inboundDestination(config: ServerConfig, number: string): string | undefined {
  return Object.hasOwn(config.numbers, number) ? config.numbers[number]?.destination : undefined;
}

/**
 * The step of a destination's ring plan, or the next one after it that makes sense: a destination that is closed and
 * a step whose agents are all away are passed over, and so is a queue whose agents have gone home. After the last one
 * comes the voicemail or the queue, if there is one, or the call is hung up; a call that nothing at all could be rung
 * for is refused, and so is one that a full queue has turned away.
 */
export function decideStep(
  config: ServerConfig,
  request: {
    destination: string;
    step: number;
    now: number;
    agents: AgentStatuses;
    /** The steps that were rung before. */
    rung?: readonly number[];
    /** A queue that takes nobody any more. */
    full?: string;
  },
): CallDecision {
  const { step, now, agents, rung = [], full } = request;
  const plan = ringPlan(config.destinations, request.destination);
  if (plan.length === 0) return refuse('target-unknown');
  const toldBy = rung.map((index) => plan[index]?.destination);
  let passed: Passed | undefined;
  let isClosed = false;
  for (const [index, current] of plan.entries()) {
    if (index < step) continue;
    if (current.first) isClosed = !isOpenAt(current.destination, now);
    const queue = current.targets.find((target) => target.kind === 'queue')?.name;
    const isPassed = isClosed || queue === full;
    if (queue !== undefined && !isPassed && isOpenAt(config.destinations[queue], now)) {
      return { kind: 'queue', destination: queue, step: index, ...recordingOf(current.destination, toldBy) };
    }
    const targets = isClosed ? [] : whoRings(current.targets.flatMap(toDialTarget), identityOf, agents);
    if (targets.length === 0) {
      passed ??= isClosed || queue !== undefined ? 'closed' : 'no-agent';
      continue;
    }
    const isDiverted = step === 0 && current.destination !== plan[0]?.destination;
    return dialStep(config, current, {
      targets,
      step: index,
      ...recordingOf(current.destination, toldBy),
      ...(isDiverted && passed !== undefined && { diverted: passed }),
    });
  }
  const { kind, destination } = lastResortOf(config.destinations, request.destination) ?? {};
  if (kind === 'voicemail' && destination !== undefined) return { kind, destination };
  // Nobody waits for agents who have gone home.
  if (kind === 'queue' && destination !== undefined && destination !== full && !isClosed) {
    const recording = recordingOf(config.destinations[destination], toldBy);
    return { kind, destination, step: plan.length, ...recording };
  }
  if (full !== undefined) return refuse('queue-full');
  if (passed === 'closed' || (passed === 'no-agent' && step === 0)) return refuse(passed);
  return { kind: 'hang-up' };
}

function isOpenAt(destination: Destination | undefined, now: number): boolean {
  return destination?.hours === undefined || isOpen(destination.hours, now);
}

/** Nobody is recorded who was not told so; `toldBy` are the destinations that have rung, and said it before. */
function recordingOf(
  destination: Destination | undefined,
  toldBy: readonly (Destination | undefined)[],
): { recording?: RecordingDecision } {
  if (destination?.record !== 'on') return {};
  const { language, recordNotice: notice } = destination;
  return { recording: { language, ...(!toldBy.includes(destination) && { notice }) } };
}

function dialStep(
  config: ServerConfig,
  { destination }: RingStep,
  { targets, ...place }: Pick<DialDecision, 'targets' | 'step' | 'diverted' | 'recording'>,
): CallDecision {
  const { maxMinutes, timeoutSeconds, callerId } = destination;
  const refusal = refusalOf(config, targets);
  const callable = targets.filter((target) => refusalOf(config, [target]) === undefined);
  if (refusal !== undefined && callable.length === 0) return refuse(refusal.reason, refusal.errorCode);
  const dialsNumber = callable.some((target) => target.kind === 'number');
  const minutes = dialsNumber
    ? Math.min(maxMinutes ?? config.policy.maxMinutes, config.policy.maxMinutes)
    : maxMinutes;
  return {
    kind: 'dial',
    targets: callable,
    timeoutSeconds,
    timeLimitSeconds: minutes === undefined ? undefined : minutes * 60,
    // Browsers that ring shall see who really calls; only the phone network needs a number of ours.
    callerId: dialsNumber ? (callerId ?? config.phoneNumber) : undefined,
    ...place,
  };
}

function identityOf(target: DialTarget): string | undefined {
  return target.kind === 'client' ? target.identity : undefined;
}

/** Why the first of these targets that may not be dialled may not. */
function refusalOf(config: ServerConfig, targets: readonly DialTarget[]): DialingRefusal | undefined {
  for (const target of targets) {
    const verdict = target.kind === 'number' ? judgeDial(config, target.number) : undefined;
    if (verdict?.allowed === false) return verdict;
  }
  return undefined;
}

function decideEmergency(config: ServerConfig, now: number, agents: AgentStatuses): CallDecision {
  const { emergency } = config.policy;
  if (emergency.kind === 'refuse') return refuse('emergency-number', FORBIDDEN_NUMBER);
  return decideStep(config, { destination: emergency.name, step: 0, now, agents });
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
  const verdict = judgeDial(config, number);
  if (!verdict.allowed) return refuse(verdict.reason, verdict.errorCode);
  const callerIds = callerIdsOf(config, agent);
  const shown = callerId ?? callerIds[0];
  if (shown === undefined || !callerIds.includes(shown))
    return refuse('caller-id-not-allowed', INVALID_CALLER_ID);
  return {
    ...dial([{ kind: 'number', number }]),
    callerId: shown,
    timeLimitSeconds: config.policy.maxMinutes * 60,
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

function toDialTarget(target: RingTarget): DialTarget[] {
  if (target.kind === 'queue') return [];
  return target.kind === 'agent'
    ? [{ kind: 'client', identity: target.id }]
    : [{ kind: 'number', number: target.number }];
}

function refuse(reason: RefusalReason, errorCode?: number): CallDecision {
  return errorCode === undefined ? { kind: 'refuse', reason } : { kind: 'refuse', reason, errorCode };
}
