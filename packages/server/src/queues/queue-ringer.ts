/**
 * Rings agents for callers who wait: whoever is first in a queue, and the agent whose turn it is, one at a time, until
 * somebody answers. The caller keeps its place and its music meanwhile. The voice platform's queue says who is first;
 * the caller's record says who is rung, so that of several servers one rings.
 */
import type { CallPlatform } from '../call-control/platform.js';
import { ControlAddresses } from '../call-control/control-documents.js';
import type { DialResult } from '../call-flow/call-record-state.js';
import type { CallbackNonces } from '../call-flow/callback-nonce.js';
import { servedQueues } from '../call-flow/call-decision.js';
import type { AgentStatuses } from '../call-flow/ringing-agents.js';
import type { ServerDeps } from '../server-env.js';
import type { StoredCall } from '../stores/call-record-store.js';
import { AgentAvailability } from './agent-availability.js';
import { AgentTurns } from './agent-turns.js';
import { isOffered, type Offer, offerOf, type QueueEvent } from './queue-state.js';

/** How often the queues are looked at in which somebody waits. */
const BEAT_MS = 2000;
/** What the end of a ring may take to be reported. */
const REPORT_MS = 15_000;
/** Nobody lets it ring so briefly: there was no phone to ring. */
const NO_PHONE_MS = 1500;

/** What it works with. */
interface QueueRingerDeps extends Pick<
  ServerDeps,
  'clock' | 'config' | 'logger' | 'presence' | 'random' | 'stores' | 'transient'
> {
  platform: CallPlatform;
  nonces: CallbackNonces;
}

/** See the top of this file. */
export class QueueRinger {
  readonly #deps: QueueRingerDeps;
  readonly #turns: AgentTurns;
  readonly #availability: AgentAvailability;
  /** Queues that were looked at since this server began; others may have callers of before. */
  readonly #known = new Set<string>();
  /** Queues in which somebody may wait. */
  readonly #waited = new Set<string>();
  /** Those that are looked at now, and whether they have to be looked at again. */
  readonly #looking = new Map<string, boolean>();
  #beat: NodeJS.Timeout | undefined;

  constructor(deps: QueueRingerDeps) {
    this.#deps = deps;
    this.#turns = new AgentTurns({ store: deps.transient, clock: deps.clock });
    this.#availability = new AgentAvailability({ ...deps, turns: this.#turns });
  }

  /** Somebody waits in this queue, or somebody who was rung for it is rung no more. */
  look(name: string): void {
    this.#known.add(name);
    this.#waited.add(name);
    this.#beat ??= this.#startBeat();
    if (this.#looking.has(name)) this.#looking.set(name, true);
    else void this.#lookUntilDone(name);
  }

  /** The agent's phone gave a sign; `isNew`: with another status. */
  agentSeen(agent: string, isNew: boolean): void {
    for (const name of servedQueues(this.#deps.config, agent)) {
      if ((isNew && this.#waited.has(name)) || !this.#known.has(name)) this.look(name);
    }
  }

  /** The statuses of agents for a call that wants to ring them. */
  statusesFor(
    call: { sid: string; destination: string | undefined },
    agents: readonly string[],
  ): Promise<AgentStatuses> {
    return this.#availability.statusesFor(call, agents);
  }

  /** A call rings these agents, so that they ring for nobody else meanwhile. */
  async dials(sid: string, agents: readonly string[], timeoutSeconds: number): Promise<void> {
    for (const agent of agents) await this.#turns.claim(agent, sid, timeoutSeconds * 1000 + REPORT_MS);
  }

  /** The call rings these agents no more. */
  async rangFor(sid: string, agents: readonly string[]): Promise<void> {
    for (const agent of agents) await this.#turns.release(agent, sid);
  }

  /** The agent has had a conversation until now, whichever it was. */
  async talked(agent: string): Promise<void> {
    await this.#turns.talked(agent);
  }

  /** The agent was rung in vain, for whichever call. */
  async missed(agent: string, how: 'declined' | 'unanswered'): Promise<void> {
    await this.#turns.missed(agent, how);
  }

  /** The agent answers. Who, and the queue in which the caller is first; undefined when it waits no more. */
  async answered(sid: string, offer: string): Promise<{ name: string; agent: string } | undefined> {
    const { platform, stores } = this.#deps;
    const queued = (await stores.calls.find(sid))?.progress.queue;
    if (queued?.state !== 'offered' || queued.offer.id !== offer) return undefined;
    const queue = (await platform.findQueues()).get(queued.name);
    const front = queue && (await platform.findWaiting(queue.sid, 'Front'));
    if (front?.leg !== sid) return undefined;
    const answered = await stores.calls.report(sid, {
      type: 'queued',
      queue: { type: 'answered', id: offer },
    });
    if (!isOffered(answered?.progress.queue, offer)) return undefined;
    return { name: queued.name, agent: queued.offer.agent };
  }

  /** The leg that rang for this offer has ended. */
  async ended(sid: string, id: string, result: DialResult | 'declined'): Promise<void> {
    const call = await this.#deps.stores.calls.find(sid);
    const queued = call?.progress.queue;
    const offer = offerOf(queued);
    if (queued === undefined || offer?.id !== id) return;
    // Who no longer had to answer, or did so a moment too late, missed nothing.
    if (queued.state === 'offered' && result !== 'completed') {
      const rangMs = this.#deps.clock.now() - (offer.until - this.#lifeMs(queued.name));
      const isThere = result !== 'no-answer' || rangMs >= NO_PHONE_MS;
      const how = result === 'declined' ? 'declined' : isThere ? 'unanswered' : 'unreachable';
      await this.#turns.missed(offer.agent, how);
    }
    await this.#giveUp(sid, offer);
    this.look(queued.name);
  }

  /** Somebody with this leg has taken the caller: the agent who was rung for it, or another. */
  async taken(sid: string, taker: { leg: string; isRung: boolean }): Promise<void> {
    await this.#stop(sid, { type: 'taken', ...taker });
  }

  /** The caller waits no more. */
  async left(sid: string): Promise<void> {
    await this.#stop(sid, { type: 'left' });
  }

  async #stop(sid: string, event: QueueEvent & { type: 'taken' | 'left' }): Promise<void> {
    const { stores } = this.#deps;
    const queued = (await stores.calls.find(sid))?.progress.queue;
    if (queued === undefined) return;
    const offer = offerOf(queued);
    await stores.calls.report(sid, { type: 'queued', queue: event });
    if (offer !== undefined) await this.#giveUp(sid, offer);
    // Who has answered already takes the next caller, or leaves by itself.
    if (offer?.isAnswered !== true) await this.#silence(offer?.leg);
    this.look(queued.name);
  }

  /** Never rejects: it rings out by itself, and whoever was taken meanwhile must not suffer. */
  async #silence(leg: string | undefined): Promise<void> {
    const { logger, platform } = this.#deps;
    if (leg === undefined) return;
    await platform.hangUp(leg).catch((error: unknown) => {
      logger.warn({ err: error, callSid: leg }, 'an agent rings in vain');
    });
  }

  async #giveUp(sid: string, { id, agent }: Offer): Promise<void> {
    await this.#deps.stores.calls.report(sid, { type: 'queued', queue: { type: 'offer-over', id } });
    await this.#turns.release(agent, id);
  }

  #startBeat(): NodeJS.Timeout {
    const beat = setInterval(() => {
      for (const name of this.#waited) this.look(name);
    }, BEAT_MS);
    beat.unref();
    return beat;
  }

  async #lookUntilDone(name: string): Promise<void> {
    do {
      this.#looking.set(name, false);
      try {
        if (!(await this.#ringNext(name))) this.#waited.delete(name);
      } catch (error) {
        // Somebody may wait all the same: the next beat looks again.
        this.#deps.logger.warn({ err: error, queue: name }, 'no agent could be rung for a queue');
      }
    } while (this.#looking.get(name) === true);
    this.#looking.delete(name);
    if (this.#waited.size > 0) return;
    clearInterval(this.#beat);
    this.#beat = undefined;
  }

  /** False when nobody waits. */
  async #ringNext(name: string): Promise<boolean> {
    const { platform, stores } = this.#deps;
    const queue = (await platform.findQueues()).get(name);
    const front = queue && queue.size > 0 ? await platform.findWaiting(queue.sid, 'Front') : undefined;
    await this.#availability.noteWaiting(name, front !== undefined);
    if (front === undefined) return false;
    const call = await stores.calls.find(front.leg);
    if (call?.progress.queue === undefined || (await this.#rings(call))) return true;
    for (const agent of await this.#turns.order(await this.#availability.freeAgents(name))) {
      if (await this.#offer(call, name, agent)) return true;
    }
    return true;
  }

  #ringSeconds(name: string): number {
    return this.#deps.config.destinations[name]?.timeoutSeconds ?? 0;
  }

  /** After this long, in milliseconds, the ringing is over whatever is reported. */
  #lifeMs(name: string): number {
    return this.#ringSeconds(name) * 1000 + REPORT_MS;
  }

  /** Whether an agent rings for the caller; one who is there no more does not. */
  async #rings({ sid, progress: { queue } }: StoredCall): Promise<boolean> {
    const { clock, logger } = this.#deps;
    if (queue?.state !== 'offered' || queue.offer.until <= clock.now()) return false;
    const { agent, isAnswered, leg } = queue.offer;
    if (isAnswered === true || (await this.#availability.isThere(agent))) return true;
    logger.info({ callSid: sid, agent }, 'an agent who was rung for a caller has gone');
    await this.#giveUp(sid, queue.offer);
    await this.#silence(leg);
    return false;
  }

  /** Rings the agent for the caller; false when somebody else does, or the agent rings for another. */
  async #offer(call: StoredCall, name: string, agent: string): Promise<boolean> {
    const { clock, random, stores } = this.#deps;
    const id = Buffer.from(random.bytes(12)).toString('base64url');
    const lifeMs = this.#lifeMs(name);
    if (!(await this.#turns.claim(agent, id, lifeMs))) return false;
    const at = clock.now();
    const offer = { id, agent, until: at + lifeMs };
    const offered = await stores.calls.report(call.sid, {
      type: 'queued',
      queue: { type: 'offered', offer, at },
    });
    if (!isOffered(offered?.progress.queue, id)) {
      await this.#turns.release(agent, id);
      return true;
    }
    await this.#ring(call, name, offer);
    return true;
  }

  async #ring(call: StoredCall, name: string, offer: Offer): Promise<void> {
    const { config, logger, nonces, platform, stores } = this.#deps;
    const { id, agent } = offer;
    const addresses = new ControlAddresses(config, call.sid, nonces.of(call.sid));
    const isClient = call.from.startsWith('client:');
    const parameters = new URLSearchParams({
      // Only a number of the account may be shown as the one that calls.
      ...(!isClient && { callerName: call.from }),
      ...call.parameters,
    });
    try {
      const leg = await platform.ring({
        from: isClient ? call.from : (config.phoneNumber ?? `client:${name}`),
        to: `client:${agent}?${parameters.toString()}`,
        url: addresses.queueAnswer(id),
        timeout: this.#ringSeconds(name),
        statusCallback: addresses.queueRing(id),
        statusCallbackEvent: ['completed'],
      });
      logger.info({ callSid: call.sid, queue: name, agent }, 'an agent is rung for a caller who waits');
      const ringing = await stores.calls.report(call.sid, {
        type: 'queued',
        queue: { type: 'rings', id, leg },
      });
      const queued = ringing?.progress.queue;
      const isWanted = queued?.state === 'taken' ? queued.leg === leg : isOffered(queued, id);
      // The caller left, or was taken by another, while the platform began to ring.
      if (!isWanted) await this.#silence(leg);
    } catch (error) {
      logger.warn({ err: error, callSid: call.sid, agent }, 'an agent could not be rung');
      await this.#turns.missed(agent, 'unanswered');
      await this.#giveUp(call.sid, offer);
      this.look(name);
    }
  }
}
