/**
 * Tells agents what happens, as it happens. A change is noted by its name alone; its record is read when it is told,
 * so whoever comes back later gets the newest state once, and nothing erased is ever told.
 */
import type { AgentPresence, LiveEvent } from '@offhook/contract';
import { isSupervisor, seesCallbacks } from '../callbacks/callback-access.js';
import { toCallbackRequest } from '../callbacks/callback-state.js';
import type { ServerDeps } from '../server-env.js';
import { type CallRecordStore, partiesOf, partyNamed, toCallRecord } from '../stores/call-record-store.js';
import type { LiveBus, LiveNotice } from './live-notices.js';
import { NoticeLog } from './notice-log.js';

/** How often everybody is pinged and the agents' statuses are looked at. */
const BEAT_MS = 5000;
/** Streams of one agent; beyond, the oldest ends. */
const MAX_PER_AGENT = 20;

/** Where an agent's events go. */
export interface LiveSubscriber {
  identity: string;
  /** Takes an event, and the id to come back with if it has one; false when the reader is too slow. */
  send(event: LiveEvent, id?: string): boolean;
  /** Whether the session behind it is still there. */
  isLive(): Promise<boolean>;
  /** Ends the stream. */
  end(): void;
}

/** What the hub works with. */
type LiveEventsDeps = Pick<ServerDeps, 'config' | 'logger' | 'presence' | 'random' | 'stores'>;

type Audience = (identity: string) => boolean;

/** See the top of this file. */
export class LiveEvents {
  readonly #deps: LiveEventsDeps;
  readonly #bus: LiveBus | undefined;
  readonly #log: NoticeLog;
  /** In the order in which they came. */
  readonly #subscribers = new Set<LiveSubscriber>();
  #known = new Map<string, string>();
  #beat: NodeJS.Timeout | undefined;
  #telling: Promise<void> = Promise.resolve();

  constructor(deps: LiveEventsDeps, bus: LiveBus | undefined) {
    this.#deps = deps;
    this.#bus = bus;
    this.#log = new NoticeLog(Buffer.from(deps.random.bytes(9)).toString('base64url'));
    bus?.listen((notice) => this.#take(notice));
  }

  /** Something changed here. */
  note(notice: LiveNotice): void {
    this.#take(notice);
    this.#bus?.publish(notice);
  }

  /** An agent's status may have changed. */
  async lookAtPresence(): Promise<void> {
    if (this.#subscribers.size > 0) this.#tellPresence(await this.#agents());
  }

  /** Begins with everybody's presence and what was missed since `lastEventId`; returns what ends it. */
  async subscribe(subscriber: LiveSubscriber, lastEventId: string | undefined): Promise<() => void> {
    const agents = await this.#agents();
    this.#tellPresence(agents);
    const own = [...this.#subscribers].filter(({ identity }) => identity === subscriber.identity);
    if (own.length >= MAX_PER_AGENT) this.#drop(own[0]);
    this.#subscribers.add(subscriber);
    this.#beat ??= this.#startBeat();
    const position = this.#log.position;
    for (const agent of agents) subscriber.send({ type: 'presence', agent });
    if (lastEventId !== undefined) await this.#tellMissed(subscriber, lastEventId);
    // Not before: who is lost on the way has to ask for the same again.
    subscriber.send({ type: 'ping' }, position);
    return () => this.#drop(subscriber, false);
  }

  async #tellMissed(subscriber: LiveSubscriber, lastEventId: string): Promise<void> {
    const missed = this.#log.since(lastEventId);
    if (missed === undefined) subscriber.send({ type: 'reset' });
    try {
      for (const notice of missed ?? []) {
        const told = await this.#read(notice);
        if (told?.audience(subscriber.identity)) subscriber.send(told.event);
      }
    } catch (error) {
      this.#deps.logger.warn({ err: error }, 'what was missed could not be told');
      subscriber.send({ type: 'reset' });
    }
  }

  #tellPresence(agents: readonly AgentPresence[]): void {
    for (const agent of agents) {
      if (this.#known.get(agent.identity) === agent.status) continue;
      this.#known.set(agent.identity, agent.status);
      this.#send({ type: 'presence', agent }, () => true);
    }
  }

  #take(notice: LiveNotice): void {
    const id = this.#log.add(notice);
    if (this.#subscribers.size === 0) return;
    this.#telling = this.#telling.then(() => this.#tell(notice, id));
  }

  async #tell(notice: LiveNotice, id: string): Promise<void> {
    try {
      const told = await this.#read(notice);
      if (told !== undefined) this.#send(told.event, told.audience, id);
    } catch (error) {
      this.#deps.logger.warn({ err: error }, 'a change could not be told');
      this.#send({ type: 'reset' }, () => true, id);
    }
  }

  async #read(notice: LiveNotice): Promise<{ event: LiveEvent; audience: Audience } | undefined> {
    const { config, stores } = this.#deps;
    if (notice.type === 'reset') return { event: { type: 'reset' }, audience: () => true };
    if (notice.type === 'call') {
      const call = await stores.calls.find(notice.id);
      if (call === undefined) return undefined;
      const parties = partiesOf(call);
      const audience = (agent: string) => isSupervisor(config, agent) || parties.includes(partyNamed(agent));
      return { event: { type: 'call', call: toCallRecord(call) }, audience };
    }
    const request = await stores.callbacks.find(notice.id);
    if (request === undefined) return undefined;
    const audience = (identity: string) => seesCallbacks(config, { identity }, request.destination);
    return { event: { type: 'callback-request', request: toCallbackRequest(request) }, audience };
  }

  /** Without `id`, whoever comes back starts where it was: a notice may be in the log and not be told yet. */
  #send(event: LiveEvent, audience: Audience, id?: string): void {
    for (const subscriber of this.#subscribers) {
      if (audience(subscriber.identity) && !subscriber.send(event, id)) this.#drop(subscriber);
    }
  }

  #startBeat(): NodeJS.Timeout {
    const beat = setInterval(() => {
      this.#onBeat().catch((error: unknown) => {
        this.#deps.logger.warn({ err: error }, 'live events could not be looked after');
      });
    }, BEAT_MS);
    beat.unref();
    return beat;
  }

  async #onBeat(): Promise<void> {
    this.#send({ type: 'ping' }, () => true);
    await this.lookAtPresence();
    for (const subscriber of this.#subscribers) {
      if (!(await subscriber.isLive())) this.#drop(subscriber);
    }
  }

  #drop(subscriber: LiveSubscriber | undefined, end = true): void {
    if (subscriber === undefined) return;
    this.#subscribers.delete(subscriber);
    if (end) subscriber.end();
    if (this.#subscribers.size > 0) return;
    clearInterval(this.#beat);
    this.#beat = undefined;
    this.#known = new Map();
  }

  async #agents(): Promise<AgentPresence[]> {
    const { config, presence } = this.#deps;
    const statuses = await presence.statusesOf(Object.keys(config.agents));
    return Object.entries(config.agents).map(([identity, { name }]) => ({
      identity,
      name,
      status: statuses.get(identity) ?? 'offline',
    }));
  }
}

/** The same store, whose changes are noted. */
export function noteChanges(store: CallRecordStore, note: (notice: LiveNotice) => void): CallRecordStore {
  return {
    create: async (call) => {
      await store.create(call);
      note({ type: 'call', id: call.sid });
    },
    report: async (sid, event, key) => {
      const call = await store.report(sid, event, key);
      const isSeen = event.type !== 'controlled' || !['lock', 'unlock'].includes(event.control.type);
      if (call !== undefined && isSeen) note({ type: 'call', id: sid });
      return call;
    },
    find: (sid) => store.find(sid),
    findByRecording: (recordingSid) => store.findByRecording(recordingSid),
    findLatestBy: (identity) => store.findLatestBy(identity),
    list: (selection) => store.list(selection),
    listOpen: (options) => store.listOpen(options),
    erase: (party, replacement, until) => store.erase(party, replacement, until),
    deleteStartedBefore: (time) => store.deleteStartedBefore(time),
  };
}
