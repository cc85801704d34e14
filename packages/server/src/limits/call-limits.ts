/**
 * How much calling is allowed. A visitor's token reserves a place, the arriving call takes it over, and the end of
 * the call gives back what counts calls at the same time. Limits of one address come before those that all share,
 * so that somebody who is over their own takes nothing from the others.
 */
import type { RefusalReason } from '@offhook/contract';
import { LATE_CALL_MS } from '../call-flow/call-tickets.js';
import { addressBuckets, isLoopbackAddress } from '../client-address.js';
import type { ServerConfig } from '../config/config.js';
import { LimitError } from '../errors.js';
import type { Random } from '../ports.js';
import type { Session } from '../stores/session-store.js';
import type { LimitName, LimitRule, LimitStore, LimitVerdict } from './limit-store.js';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Twilio ends a `<Dial>` after 4 hours; a call whose end is never reported counts a little longer. */
const LONGEST_CALL_MS = 4 * HOUR_MS + 15 * MINUTE_MS;
/** All of a site's IPv6 addresses (a /48) together may do as much as this many single ones. */
const ADDRESSES_PER_SITE = 10;
const SESSIONS_PER_ADDRESS_PER_MINUTE = 60;
const TOKENS_PER_SESSION_PER_MINUTE = 30;
const RATINGS_PER_SESSION_PER_MINUTE = 10;
const CALLBACKS_PER_HOUR = 300;
const CALLBACKS_PER_ADDRESS_PER_HOUR = 5;
const CALLBACKS_PER_SESSION_PER_HOUR = 3;
/** Nobody shall have others call somebody again and again. */
const CALLBACKS_PER_NUMBER_PER_DAY = 3;
const SIGN_IN_WINDOW_MS = 15 * MINUTE_MS;
const FAILED_SIGN_INS_PER_ADDRESS = 10;
const FAILED_SIGN_INS_PER_AGENT = 20;

/** What `CallLimits` works with. */
export interface CallLimitsOptions {
  config: ServerConfig;
  store: LimitStore;
  random: Random;
  /** Hears of every refusal. */
  onRefusal?: (limit: LimitName) => void;
}

/** See the top of this file. */
export class CallLimits {
  readonly #options: CallLimitsOptions;

  constructor(options: CallLimitsOptions) {
    this.#options = options;
  }

  /** A place for the call that a visitor's new token is for; returns its id. Throws a `LimitError`. */
  async reservePlace(session: Session, destination: string, address: string | undefined): Promise<string> {
    const rules = this.#visitorRules(session, destination, address);
    const id = this.#newId();
    await this.#takeOrThrow(rules, { id, owner: session.id });
    return id;
  }

  /** Lets a visitor's call in, on the place that was reserved for it; the reason when it may not come in. */
  async admitVisitor(
    sid: string,
    { session, destination, place }: { session: Session; destination: string; place: string },
  ): Promise<RefusalReason | undefined> {
    const rules = this.#visitorRules(session, destination, session.address);
    const call = { sid, place: { id: place, owner: session.id } };
    return this.#reasonOf(await this.#options.store.admit(rules, call));
  }

  /** Lets an agent's call in, or one from the phone network (`placedBy` undefined). */
  async admitCall(
    sid: string,
    { placedBy, destination }: { placedBy: Session | undefined; destination: string | undefined },
  ): Promise<RefusalReason | undefined> {
    const rules = [
      ...(destination === undefined ? [] : [this.#destinationRule(destination)]),
      ...(placedBy === undefined ? [] : [this.#everybodyRule()]),
    ];
    return this.#reasonOf(await this.#options.store.admit(rules, { sid }));
  }

  /** Lets a call out to the phone network for up to `minutes`; fewer when the day's are nearly used up. */
  async admitDialing(sid: string, minutes: number): Promise<{ minutes: number } | RefusalReason> {
    const { callsPerHour, minutesPerDay } = this.#options.config.policy;
    const rules: LimitRule[] = [
      {
        name: 'dialed-calls-per-hour',
        key: 'dialed',
        limit: callsPerHour,
        reserveMs: HOUR_MS,
        holdMs: HOUR_MS,
      },
      {
        name: 'dialed-minutes-per-day',
        key: 'minutes',
        limit: minutesPerDay,
        reserveMs: DAY_MS,
        holdMs: DAY_MS,
        untilEnd: true,
        weight: minutes,
      },
    ];
    const verdict = await this.#options.store.admit(rules, { sid: dialingKey(sid) });
    return verdict.allowed ? { minutes: verdict.granted } : (this.#reasonOf(verdict) ?? 'budget-used');
  }

  /**
   * A call is over after this long on the phone network; a later report may say that it was longer. Calls that are
   * unknown change nothing.
   */
  async callEnded(sid: string, durationSeconds: number): Promise<void> {
    const { store } = this.#options;
    await store.end(sid, 0);
    await store.end(dialingKey(sid), Math.ceil(durationSeconds / 60));
  }

  /** A call that a limit let in is refused after all: nothing of it counts. */
  async undoCall(sid: string): Promise<void> {
    const { store } = this.#options;
    await store.undo(sid);
    await store.undo(dialingKey(sid));
  }

  /** A visitor's call is refused before any limit was asked: what its token reserved comes back. */
  async turnAway(sid: string, session: Session, place: string): Promise<void> {
    await this.#options.store.turnAway({ sid, place: { id: place, owner: session.id } });
  }

  /** A new session for a visitor from this address. Throws a `LimitError`. */
  async openSession(address: string | undefined): Promise<void> {
    if (this.#isExempt(address)) return;
    const rules = this.#addressRules('sessions', address, {
      limit: SESSIONS_PER_ADDRESS_PER_MINUTE,
      reserveMs: MINUTE_MS,
    });
    await this.#takeOrThrow(rules, { id: this.#newId() });
  }

  /** A new token for an agent's session. Throws a `LimitError`. */
  async renewToken(session: Session): Promise<void> {
    const key = `tokens:${session.id}`;
    const limit = TOKENS_PER_SESSION_PER_MINUTE;
    await this.#takeOrThrow([{ name: 'tokens-per-session', key, limit, reserveMs: MINUTE_MS }], {
      id: this.#newId(),
    });
  }

  /** A rating from a session. Throws a `LimitError`. */
  async rateCall(session: Session): Promise<void> {
    const key = `ratings:${session.id}`;
    const limit = RATINGS_PER_SESSION_PER_MINUTE;
    await this.#takeOrThrow([{ name: 'ratings-per-session', key, limit, reserveMs: MINUTE_MS }], {
      id: this.#newId(),
    });
  }

  /** A visitor's wish to be called back at a number. Throws a `LimitError`. */
  async requestCallback(
    session: Session,
    { address, number }: { address: string | undefined; number: string },
  ): Promise<void> {
    const rule = (name: LimitName, key: string, limit: number, reserveMs = HOUR_MS): LimitRule => ({
      name,
      key: `callbacks:${key}`,
      limit,
      reserveMs,
    });
    const ownRules = [
      rule('callbacks-per-session', session.id, CALLBACKS_PER_SESSION_PER_HOUR),
      ...this.#addressRules('callbacks', address, {
        limit: CALLBACKS_PER_ADDRESS_PER_HOUR,
        reserveMs: HOUR_MS,
      }),
    ];
    const rules = [
      ...(this.#isExempt(address) ? [] : ownRules),
      rule('callbacks-per-number', number, CALLBACKS_PER_NUMBER_PER_DAY, DAY_MS),
      rule('callbacks', 'everybody', CALLBACKS_PER_HOUR),
    ];
    await this.#takeOrThrow(rules, { id: this.#newId() });
  }

  /** An attempt to sign in. Throws a `LimitError`; `succeeded` takes the attempt off the count again. */
  async trySignIn(address: string | undefined, agent: string): Promise<{ succeeded(): Promise<void> }> {
    const id = this.#newId();
    const rules: LimitRule[] = [
      ...this.#addressRules('sign-ins', address, {
        limit: FAILED_SIGN_INS_PER_ADDRESS,
        reserveMs: SIGN_IN_WINDOW_MS,
      }),
      {
        name: 'sign-ins-per-agent',
        key: `sign-in-as:${agent}`,
        limit: FAILED_SIGN_INS_PER_AGENT,
        reserveMs: SIGN_IN_WINDOW_MS,
      },
    ];
    await this.#takeOrThrow(rules, { id });
    return { succeeded: () => this.#options.store.giveBack(rules, id) };
  }

  #visitorRules(session: Session, destination: string, address: string | undefined): LimitRule[] {
    const { limits } = this.#options.config;
    const buckets = this.#buckets(address);
    const reserveMs = limits.visitorTokenSeconds * SECOND_MS + LATE_CALL_MS;
    const day = { reserveMs, holdMs: DAY_MS };
    const live = { reserveMs, holdMs: LONGEST_CALL_MS, untilEnd: true };
    const atOnce: LimitRule[] = [
      {
        name: 'concurrent-per-address',
        key: `live:${buckets.address}`,
        limit: limits.concurrentPerIp,
        ...live,
      },
    ];
    const counted: LimitRule[] = [
      {
        name: 'calls-per-address-per-day',
        key: `day:${buckets.address}`,
        limit: limits.callsPerIpPerDay,
        ...day,
      },
      {
        name: 'calls-per-session-per-hour',
        key: `session:${session.id}`,
        limit: limits.callsPerSessionPerHour,
        reserveMs,
        holdMs: HOUR_MS,
      },
    ];
    if (buckets.site !== undefined) {
      const limit = limits.callsPerIpPerDay * ADDRESSES_PER_SITE;
      counted.push({ name: 'calls-per-network-per-day', key: `day:${buckets.site}`, limit, ...day });
      const liveLimit = limits.concurrentPerIp * ADDRESSES_PER_SITE;
      atOnce.push({
        name: 'concurrent-per-network',
        key: `live:${buckets.site}`,
        limit: liveLimit,
        ...live,
      });
    }
    return [
      ...(this.#isExempt(address) ? [] : counted),
      ...atOnce,
      { ...this.#destinationRule(destination), reserveMs },
      this.#everybodyRule(),
    ];
  }

  /** What one address may do and, in IPv6, what its site may, which has 65,536 networks to change between. */
  #addressRules(
    what: 'callbacks' | 'sessions' | 'sign-ins',
    address: string | undefined,
    { limit, reserveMs }: { limit: number; reserveMs: number },
  ): LimitRule[] {
    const buckets = this.#buckets(address);
    const own: LimitRule = {
      name: `${what}-per-address`,
      key: `${what}:${buckets.address}`,
      limit,
      reserveMs,
    };
    if (buckets.site === undefined) return [own];
    const siteLimit = limit * ADDRESSES_PER_SITE;
    return [
      own,
      { name: `${what}-per-network`, key: `${what}:${buckets.site}`, limit: siteLimit, reserveMs },
    ];
  }

  #destinationRule(destination: string): LimitRule {
    return {
      name: 'concurrent-per-destination',
      key: `destination:${destination}`,
      limit: this.#options.config.limits.concurrentPerDestination,
      reserveMs: LONGEST_CALL_MS,
      holdMs: LONGEST_CALL_MS,
      untilEnd: true,
    };
  }

  #everybodyRule(): LimitRule {
    const limit = this.#options.config.limits.callsPerSecond;
    return { name: 'calls-per-second', key: 'everybody', limit, reserveMs: SECOND_MS };
  }

  /** A person who develops on this machine may call all day. */
  #isExempt(address: string | undefined): boolean {
    return this.#options.config.openSignIn && isLoopbackAddress(address);
  }

  #buckets(address: string | undefined) {
    return addressBuckets(address, this.#options.config.limits.ipv6PrefixBits);
  }

  async #takeOrThrow(rules: readonly LimitRule[], place: { id: string; owner?: string }): Promise<void> {
    const verdict = await this.#options.store.take(rules, place);
    if (verdict.allowed) return;
    this.#options.onRefusal?.(verdict.rule);
    throw new LimitError(codeOf(verdict.rule), Math.ceil(verdict.retryAfterMs / 1000));
  }

  #reasonOf(verdict: LimitVerdict): RefusalReason | undefined {
    if (verdict.allowed) return undefined;
    this.#options.onRefusal?.(verdict.rule);
    const code = codeOf(verdict.rule);
    if (verdict.rule.startsWith('dialed-')) return 'budget-used';
    return code === 'daily-limit' ? code : 'too-many-calls';
  }

  #newId(): string {
    return Buffer.from(this.#options.random.bytes(12)).toString('base64url');
  }
}

function codeOf(rule: LimitName): LimitError['code'] {
  if (rule.endsWith('-per-day')) return 'daily-limit';
  return /^(sign-ins|ratings|callbacks)/.test(rule) ? 'too-many-attempts' : 'too-many-calls';
}

function dialingKey(sid: string): string {
  return `${sid}:dialing`;
}
