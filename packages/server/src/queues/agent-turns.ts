/**
 * Whose turn it is to be rung for a caller who waits: whoever has been without a conversation for longest. An agent
 * rings for one caller at a time. Who lets it ring is passed over for a while, for longer each time, so that no phone
 * rings for hours on an empty desk.
 */
import type { Clock } from '../ports.js';
import type { TransientStore } from '../stores/transient-store.js';

/** Somebody who declines is there, and may be asked again soon. */
const DECLINED_MS = 30_000;
const UNANSWERED_MS = 60_000;
const MAX_UNANSWERED_MS = 16 * 60_000;
/** A page that is loaded again has its phone back soon. */
const UNREACHABLE_MS = 5000;
/** As long as a session lives at most. */
const MEMORY_MS = 12 * 3_600_000;

/** How an agent was rung in vain; `unreachable`: no phone was there to ring. */
export type Miss = 'declined' | 'unanswered' | 'unreachable';

/** See the top of this file. */
export class AgentTurns {
  readonly #store: TransientStore;
  readonly #clock: Clock;

  constructor({ store, clock }: { store: TransientStore; clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Those of these agents who may be rung, the next first. */
  async order(agents: readonly string[]): Promise<string[]> {
    const [passed, idle] = await Promise.all([
      this.#store.get(agents.map(passedKey)),
      this.#store.get(agents.map(idleKey)),
    ]);
    const since = new Map(agents.map((agent, index) => [agent, Number(idle[index] ?? 0)]));
    return agents
      .filter((_, index) => passed[index] === undefined)
      .sort((a, b) => (since.get(a) ?? 0) - (since.get(b) ?? 0));
  }

  /** Whether the agent rings for this offer, or call, alone, for `lifeMs` at most. */
  async claim(agent: string, offer: string, lifeMs: number): Promise<boolean> {
    return (await this.#store.claim(ringsKey(agent), offer, lifeMs)) === offer;
  }

  /** Those of these agents who ring for another than `offer`. */
  async ringing(agents: readonly string[], offer: string): Promise<ReadonlySet<string>> {
    const holders = await this.#store.get(agents.map(ringsKey));
    return new Set(agents.filter((_, index) => (holders[index] ?? offer) !== offer));
  }

  /** The agent no longer rings for this offer. */
  async release(agent: string, offer: string): Promise<void> {
    await this.#store.release(ringsKey(agent), offer);
  }

  /** The agent has talked to somebody until now, and is there again for whoever waits. */
  async talked(agent: string): Promise<void> {
    await this.#store.set(idleKey(agent), String(this.#clock.now()), MEMORY_MS);
    await this.#store.set(missesKey(agent), '0', MEMORY_MS);
    for (const how of ['declined', 'unanswered', 'unreachable'])
      await this.#store.release(passedKey(agent), how);
  }

  /** The agent was rung in vain: the others come first. */
  async missed(agent: string, how: Miss): Promise<void> {
    const [known] = await this.#store.get([missesKey(agent)]);
    const misses = Number(known ?? 0);
    const unansweredMs = Math.min(UNANSWERED_MS * 2 ** misses, MAX_UNANSWERED_MS);
    const passedMs = { declined: DECLINED_MS, unanswered: unansweredMs, unreachable: UNREACHABLE_MS }[how];
    const missesNow = { declined: 0, unanswered: misses + 1, unreachable: misses }[how];
    await this.#store.set(idleKey(agent), String(this.#clock.now()), MEMORY_MS);
    await this.#store.set(missesKey(agent), String(missesNow), MEMORY_MS);
    await this.#store.set(passedKey(agent), how, passedMs);
  }
}

function passedKey(agent: string): string {
  return `queue-passed:${agent}`;
}

function idleKey(agent: string): string {
  return `queue-idle:${agent}`;
}

function missesKey(agent: string): string {
  return `queue-misses:${agent}`;
}

function ringsKey(agent: string): string {
  return `queue-rings:${agent}`;
}
