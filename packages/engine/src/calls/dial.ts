/**
 * `<Dial>` at work: rings all targets at once, connects the first that answers to the caller, and stays until
 * one of the two leaves.
 */
import type { TwimlStart } from '../twiml/run-twiml.js';
import type { DialRequest, DialResult, DialTarget } from '../twiml/twiml-call.js';
import { Call } from './call.js';
import type { EndCause, FinalStatus } from './call-state.js';
import { isFinal } from './call-state.js';
import type { CallServices } from './call-services.js';
import { endOfCall } from './party-end.js';
import type { CalledParty, CallerParty, Codec, LegId } from './ports.js';
import { newSid } from './sids.js';
import { reportProgress } from './status-callback.js';

/** The side of the call that dials. */
export interface Dialer {
  call: Call;
  party: CallerParty;
  codec: Codec;
  services: CallServices;
  /** Aborts when the `<Dial>` is over whatever its parties do: the caller left, or runs other TwiML. */
  signal: AbortSignal;
  /** Lets a child call, on its answered leg, run TwiML of its own. */
  takeOver(child: { call: Call; party: CalledParty; legId: LegId; start: TwimlStart }): void;
  /** Called once, when the first target rings. */
  onRinging(): void;
  /** Called when a target has answered; resolves when the caller is answered too. */
  onAnswered(): Promise<void>;
}

/** Result for the TwiML, and how the best of the failed targets ended. */
export interface DialOutcome {
  result: DialResult;
  /** Set when nobody answered. */
  failure: { status: FinalStatus; cause: EndCause } | undefined;
}

/** A target that is being called. `winner` is the one that the caller is connected to. */
interface Child {
  call: Call;
  party: CalledParty | undefined;
  target: DialTarget;
}

/** How the ringing ended. */
type Ringing =
  | { kind: 'answered'; child: Child; legId: LegId }
  | { kind: 'timeout' }
  | { kind: 'all-ended' }
  | { kind: 'caller-left' };

/** Runs a `<Dial>` to its end. Never throws for what the parties do. */
export async function runDial(dialer: Dialer, request: DialRequest): Promise<DialOutcome> {
  const children = request.targets.map((target) => createChild(dialer, request, target));
  const ringing = await ring(dialer, children, request.timeoutSeconds * 1000);
  if (ringing.kind !== 'answered') {
    for (const child of children)
      child.call.end(ringing.kind === 'timeout' ? 'no-answer' : 'canceled', timeoutCause(ringing));
    return unanswered(children, ringing);
  }
  for (const child of children) if (child !== ringing.child) child.call.end('canceled');
  return connect(dialer, request, ringing);
}

function createChild(dialer: Dialer, request: DialRequest, target: DialTarget): Child {
  const { services, call: parent } = dialer;
  const { accountSid, sid: parentCallSid } = parent.details;
  const call = new Call({
    details: {
      sid: newSid('CA', services.randomBytes),
      accountSid,
      parentCallSid,
      direction: 'outbound-dial',
      from: request.callerId ?? parent.details.from,
      to: target.kind === 'client' ? `client:${target.identity}` : target.number,
    },
    clock: services.clock,
    logger: services.logger,
  });
  services.registry.add(call);
  if (target.statusCallback) reportProgress({ call, callback: target.statusCallback, ...services });
  const party = services.router.callTarget({
    target,
    call,
    callerLegId: dialer.party.legId,
    codec: dialer.codec,
  });
  return { call, party, target };
}

/** Starts every target and waits until one answers, none is left, time is up, or the caller leaves. */
function ring(dialer: Dialer, children: readonly Child[], timeoutMs: number): Promise<Ringing> {
  return new Promise((resolve) => {
    const settle = (ringing: Ringing): void => {
      clearTimeout(timer);
      dialer.signal.removeEventListener('abort', onCallerLeft);
      resolve(ringing);
    };
    const onCallerLeft = (): void => settle({ kind: 'caller-left' });
    const timer = setTimeout(() => settle({ kind: 'timeout' }), timeoutMs);
    dialer.signal.addEventListener('abort', onCallerLeft, { once: true });
    if (dialer.signal.aborted) settle({ kind: 'caller-left' });
    let answered = false;
    let rang = false;
    const onAllEnded = (): void => {
      if (!answered && children.every((child) => child.call.ended)) settle({ kind: 'all-ended' });
    };
    for (const child of children) {
      followParty(child, {
        ringing: () => {
          if (!rang) dialer.onRinging();
          rang = true;
        },
        answered: (legId) => {
          if (answered || child.call.ended) return;
          answered = true;
          child.call.answer();
          settle({ kind: 'answered', child, legId });
        },
        ended: onAllEnded,
      });
    }
    onAllEnded();
  });
}

/** Keeps the child's call in step with its party, both ways: whichever ends, ends the other. */
function followParty(
  child: Child,
  on: { ringing: () => void; answered: (legId: LegId) => void; ended: () => void },
): void {
  const { call, party } = child;
  if (!party) {
    const end = endOfCall({ kind: 'unavailable' }, false);
    call.end(end.status, end.cause);
    return;
  }
  party.on('ringing', () => {
    if (call.state.status !== 'queued') return;
    call.ring();
    on.ringing();
  });
  party.on('answered', on.answered);
  party.on('ended', (partyEnd) => {
    const end = endOfCall(partyEnd, call.state.status === 'in-progress');
    call.end(end.status, end.cause);
    on.ended();
  });
  call.signal.addEventListener('abort', () => party.hangUp(isFinal(call.state) ? call.state.cause : {}), {
    once: true,
  });
  party.start();
}

async function connect(
  dialer: Dialer,
  request: DialRequest,
  { child, legId }: Extract<Ringing, { kind: 'answered' }>,
): Promise<DialOutcome> {
  const { media } = dialer.services;
  const callerLegId = dialer.party.legId;
  // A number of our own shares the caller's leg: its own call does the bridging.
  const sharesLeg = legId === callerLegId;
  const relayDigit = (digit: string, inMedia: boolean): void => child.party?.hearDigit(digit, inMedia);
  dialer.party.on('digit', relayDigit);
  const relayBack = (digit: string, inMedia: boolean): void => dialer.party.hearDigit(digit, inMedia);
  child.party?.on('digit', relayBack);
  const redirected = new Redirection();
  try {
    await Promise.all([dialer.onAnswered(), sharesLeg ? undefined : media.bridge(callerLegId, legId)]);
    if (!sharesLeg) child.call.onRedirect = redirected.resolve;
    await bothStay([dialer.signal, child.call.signal, redirected.signal], request.timeLimitSeconds * 1000);
  } catch (error) {
    child.call.log.error({ err: error }, 'the parties could not be connected');
    child.call.end('failed', {
      errorCode: 53405,
      message: 'The media gateway could not connect the parties.',
    });
  } finally {
    dialer.party.off('digit', relayDigit);
    child.party?.off('digit', relayBack);
    child.call.onRedirect = undefined;
    if (!redirected.start) child.call.end('completed');
    if (!sharesLeg) await media.unbridge(callerLegId).catch(() => undefined);
  }
  const { start } = redirected;
  if (start && child.party) dialer.takeOver({ call: child.call, party: child.party, legId, start });
  const result: DialResult = {
    status: 'completed',
    callSid: child.call.details.sid,
    durationSeconds: child.call.durationSeconds,
    bridged: true,
  };
  return { result, failure: undefined };
}

/** Whether the child was sent to other TwiML while it was connected. */
class Redirection {
  readonly #abort = new AbortController();
  start: TwimlStart | undefined;

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  readonly resolve = (start: TwimlStart): void => {
    this.start = start;
    this.#abort.abort();
  };
}

/** Resolves when one of the signals aborts, or the time limit is reached. */
function bothStay(signals: AbortSignal[], timeLimitMs: number): Promise<void> {
  const either = AbortSignal.any(signals);
  return new Promise((resolve) => {
    if (either.aborted) {
      resolve();
      return;
    }
    const timer = setTimeout(resolve, timeLimitMs);
    either.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

function timeoutCause(ringing: Ringing): EndCause {
  return ringing.kind === 'timeout' ? { sipCode: 480 } : {};
}

/** The outcome that says most: somebody refused, else nobody came, else it could not be done. */
const PRECEDENCE: readonly FinalStatus[] = ['busy', 'no-answer', 'failed', 'canceled'];

function unanswered(children: readonly Child[], ringing: Ringing): DialOutcome {
  const ends = children.map((child) => ({ call: child.call, state: child.call.state }));
  const best = ends
    .filter((end) => isFinal(end.state))
    .sort((a, b) => rank(a.state.status) - rank(b.state.status))
    .at(0);
  const status = ringing.kind === 'caller-left' ? 'canceled' : dialStatus(best?.state.status);
  const cause = best && isFinal(best.state) ? best.state.cause : {};
  const result: DialResult = { status, callSid: best?.call.details.sid, durationSeconds: 0, bridged: false };
  return { result, failure: { status, cause } };
}

function rank(status: string): number {
  return PRECEDENCE.findIndex((candidate) => candidate === status);
}

function dialStatus(status: string | undefined): Exclude<DialResult['status'], 'completed'> {
  return status === 'busy' || status === 'no-answer' || status === 'canceled' ? status : 'failed';
}
