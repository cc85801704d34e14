/** A queue of calls, first in first out, and the callers who wait in it. */
import type { QueueResult } from '../twiml/twiml-call.js';
import type { Call } from './call.js';
import type { Clock } from './clock.js';
import type { LingeringBridge } from './lingering-bridge.js';
import type { CallerParty } from './ports.js';

/** How many may wait in a queue of which nothing else is said, as at Twilio. */
export const DEFAULT_QUEUE_SIZE = 1000;
/** Twilio's limit for the size of a queue. */
export const MAX_QUEUE_SIZE = 5000;
/** Callers over whom the waiting time is averaged. */
const AVERAGED = 20;

/** Who is to wait. */
interface QueuedCaller {
  call: Call;
  party: CallerParty;
  /** See the caller of `Queues`. */
  onRedirected: (bridge: LingeringBridge) => void;
}

/** What is kept of a queue. */
export interface QueueRecord {
  sid: string;
  accountSid: string;
  friendlyName: string;
  maxSize: number;
  /** Made by TwiML that named it, and never changed by the REST API: nobody misses it while it is empty. */
  isMadeByTwiml: boolean;
  /** ISO 8601. */
  createdAt: string;
  updatedAt: string;
}

/** Where it is kept which queues there are. */
export interface QueueRecords {
  /** Those of a former process. */
  load(): QueueRecord[];
  /** @throws the system's error when it cannot be written. */
  save(queues: readonly QueueRecord[]): void;
}

/** One caller in a queue. */
export class QueueMember {
  readonly call: Call;
  readonly party: CallerParty;
  readonly onRedirected: QueuedCaller['onRedirected'];
  readonly enqueuedAt: Date;
  readonly enqueuedAtMs: number;
  readonly #gone = new AbortController();
  readonly #bridge = new AbortController();
  /** Set when somebody takes the caller, and when the two hear each other. */
  isTaken = false;
  isBridged = false;
  result: QueueResult = 'hangup';

  constructor(caller: QueuedCaller, clock: Clock) {
    this.call = caller.call;
    this.party = caller.party;
    this.onRedirected = caller.onRedirected;
    this.enqueuedAt = clock.now();
    this.enqueuedAtMs = clock.monotonicMs();
  }

  /** Aborts when the caller no longer waits. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Aborts when the caller's time in the queue, and with whoever took it, is over. */
  get over(): AbortSignal {
    return this.#bridge.signal;
  }

  /** Ends the wait: somebody takes the caller, and says when they are done. */
  take(): void {
    this.isTaken = true;
    this.result = 'bridged';
    this.#gone.abort();
  }

  /** The caller leaves: it hangs up, or is sent to other TwiML. */
  leave(how: 'hangup' | 'redirected'): void {
    if (!this.isTaken) this.finish(how);
    else if (how === 'redirected') this.finish('redirected-from-bridged');
    else this.finish(this.isBridged ? 'bridged' : 'bridging-in-process');
  }

  /** Ends the caller's time here; what ends it first is the result. */
  finish(result: QueueResult): void {
    if (this.#bridge.signal.aborted) return;
    this.result = result;
    this.#gone.abort();
    this.#bridge.abort();
  }
}

/** See the top of this file. */
export class CallQueue {
  readonly #clock: Clock;
  readonly #members: QueueMember[] = [];
  readonly #waits: number[] = [];
  /** Those who wait for a caller, first come first served. */
  readonly #takers: ((member: QueueMember) => void)[] = [];
  #record: QueueRecord;
  /** Monotonic milliseconds. */
  #usedAtMs: number;

  constructor(record: QueueRecord, clock: Clock) {
    this.#record = record;
    this.#clock = clock;
    this.#usedAtMs = clock.monotonicMs();
  }

  get record(): QueueRecord {
    return this.#record;
  }

  get sid(): string {
    return this.#record.sid;
  }

  get friendlyName(): string {
    return this.#record.friendlyName;
  }

  get maxSize(): number {
    return this.#record.maxSize;
  }

  /** The REST API changes it. Those who wait go on waiting, also where there is room for fewer. */
  change(change: Partial<Pick<QueueRecord, 'friendlyName' | 'maxSize'>>): void {
    this.#record = {
      ...this.#record,
      ...change,
      isMadeByTwiml: false,
      updatedAt: this.#clock.now().toISOString(),
    };
  }

  /** Whether nobody waits here, for a caller or as one. */
  get isIdle(): boolean {
    return this.#members.length === 0 && this.#takers.length === 0;
  }

  /** When somebody last came here, in monotonic milliseconds. */
  get usedAtMs(): number {
    return this.#usedAtMs;
  }

  get members(): readonly QueueMember[] {
    return this.#members;
  }

  /** Whole seconds. */
  get averageWaitSeconds(): number {
    if (this.#waits.length === 0) return 0;
    return Math.round(this.#waits.reduce((sum, wait) => sum + wait, 0) / this.#waits.length / 1000);
  }

  /** Whole seconds that a caller has waited. */
  waitSeconds(member: QueueMember): number {
    return Math.round((this.#clock.monotonicMs() - member.enqueuedAtMs) / 1000);
  }

  /** From 1. */
  positionOf(member: QueueMember): number {
    return this.#members.indexOf(member) + 1;
  }

  /** A caller by the SID of its call, or `Front`. */
  member(name: string): QueueMember | undefined {
    return name === 'Front' ? this.#members[0] : this.#members.find(({ call }) => call.details.sid === name);
  }

  /** Undefined when the queue is full. */
  add(caller: QueuedCaller): QueueMember | undefined {
    this.#usedAtMs = this.#clock.monotonicMs();
    if (this.#members.length >= this.maxSize) return undefined;
    const member = new QueueMember(caller, this.#clock);
    this.#members.push(member);
    member.gone.addEventListener('abort', () => this.#remove(member), { once: true });
    this.#serve();
    return member;
  }

  /** The caller at the front as soon as there is one; undefined when `signal` aborts before. */
  take(signal: AbortSignal): Promise<QueueMember | undefined> {
    this.#usedAtMs = this.#clock.monotonicMs();
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve(undefined);
        return;
      }
      const giveUp = (): void => {
        const place = this.#takers.indexOf(taker);
        if (place >= 0) this.#takers.splice(place, 1);
        resolve(undefined);
      };
      const taker = (member: QueueMember): void => {
        signal.removeEventListener('abort', giveUp);
        resolve(member);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#takers.push(taker);
      this.#serve();
    });
  }

  #serve(): void {
    const [member] = this.#members;
    if (member === undefined) return;
    const taker = this.#takers.shift();
    if (taker === undefined) return;
    member.take();
    taker(member);
  }

  #remove(member: QueueMember): void {
    const place = this.#members.indexOf(member);
    if (place >= 0) this.#members.splice(place, 1);
    if (!member.isTaken) return;
    this.#waits.push(this.#clock.monotonicMs() - member.enqueuedAtMs);
    if (this.#waits.length > AVERAGED) this.#waits.shift();
  }
}
