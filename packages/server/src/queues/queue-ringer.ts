/**
 * Rings agents for callers who wait: whoever is first in a queue, and the agent whose turn it is, one at a time, until
 * somebody answers. The caller keeps its place and its music meanwhile. The voice platform's queue says who is first;
 * the caller's record says who is rung, so that of several servers one rings.
 */
import type { CallPlatform } from '../call-control/platform.js';
import { ControlAddresses } from '../call-control/control-documents.js';
import type { DialResult } from '../call-flow/call-record-state.js';
import type { CallbackNonces } from '../call-flow/callback-nonce.js';
import { agentsOf } from '../call-flow/ringing-agents.js';
import type { ServerDeps } from '../server-env.js';
import { isInCall, partyNamed, type StoredCall } from '../stores/call-record-store.js';
import { AgentTurns } from './agent-turns.js';
import { type Offer, offerOf, type QueueEvent } from './queue-state.js';

/** How often the queues are looked at in which somebody waits. */
const BEAT_MS = 2000;
/** What the end of a ring may take to be reported. */
const REPORT_MS = 15_000;
/** An agent's latest calls, among which are those that go on. */
const LATEST_CALLS = 20;

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
  /** Queues in which somebody may wait. */
  readonly #waited = new Set<string>();
  /** Those that are looked at now, and whether they have to be looked at again. */
  readonly #looking = new Map<string, boolean>();
  #beat: NodeJS.Timeout | undefined;

  constructor(deps: QueueRingerDeps) {
    this.#deps = deps;
    this.#turns = new AgentTurns({ store: deps.transient, clock: deps.clock });
  }

  /** Somebody waits in this queue, or somebody who was rung for it is rung no more. */
  look(name: string): void {
    this.#waited.add(name);
    this.#beat ??= this.#startBeat();
    if (this.#looking.has(name)) this.#looking.set(name, true);
    else void this.#lookUntilDone(name);
  }

  /** The agent may have become able to take calls. */
  agentChanged(agent: string): void {
    const { destinations } = this.#deps.config;
    for (const name of this.#waited) if (agentsOf(destinations, name).includes(agent)) this.look(name);
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
    return front?.leg === sid ? { name: queued.name, agent: queued.offer.agent } : undefined;
  }

  /** The leg that rang for this offer has ended. */
  async ended(sid: string, id: string, result: DialResult | 'declined'): Promise<void> {
    const call = await this.#deps.stores.calls.find(sid);
    const queued = call?.progress.queue;
    const offer = offerOf(queued);
    if (queued === undefined || offer?.id !== id) return;
    // Who no longer had to answer, or did so a moment too late, missed nothing.
    if (queued.state === 'offered' && result !== 'completed') {
      await this.#turns.missed(offer.agent, result === 'declined' ? 'declined' : 'unanswered');
    }
    await this.#giveUp(sid, offer);
    this.look(queued.name);
  }

  /** Somebody has taken the caller: the agent who was rung for it, or another. */
  async taken(sid: string, { isRung }: { isRung: boolean }): Promise<void> {
    await this.#stop(sid, { type: 'taken', isRung });
  }

  /** The caller waits no more. */
  async left(sid: string): Promise<void> {
    await this.#stop(sid, { type: 'left' });
  }

  async #stop(sid: string, event: QueueEvent & { type: 'taken' | 'left' }): Promise<void> {
    const { platform, stores } = this.#deps;
    const queued = (await stores.calls.find(sid))?.progress.queue;
    if (queued === undefined) return;
    const offer = offerOf(queued);
    await stores.calls.report(sid, { type: 'queued', queue: event });
    if (offer !== undefined) {
      await this.#giveUp(sid, offer);
      const isAnswer = event.type === 'taken' && event.isRung;
      if (offer.leg !== undefined && !isAnswer) await platform.hangUp(offer.leg);
    }
    this.look(queued.name);
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
        // The platform asks for what callers hear again and again, which brings the queue back.
        this.#waited.delete(name);
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
    const { clock, platform, stores } = this.#deps;
    const queue = (await platform.findQueues()).get(name);
    const front = queue && queue.size > 0 ? await platform.findWaiting(queue.sid, 'Front') : undefined;
    if (front === undefined) return false;
    const call = await stores.calls.find(front.leg);
    const queued = call?.progress.queue;
    const isRung = queued?.state === 'offered' && queued.offer.until > clock.now();
    if (call === undefined || queued === undefined || isRung) return true;
    for (const agent of await this.#turns.order(await this.#free(name))) {
      if (await this.#offer(call, name, agent)) return true;
    }
    return true;
  }

  /** The agents of the queue who are available and, whatever their phones say, in no call. */
  async #free(name: string): Promise<string[]> {
    const { config, logger, presence, stores } = this.#deps;
    const agents = agentsOf(config.destinations, name);
    const statuses = await presence.statusesOf(agents);
    const available = agents.filter((agent) => statuses.get(agent) === 'available');
    const isTalking = available.map(async (agent) => {
      const party = partyNamed(agent);
      const latest = await stores.calls
        .list({ party, status: 'in-progress', limit: LATEST_CALLS })
        .catch((error: unknown) => {
          logger.debug({ err: error }, 'whether an agent is in a call is not known');
          return [];
        });
      return latest.some((call) => isInCall(call, party));
    });
    const talking = await Promise.all(isTalking);
    return available.filter((_, index) => talking[index] === false);
  }

  /** Rings the agent for the caller; false when somebody else does, or the agent rings for another. */
  async #offer(call: StoredCall, name: string, agent: string): Promise<boolean> {
    const { clock, config, random, stores } = this.#deps;
    const timeoutSeconds = config.destinations[name]?.timeoutSeconds ?? 0;
    const id = Buffer.from(random.bytes(12)).toString('base64url');
    const lifeMs = timeoutSeconds * 1000 + REPORT_MS;
    if (!(await this.#turns.claim(agent, id, lifeMs))) return false;
    const at = clock.now();
    const offer = { id, agent, until: at + lifeMs };
    const offered = await stores.calls.report(call.sid, {
      type: 'queued',
      queue: { type: 'offered', offer, at },
    });
    const queued = offered?.progress.queue;
    if (queued?.state !== 'offered' || queued.offer.id !== id) {
      await this.#turns.release(agent, id);
      return true;
    }
    await this.#ring(call, name, offer, timeoutSeconds);
    return true;
  }

  async #ring(call: StoredCall, name: string, offer: Offer, timeoutSeconds: number): Promise<void> {
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
        timeout: timeoutSeconds,
        statusCallback: addresses.queueRing(id),
        statusCallbackEvent: ['completed'],
      });
      logger.info({ callSid: call.sid, queue: name, agent }, 'an agent is rung for a caller who waits');
      const ringing = await stores.calls.report(call.sid, {
        type: 'queued',
        queue: { type: 'rings', id, leg },
      });
      const queued = ringing?.progress.queue;
      // The caller left, or was taken, while the platform began to ring.
      if (queued?.state !== 'offered' || queued.offer.id !== id) await platform.hangUp(leg);
    } catch (error) {
      await this.#turns.missed(agent, 'unanswered');
      await this.#giveUp(call.sid, offer);
      throw error;
    }
  }
}
