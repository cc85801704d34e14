/**
 * `<Dial>` at work: rings the targets, all at once or one after the other, connects the first that answers (and
 * passes its own TwiML) to the caller, and stays until one of the two leaves.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TwimlStart } from '../twiml/run-twiml.js';
import type { DialRequest, DialResult } from '../twiml/twiml-call.js';
import type { Call } from './call.js';
import type { EndCause, FinalStatus } from './call-state.js';
import { isFinal } from './call-state.js';
import type { CallServices } from './call-services.js';
import { createChild, startChild, type Child } from './dial-child.js';
import type { CalledParty, CallerParty, Codec, LegId } from './ports.js';
import { DialRecorder } from './dial-recorder.js';
import { LingeringBridge } from './lingering-bridge.js';
import { screen } from './screening.js';

const DIGIT_INTERVAL_MS = 230;
const DIGIT_PAUSE_MS = 500;

/** The side of the call that dials. */
export interface Dialer {
  call: Call;
  party: CallerParty;
  codec: Codec;
  services: CallServices;
  /** Aborts when the `<Dial>` is over whatever its parties do: the caller left, or runs other TwiML. */
  signal: AbortSignal;
  /** Lets a child call, on its answered leg, run TwiML of its own. */
  takeOver(child: {
    call: Call;
    party: CalledParty;
    legId: LegId;
    start: TwimlStart;
    bridge: LingeringBridge;
  }): void;
  /** The called party was sent to other TwiML; the two hear each other for a while. */
  onRedirected(bridge: LingeringBridge): void;
  /** Called once, when the first target rings. */
  onRinging(): void;
  /** Called when a target has answered; resolves when the caller is answered too. */
  onAnswered(): Promise<void>;
}

/** Result for the TwiML, and how the best of the failed targets ended. */
export interface DialOutcome {
  result: DialResult;
  /** Set when nobody answered, or who did could not be connected. */
  failure: { status: FinalStatus; cause: EndCause } | undefined;
}

/** How the ringing ended. */
type Ringing =
  | { kind: 'answered'; child: Child; legId: LegId }
  | { kind: 'all-ended' }
  | { kind: 'caller-left' };

/** Runs a `<Dial>` to its end. Never throws for what the parties do. */
export async function runDial(dialer: Dialer, request: DialRequest): Promise<DialOutcome> {
  const recorder = new DialRecorder(dialer, request.recording);
  try {
    const outcome = await ringAndConnect(dialer, request, recorder);
    return { ...outcome, result: { ...outcome.result, recordingUrl: recorder.url } };
  } finally {
    recorder.stop();
  }
}

async function ringAndConnect(
  dialer: Dialer,
  request: DialRequest,
  recorder: DialRecorder,
): Promise<DialOutcome> {
  recorder.ringing();
  const rounds = request.sequential ? request.targets.map((target) => [target]) : [request.targets];
  const children: Child[] = [];
  let ringing: Ringing = { kind: 'all-ended' };
  let rang = false;
  const onRinging = (): void => {
    if (!rang) dialer.onRinging();
    rang = true;
  };
  for (const targets of rounds) {
    const round = targets.map((target) => createChild(dialer, request, target));
    children.push(...round);
    ringing = await new Round(dialer, round, onRinging).ring(request.timeoutSeconds * 1000);
    if (ringing.kind !== 'all-ended') break;
  }
  for (const child of children) {
    if (ringing.kind !== 'answered' || child !== ringing.child) child.call.end('canceled');
  }
  if (ringing.kind !== 'answered') return unanswered(children, ringing);
  recorder.answered();
  return connect(dialer, request, ringing);
}

/** Targets that ring together. */
class Round {
  readonly #dialer: Dialer;
  readonly #children: readonly Child[];
  readonly #onRinging: () => void;
  #settle: (ringing: Ringing) => void = () => undefined;
  #settled = false;

  constructor(dialer: Dialer, children: readonly Child[], onRinging: () => void) {
    this.#dialer = dialer;
    this.#children = children;
    this.#onRinging = onRinging;
  }

  /** Starts every target and waits until one may be connected, none is left, or the caller leaves. */
  async ring(timeoutMs: number): Promise<Ringing> {
    const { signal } = this.#dialer;
    const onCallerLeft = (): void => this.#finish({ kind: 'caller-left' });
    // A party that listens to its own TwiML has answered; its time is not up.
    const timer = setTimeout(() => {
      for (const { call } of this.#children) {
        if (call.state.status !== 'in-progress') call.end('no-answer', { sipCode: 480 });
      }
    }, timeoutMs);
    signal.addEventListener('abort', onCallerLeft, { once: true });
    const ringing = await new Promise<Ringing>((resolve) => {
      this.#settle = resolve;
      if (signal.aborted) onCallerLeft();
      for (const child of this.#children) this.#start(child);
      this.#endWhenAllEnded();
    });
    clearTimeout(timer);
    signal.removeEventListener('abort', onCallerLeft);
    return ringing;
  }

  #start(child: Child): void {
    startChild(child, {
      ringing: this.#onRinging,
      answered: (legId) => void this.#answered(child, legId),
      ended: () => this.#endWhenAllEnded(),
    });
  }

  async #answered(child: Child, legId: LegId): Promise<void> {
    const { call, party } = child;
    if (this.#settled || call.ended) return;
    // Known before the answer is told, so that whoever hears of it can have the party recorded.
    if (legId !== this.#dialer.party.legId) call.legId = legId;
    call.answer();
    const { screening } = child.target;
    // A number of our own speaks through the caller's leg, where a whisper would be for the wrong ears.
    const isScreened = screening !== undefined && legId !== this.#dialer.party.legId;
    if (isScreened && party) {
      await screen({ call, party, legId, screening, services: this.#dialer.services });
    }
    if (!call.ended) this.#finish({ kind: 'answered', child, legId });
  }

  #endWhenAllEnded(): void {
    if (this.#children.every((child) => child.call.ended)) this.#finish({ kind: 'all-ended' });
  }

  #finish(ringing: Ringing): void {
    this.#settled = true;
    this.#settle(ringing);
  }
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
  const relayDigit = (digit: string, inMedia: boolean): void => {
    child.party?.hearDigit(digit, inMedia);
    if (digit === '*' && request.hangupOnStar) child.call.end('completed');
  };
  dialer.party.on('digit', relayDigit);
  const relayBack = (digit: string, inMedia: boolean): void => dialer.party.hearDigit(digit, inMedia);
  child.party?.on('digit', relayBack);
  const redirected = new Redirection();
  if (!sharesLeg) child.call.onRedirect = redirected.resolve;
  let bridged = false;
  try {
    await Promise.all([dialer.onAnswered(), sharesLeg ? undefined : media.bridge(callerLegId, legId)]);
    bridged = true;
    void sendDigits(child);
    const over = AbortSignal.any([dialer.signal, child.call.signal, redirected.signal]);
    await sleep(request.timeLimitSeconds * 1000, undefined, { signal: over }).catch(() => undefined);
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
    if (!redirected.start) {
      child.call.end('completed');
      if (!sharesLeg) await media.unbridge(callerLegId).catch(() => undefined);
    }
  }
  const { start } = redirected;
  if (start && child.party) {
    const bridge = new LingeringBridge(() => void media.unbridge(callerLegId).catch(() => undefined));
    dialer.onRedirected(bridge);
    dialer.takeOver({ call: child.call, party: child.party, legId, start, bridge });
  }
  const { details, durationSeconds } = child.call;
  const failure = bridged ? undefined : failureOf(child.call);
  const status = failure ? 'failed' : 'completed';
  return { result: { status, callSid: details.sid, durationSeconds, bridged }, failure };
}

/** A party that could not be connected has failed, unless it left by itself meanwhile. */
function failureOf({ state }: Call): DialOutcome['failure'] {
  return isFinal(state) && state.status === 'failed'
    ? { status: state.status, cause: state.cause }
    : undefined;
}

/** Presses the keys of `sendDigits` for the caller; resolves when all are pressed, or the call is over. */
export async function sendDigits({ call, party, target }: Child): Promise<void> {
  if (target.kind !== 'number' || target.sendDigits === undefined) return;
  for (const digit of target.sendDigits) {
    if (call.ended) return;
    if (digit !== 'w') party?.hearDigit(digit, false);
    const waitMs = digit === 'w' ? DIGIT_PAUSE_MS : DIGIT_INTERVAL_MS;
    await sleep(waitMs, undefined, { signal: call.signal }).catch(() => undefined);
  }
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

/** The outcome that says most: somebody refused, else nobody came, else it could not be done. */
const PRECEDENCE: readonly FinalStatus[] = ['busy', 'no-answer', 'completed', 'failed', 'canceled'];

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

function dialStatus(status: string | undefined): Exclude<DialResult['status'], 'completed' | 'answered'> {
  // Somebody answered, and did not take the call.
  if (status === 'completed') return 'no-answer';
  return status === 'busy' || status === 'no-answer' || status === 'canceled' ? status : 'failed';
}
