import { setTimeout as sleep } from 'node:timers/promises';
import type { DialResult, EnqueueRequest, EnqueueResult, QueueDialRequest } from '../twiml/twiml-call.js';
import type { Call } from './call.js';
import type { CallPlatform } from './call-platform.js';
import { DialRecorder } from './dial-recorder.js';
import { playOn } from './leg-voice.js';
import { LingeringBridge } from './lingering-bridge.js';
import { hearOnce, listen, type Listener } from './listening.js';
import type { CallerParty } from './ports.js';
import {
  CallQueue,
  DEFAULT_QUEUE_SIZE,
  type QueueMember,
  type QueueRecord,
  type QueueRecords,
} from './queue.js';
import { newSid } from './sids.js';

/** Queues that an account's TwiML may have made, beyond those that are in use. */
const MAX_MADE_BY_TWIML = 1000;

/** A call and its party, until `signal` aborts. */
export interface Caller {
  call: Call;
  party: CallerParty;
  signal: AbortSignal;
  /** One of two who talked was sent to other TwiML; they hear each other for a while. */
  onRedirected: (bridge: LingeringBridge) => void;
}

/** A caller who is taken from a queue. */
interface Taking {
  member: QueueMember;
  taker: Caller;
  request: QueueDialRequest;
  /** Aborts when one of the two has left. */
  over: AbortSignal;
}

/** The queues of all accounts. */
export class Queues {
  readonly #platform: CallPlatform;
  readonly #records: QueueRecords;
  readonly #queues: Map<string, CallQueue>;

  constructor(platform: CallPlatform, records: QueueRecords) {
    this.#platform = platform;
    this.#records = records;
    this.#queues = new Map(
      records.load().map((record) => [record.sid, new CallQueue(record, platform.clock)]),
    );
  }

  /** Makes a queue for the REST API; undefined when the account has one of that name. */
  create(accountSid: string, friendlyName: string, maxSize = DEFAULT_QUEUE_SIZE): CallQueue | undefined {
    if (this.byName(accountSid, friendlyName)) return undefined;
    return this.#make({ accountSid, friendlyName, maxSize, isMadeByTwiml: false });
  }

  /** The queue of that name, made if there is none. */
  #open(accountSid: string, friendlyName: string): CallQueue {
    const present = this.byName(accountSid, friendlyName);
    if (present) return present;
    const made = this.list(accountSid).filter(({ record }) => record.isMadeByTwiml);
    if (made.length >= MAX_MADE_BY_TWIML) {
      const [unused] = made.filter(({ isIdle }) => isIdle).toSorted((a, b) => a.usedAtMs - b.usedAtMs);
      if (unused) this.#queues.delete(unused.sid);
    }
    return this.#make({ accountSid, friendlyName, maxSize: DEFAULT_QUEUE_SIZE, isMadeByTwiml: true });
  }

  #make(what: Omit<QueueRecord, 'sid' | 'createdAt' | 'updatedAt'>): CallQueue {
    const { clock, randomBytes } = this.#platform;
    const now = clock.now().toISOString();
    const record = { sid: newSid('QU', randomBytes), ...what, createdAt: now, updatedAt: now };
    const queue = new CallQueue(record, clock);
    this.#queues.set(record.sid, queue);
    this.#save();
    return queue;
  }

  byName(accountSid: string, friendlyName: string): CallQueue | undefined {
    return this.list(accountSid).find((queue) => queue.friendlyName === friendlyName);
  }

  get(accountSid: string, sid: string): CallQueue | undefined {
    const queue = this.#queues.get(sid);
    return queue?.record.accountSid === accountSid ? queue : undefined;
  }

  list(accountSid: string): CallQueue[] {
    return [...this.#queues.values()].filter(({ record }) => record.accountSid === accountSid);
  }

  change(queue: CallQueue, change: Partial<Pick<QueueRecord, 'friendlyName' | 'maxSize'>>): void {
    queue.change(change);
    this.#save();
  }

  remove(sid: string): void {
    this.#queues.delete(sid);
    this.#save();
  }

  /** A full disk costs what is kept for the next engine, not the calls of this one. */
  #save(): void {
    try {
      this.#records.save([...this.#queues.values()].map(({ record }) => record));
    } catch (error) {
      this.#platform.logger.error({ err: error }, 'the queues would not survive a restart');
    }
  }

  /** Lets a caller wait, and talk to whoever takes it. */
  async enqueue(
    { call, party, signal, onRedirected }: Caller,
    request: EnqueueRequest,
  ): Promise<EnqueueResult> {
    const { accountSid } = call.details;
    const queue = this.#open(accountSid, request.name);
    const member = queue.add({ call, party, onRedirected });
    if (!member) {
      call.log.warn({ twilioCode: 14207 }, 'the queue has as many callers as it may have');
      return { result: 'queue-full', queueSid: queue.sid, waitSeconds: 0 };
    }
    const leave = (): void => member.leave(call.ended ? 'hangup' : 'redirected');
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
  async dial(taker: Caller, request: QueueDialRequest): Promise<DialResult> {
    const { call, signal } = taker;
    const none = { callSid: undefined, durationSeconds: 0, bridged: false };
    const queue = this.byName(call.details.accountSid, request.name);
    if (!queue) return { status: 'failed', ...none };
    const timeout = AbortSignal.timeout(request.timeoutSeconds * 1000);
    const member = await queue.take(AbortSignal.any([signal, timeout]));
    if (!member) return { status: signal.aborted ? 'canceled' : 'no-answer', ...none };
    const callSid = member.call.details.sid;
    const over = AbortSignal.any([signal, member.call.signal, member.over]);
    const recorder = new DialRecorder({ ...taker, services: this.#platform }, request.recording);
    let durationMs = 0;
    try {
      await this.#greet({ queue, member, taker, request, over });
      if (!over.aborted) durationMs = await this.#talk({ member, taker, request, over, recorder });
    } catch (error) {
      call.log.warn({ err: error }, 'the caller from the queue could not be connected');
      if (!over.aborted) member.finish('error');
    } finally {
      recorder.stop();
    }
    if (member.isBridged) {
      const durationSeconds = Math.round(durationMs / 1000);
      return { status: 'completed', callSid, durationSeconds, bridged: true, recordingUrl: recorder.url };
    }
    const status = over.aborted ? (signal.aborted ? 'canceled' : 'no-answer') : 'failed';
    member.finish('bridging-in-process');
    return { status, ...none, callSid };
  }

  /** Lets the two hear each other until one of them leaves; resolves to how long that was, in ms. */
  async #talk(taking: Taking & { recorder: DialRecorder }): Promise<number> {
    const { member, taker, request, over, recorder } = taking;
    const { media, clock } = this.#platform;
    const { call, party, signal } = taker;
    const unbridge = (): void => void media.unbridge(party.legId).catch(() => undefined);
    let isLingering = false;
    const linger = (): void => {
      const isRedirected = signal.aborted ? !call.ended : member.result === 'redirected-from-bridged';
      if (!isRedirected) return;
      isLingering = true;
      const bridge = new LingeringBridge(unbridge);
      taker.onRedirected(bridge);
      member.onRedirected(bridge);
    };
    const relay = (digit: string, inMedia: boolean): void => {
      member.party.hearDigit(digit, inMedia);
      if (digit === '*' && request.hangupOnStar) member.finish('bridged');
    };
    const relayBack = (digit: string, inMedia: boolean): void => party.hearDigit(digit, inMedia);
    await media.bridge(party.legId, member.party.legId);
    member.isBridged = true;
    recorder.answered();
    const connectedAtMs = clock.monotonicMs();
    party.on('digit', relay);
    member.party.on('digit', relayBack);
    over.addEventListener('abort', linger, { once: true });
    await sleep(request.timeLimitSeconds * 1000, undefined, { signal: over }).catch(() => undefined);
    party.off('digit', relay);
    member.party.off('digit', relayBack);
    over.removeEventListener('abort', linger);
    if (!isLingering) unbridge();
    member.finish('bridged');
    return clock.monotonicMs() - connectedAtMs;
  }

  /** What the caller hears before it is connected. */
  async #greet({ queue, member, taker, request, over }: Taking & { queue: CallQueue }): Promise<void> {
    if (request.greeting === undefined) return;
    const listener: Listener = {
      call: member.call,
      services: this.#platform,
      play: playOn(this.#platform.media, member.party.legId),
      parameters: () => ({
        ...queueParameters(queue, member),
        // Twilio spells it so.
        DequeingCallSid: taker.call.details.sid,
      }),
    };
    await hearOnce(listener, request.greeting, over);
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
