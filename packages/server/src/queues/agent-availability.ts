/**
 * Which agents may be rung for whom, beyond what they say of themselves: nobody rings for two at once, and who calls
 * while others wait does not come before them.
 */
import type { PresenceStatus } from '@offhook/contract';
import { queueOf } from '../call-flow/ring-plan.js';
import { type AgentStatuses, queueAgents } from '../call-flow/ringing-agents.js';
import type { ServerDeps } from '../server-env.js';
import { isInCall, partyNamed } from '../stores/call-record-store.js';
import type { AgentTurns } from './agent-turns.js';

/** That somebody waits is noted every two seconds while it is so. */
const WAITS_MS = 10_000;
/** An agent's latest calls, among which are those that go on. */
const LATEST_CALLS = 20;
/** Those of an agent who has not answered yet and no longer will. */
const GONE: readonly (PresenceStatus | undefined)[] = ['away', 'dnd', 'offline'];

/** What it works with. */
interface AgentAvailabilityDeps extends Pick<
  ServerDeps,
  'config' | 'logger' | 'presence' | 'stores' | 'transient'
> {
  turns: AgentTurns;
}

/** See the top of this file. */
export class AgentAvailability {
  readonly #deps: AgentAvailabilityDeps;

  constructor(deps: AgentAvailabilityDeps) {
    this.#deps = deps;
  }

  /** Whether somebody waits in this queue. */
  async noteWaiting(name: string, isWaiting: boolean): Promise<void> {
    const { transient } = this.#deps;
    if (isWaiting) await transient.set(waitsKey(name), 'yes', WAITS_MS);
    else await transient.release(waitsKey(name), 'yes');
  }

  /** The statuses by which it is decided whom the call `sid` rings, for a destination if it is for one. */
  async statusesFor(
    { sid, destination }: { sid: string; destination: string | undefined },
    agents: readonly string[],
  ): Promise<AgentStatuses> {
    const { config, presence, transient, turns } = this.#deps;
    const queue = destination === undefined ? undefined : queueOf(config.destinations, destination);
    const [statuses, ringing, waits] = await Promise.all([
      presence.statusesOf(agents),
      turns.ringing(agents, sid),
      queue === undefined ? [] : transient.get([waitsKey(queue)]),
    ]);
    const isWaitedFor = waits[0] !== undefined;
    const waitedFor = queue === undefined || !isWaitedFor ? [] : queueAgents(config.destinations, queue);
    const judge = (agent: string, status: PresenceStatus): PresenceStatus => {
      if (status !== 'available' && status !== 'busy') return status;
      if (waitedFor.includes(agent)) return 'away';
      return ringing.has(agent) ? 'busy' : status;
    };
    return new Map([...statuses].map(([agent, status]) => [agent, judge(agent, status)]));
  }

  /** Whether an agent who rings may still answer. */
  async isThere(agent: string): Promise<boolean> {
    const statuses = await this.#deps.presence.statusesOf([agent]);
    return !GONE.includes(statuses.get(agent));
  }

  /** The agents of a queue who are available and, whatever their phones say, in no call. */
  async freeAgents(queue: string): Promise<string[]> {
    const { config, presence } = this.#deps;
    const agents = queueAgents(config.destinations, queue);
    const statuses = await presence.statusesOf(agents);
    const available = agents.filter((agent) => statuses.get(agent) === 'available');
    const talking = await Promise.all(available.map((agent) => this.#isTalking(agent)));
    return available.filter((_, index) => talking[index] === false);
  }

  async #isTalking(agent: string): Promise<boolean> {
    const { logger, stores } = this.#deps;
    const party = partyNamed(agent);
    try {
      const latest = await stores.calls.list({ party, status: 'in-progress', limit: LATEST_CALLS });
      return latest.some((call) => isInCall(call, party));
    } catch (error) {
      logger.debug({ err: error }, 'whether an agent is in a call is not known');
      return false;
    }
  }
}

function waitsKey(queue: string): string {
  return `queue-waits:${queue}`;
}
