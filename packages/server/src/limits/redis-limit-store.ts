import type { Redis, Result } from 'ioredis';
import { ADMIT, END, TAKE, TURN_AWAY, UNDO } from './redis-limit-scripts.js';
import {
  type ArrivingCall,
  CALL_MEMORY_MS,
  type LimitRule,
  type LimitStore,
  type LimitVerdict,
} from './limit-store.js';

/** A caller that waits for another call to end is told to try again after this long at most. */
const RETRY_AFTER_END_MS = 60_000;

type Reply = [allowed: 1, granted: number] | [allowed: 0, rule: number, retryAfterMs: number];

declare module 'ioredis' {
  interface RedisCommander<Context> {
    offhookTake(...keysAndArguments: (string | number)[]): Result<Reply, Context>;
    offhookAdmit(...keysAndArguments: (string | number)[]): Result<Reply, Context>;
    offhookEnd(...keysAndArguments: (string | number)[]): Result<number, Context>;
    offhookUndo(...keysAndArguments: (string | number)[]): Result<number, Context>;
    offhookTurnAway(...keysAndArguments: (string | number)[]): Result<number, Context>;
  }
}

/** Limits on Redis, shared by every server with the same prefix. Rejects when Redis does not answer. */
export class RedisLimitStore implements LimitStore {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor({ redis, prefix }: { redis: Redis; prefix: string }) {
    this.#redis = redis;
    this.#prefix = prefix;
    redis.defineCommand('offhookTake', { lua: TAKE });
    redis.defineCommand('offhookAdmit', { lua: ADMIT });
    redis.defineCommand('offhookEnd', { lua: END });
    redis.defineCommand('offhookUndo', { lua: UNDO });
    redis.defineCommand('offhookTurnAway', { lua: TURN_AWAY });
  }

  async take(rules: readonly LimitRule[], place: { id: string; owner?: string }): Promise<LimitVerdict> {
    const keys = [...this.#keysOf(rules), this.#key('place', place.owner ?? '')];
    const hasOwner = place.owner === undefined ? 0 : 1;
    const reply = await this.#redis.offhookTake(
      keys.length,
      ...keys,
      rules.length,
      place.id,
      hasOwner,
      ...rules.flatMap(ruleArguments),
    );
    return verdictOf(rules, reply);
  }

  async giveBack(rules: readonly LimitRule[], id: string): Promise<void> {
    const batch = this.#redis.multi();
    for (const rule of rules) {
      const names = Array.from({ length: rule.weight ?? 1 }, (_, index) => `${id}#${index}`);
      batch.zrem(this.#key('limit', rule.key), ...names);
    }
    for (const [error] of (await batch.exec()) ?? []) if (error) throw error;
  }

  async admit(rules: readonly LimitRule[], call: ArrivingCall): Promise<LimitVerdict> {
    const keys = [
      ...this.#keysOf(rules),
      this.#key('place', call.place?.owner ?? ''),
      this.#key('call', call.sid),
    ];
    const reply = await this.#redis.offhookAdmit(
      keys.length,
      ...keys,
      rules.length,
      call.sid,
      CALL_MEMORY_MS,
      call.place?.id ?? '',
      ...rules.flatMap(ruleArguments),
    );
    return verdictOf(rules, reply);
  }

  async end(sid: string, used: number): Promise<void> {
    await this.#redis.offhookEnd(1, this.#key('call', sid), sid, used);
  }

  async undo(sid: string): Promise<void> {
    await this.#redis.offhookUndo(1, this.#key('call', sid), sid);
  }

  async turnAway({ sid, place }: ArrivingCall): Promise<void> {
    if (place === undefined) return;
    const keys = [this.#key('call', sid), this.#key('place', place.owner)];
    await this.#redis.offhookTurnAway(2, ...keys, place.id);
  }

  #keysOf(rules: readonly LimitRule[]): string[] {
    return rules.map((rule) => this.#key('limit', rule.key));
  }

  #key(kind: 'limit' | 'place' | 'call', name: string): string {
    return `${this.#prefix}${kind}:${name}`;
  }
}

function ruleArguments(rule: LimitRule): number[] {
  return [rule.limit, rule.reserveMs, rule.holdMs ?? -1, rule.untilEnd ? 1 : 0, rule.weight ?? 0];
}

function verdictOf(rules: readonly LimitRule[], reply: Reply): LimitVerdict {
  if (reply[0] === 1) return { allowed: true, granted: reply[1] };
  const rule = rules[reply[1] - 1];
  if (rule === undefined) throw new Error('A limit script named a rule that it was not given.');
  const retryAfterMs = rule.untilEnd ? Math.min(reply[2], RETRY_AFTER_END_MS) : reply[2];
  return { allowed: false, rule: rule.name, retryAfterMs };
}
