import { setTimeout as sleep } from 'node:timers/promises';
import type { DialResult, EnqueueRequest, EnqueueResult, QueueDialRequest } from '../twiml/twiml-call.js';
import type { Call } from './call.js';
import type { CallPlatform } from './call-platform.js';
import { playOn } from './leg-voice.js';
import { hearOnce, listen, type Listener } from './listening.js';
import type { CallerParty } from './ports.js';
import { CallQueue, DEFAULT_QUEUE_SIZE, type QueueMember } from './queue.js';
import { newSid } from './sids.js';

/** A call and its party, until `signal` aborts. */
interface Caller {
  call: Call;
  party: CallerParty;
  signal: AbortSignal;
}

/** The queues of all accounts. */
export class Queues {
  readonly #platform: CallPlatform;
  readonly #queues = new Map<string, CallQueue>();

  constructor(platform: CallPlatform) {
    this.#platform = platform;
  }

  /** Makes a queue; undefined when the account has one of that name. */
  create(accountSid: string, friendlyName: string, maxSize = DEFAULT_QUEUE_SIZE): CallQueue | undefined {
    if (this.byName(accountSid, friendlyName)) return undefined;
    const { clock, randomBytes } = this.#platform;
    const sid = newSid('QU', randomBytes);
    const queue = new CallQueue({ sid, accountSid, friendlyName, maxSize, clock });
    this.#queues.set(sid, queue);
    return queue;
  }

  byName(accountSid: string, friendlyName: string): CallQueue | undefined {
    return this.list(accountSid).find((queue) => queue.friendlyName === friendlyName);
  }

  get(accountSid: string, sid: string): CallQueue | undefined {
    const queue = this.#queues.get(sid);
    return queue?.accountSid === accountSid ? queue : undefined;
  }

  list(accountSid: string): CallQueue[] {
    return [...this.#queues.values()].filter((queue) => queue.accountSid === accountSid);
  }

  remove(sid: string): void {
    this.#queues.delete(sid);
  }

  /** Lets a caller wait, and talk to whoever takes it. */
  async enqueue({ call, party, signal }: Caller, request: EnqueueRequest): Promise<EnqueueResult> {
    const { accountSid } = call.details;
    const { name } = request;
    const queue = this.byName(accountSid, name) ?? this.create(accountSid, name);
    const member = queue?.add(call, party);
    if (!queue || !member) return { result: 'queue-full', queueSid: queue?.sid, waitSeconds: 0 };
    const leave = (): void => member.finish(call.ended ? 'hangup' : 'redirected');
    signal.addEventListener('abort', leave, { once: true });
    const whatItHears: Listener = {
      call,
      services: this.#platform,
      play: playOn(this.#platform.media, party.legId),
      parameters: () => queueParameters(queue, member),
      party,
      onLeave: () => member.finish('leave'),
      onHangUp: () => call.end('completed'),
    };
    if (!party.isInside) void listen(whatItHears, request.wait, AbortSignal.any([signal, member.gone]));
    if (!member.gone.aborted) await aborted(member.gone);
    const waitSeconds = queue.waitSeconds(member);
    if (!member.over.aborted) await aborted(member.over);
    signal.removeEventListener('abort', leave);
    return { result: member.result, queueSid: queue.sid, waitSeconds };
  }

  /** Connects the caller at the front of a queue, as soon as there is one. */
  async dial({ call, party, signal }: Caller, request: QueueDialRequest): Promise<DialResult> {
    const none = { callSid: undefined, durationSeconds: 0, bridged: false };
    const queue = this.byName(call.details.accountSid, request.name);
    if (!queue) return { status: 'failed', ...none };
    const timeout = AbortSignal.timeout(request.timeoutSeconds * 1000);
    const member = await queue.take(AbortSignal.any([signal, timeout]));
    if (!member) return { status: signal.aborted ? 'canceled' : 'no-answer', ...none };
    const { media, clock } = this.#platform;
    const over = AbortSignal.any([signal, member.call.signal, member.over]);
    const onDigit = (digit: string): void => {
      if (digit === '*' && request.hangupOnStar) member.finish('bridged');
    };
    party.on('digit', onDigit);
    let connectedAtMs = clock.monotonicMs();
    try {
      await this.#greet(queue, member, request, over);
      connectedAtMs = clock.monotonicMs();
      if (over.aborted) member.finish('bridging-in-process');
      else await media.bridge(party.legId, member.legId);
      await sleep(request.timeLimitSeconds * 1000, undefined, { signal: over }).catch(() => undefined);
    } catch (error) {
      call.log.warn({ err: error }, 'the caller from the queue could not be connected');
      member.finish(over.aborted ? 'bridging-in-process' : 'error');
    } finally {
      party.off('digit', onDigit);
      await media.unbridge(party.legId).catch(() => undefined);
      member.finish('bridged');
    }
    const durationSeconds = Math.round((clock.monotonicMs() - connectedAtMs) / 1000);
    return { status: 'completed', callSid: member.call.details.sid, durationSeconds, bridged: true };
  }

  /** What the caller hears before it is connected. */
  async #greet(
    queue: CallQueue,
    member: QueueMember,
    request: QueueDialRequest,
    signal: AbortSignal,
  ): Promise<void> {
    if (request.greeting === undefined) return;
    const listener: Listener = {
      call: member.call,
      services: this.#platform,
      play: playOn(this.#platform.media, member.legId),
      parameters: () => queueParameters(queue, member),
    };
    await hearOnce(listener, request.greeting, signal);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function queueParameters(queue: CallQueue, member: QueueMember): Record<string, string> {
  return {
    QueueSid: queue.sid,
    QueuePosition: String(queue.positionOf(member)),
    QueueTime: String(queue.waitSeconds(member)),
    AvgQueueTime: String(queue.averageWaitSeconds),
    CurrentQueueSize: String(queue.members.length),
    MaxQueueSize: String(queue.maxSize),
  };
}
