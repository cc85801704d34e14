/**
 * Which agents can take calls. A status belongs to the agent and holds for all of its phones; signs of life come from
 * whichever of them can ring. Phones that never gave one, such as somebody's own, count as there while the agent is
 * signed in.
 */
import { AgentStatus, type PresenceReport, type PresenceStatus } from '@offhook/contract';
import type { Clock } from './ports.js';
import type { Sessions } from './session.js';
import type { TransientStore } from './stores/transient-store.js';

/** A phone that gave no sign for this long is not rung. */
const SILENCE_MS = 15_000;
/** As long as a session lives at most. */
const MEMORY_MS = 12 * 3_600_000;

/** See the top of this file. */
export class Presence {
  readonly #store: TransientStore;
  readonly #sessions: Sessions;
  readonly #clock: Clock;

  constructor({ store, sessions, clock }: { store: TransientStore; sessions: Sessions; clock: Clock }) {
    this.#store = store;
    this.#sessions = sessions;
    this.#clock = clock;
  }

  /** A sign of life from one of the agent's phones, with its new status if it has one; returns the status. */
  async report(identity: string, { status, seconds }: PresenceReport = {}): Promise<AgentStatus> {
    await this.#store.set(seenKey(identity), String(this.#clock.now()), MEMORY_MS);
    if (status !== undefined) {
      // What is forgotten reads as available.
      await this.#store.set(statusKey(identity), status, seconds === undefined ? MEMORY_MS : seconds * 1000);
      return status;
    }
    const [known] = await this.#store.get([statusKey(identity)]);
    return readStatus(known);
  }

  /** The status of each of these agents. */
  async statusesOf(identities: readonly string[]): Promise<Map<string, PresenceStatus>> {
    const keys = identities.flatMap((identity) => [statusKey(identity), seenKey(identity)]);
    const [texts, sessions] = await Promise.all([
      this.#store.get(keys),
      Promise.all(identities.map((identity) => this.#sessions.findByIdentity(identity))),
    ]);
    return new Map(
      identities.map((identity, index): [string, PresenceStatus] => {
        if (sessions[index] === undefined) return [identity, 'offline'];
        const seenAt = texts[2 * index + 1];
        const isSilent = seenAt !== undefined && this.#clock.now() - Number(seenAt) > SILENCE_MS;
        return [identity, isSilent ? 'away' : readStatus(texts[2 * index])];
      }),
    );
  }
}

/** Whoever else writes to the store must not be able to make up a status. */
function readStatus(text: string | undefined): AgentStatus {
  const status = AgentStatus.safeParse(text);
  return status.success ? status.data : 'available';
}

function statusKey(identity: string): string {
  return `status:${identity}`;
}

function seenKey(identity: string): string {
  return `seen:${identity}`;
}
