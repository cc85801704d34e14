import type { Logger } from 'pino';
import type { Clock } from '../ports.js';
import { Fallback } from '../stores/fallback.js';
import type { ArrivingCall, LimitRule, LimitStore, LimitVerdict } from './limit-store.js';

/**
 * Shared limits that survive an outage: while the shared store fails, this process counts by itself, so that calls
 * go on under a limit. Each server then allows the limit for itself.
 */
export class ResilientLimitStore implements LimitStore {
  readonly #shared: LimitStore;
  readonly #own: LimitStore;
  readonly #fallback: Fallback;

  constructor(options: { shared: LimitStore; own: LimitStore; clock: Clock; logger: Logger }) {
    this.#shared = options.shared;
    this.#own = options.own;
    this.#fallback = new Fallback({ clock: options.clock, logger: options.logger, what: 'limits' });
  }

  take(rules: readonly LimitRule[], place: { id: string; owner?: string }): Promise<LimitVerdict> {
    return this.#fallback.ask(
      () => this.#shared.take(rules, place),
      () => this.#own.take(rules, place),
    );
  }

  admit(rules: readonly LimitRule[], call: ArrivingCall): Promise<LimitVerdict> {
    return this.#fallback.ask(
      () => this.#shared.admit(rules, call),
      () => this.#own.admit(rules, call),
    );
  }

  /** In both: nobody knows any more which of the two let it in. */
  async giveBack(rules: readonly LimitRule[], id: string): Promise<void> {
    await this.#own.giveBack(rules, id);
    await this.#fallback.ask(() => this.#shared.giveBack(rules, id), nothing);
  }

  async end(sid: string, used: number): Promise<void> {
    await this.#own.end(sid, used);
    await this.#fallback.ask(() => this.#shared.end(sid, used), nothing);
  }

  async undo(sid: string): Promise<void> {
    await this.#own.undo(sid);
    await this.#fallback.ask(() => this.#shared.undo(sid), nothing);
  }

  async turnAway(call: ArrivingCall): Promise<void> {
    await this.#own.turnAway(call);
    await this.#fallback.ask(() => this.#shared.turnAway(call), nothing);
  }
}

async function nothing(): Promise<void> {}
