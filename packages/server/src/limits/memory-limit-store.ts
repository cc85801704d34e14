import { BoundedMap } from '../bounded-map.js';
import type { Clock } from '../ports.js';
import { CountedKeys } from './counted-keys.js';
import { type Entry, ExpiringEntries } from './expiring-entries.js';
import {
  type ArrivingCall,
  CALL_MEMORY_MS,
  type LimitName,
  type LimitRule,
  type LimitStore,
  type LimitVerdict,
  type OwnedPlace,
} from './limit-store.js';

/** Keys that count, and places and calls that are remembered, each. */
const DEFAULT_CAPACITY = 100_000;
/** Limits whose keys the configuration names: strangers cannot make more of them, and leave room for them. */
const CONFIGURED_LIMITS: ReadonlySet<LimitName> = new Set([
  'callbacks',
  'calls-per-second',
  'concurrent-per-destination',
  'dialed-calls-per-hour',
  'dialed-minutes-per-day',
] as const);
/** When to come back when there is no room to count. */
const RETRY_AFTER_FULL_MS = 60_000;
/** A caller that waits for another call to end is told to try again after this long at most. */
const RETRY_AFTER_END_MS = 60_000;
const NOTHING = { size: 0, nextLapse: 0 };

/** What was taken under one rule. */
interface Taken {
  rule: LimitRule;
  in: ExpiringEntries;
  entries: readonly Entry[];
}

interface Place {
  id: string;
  taken: readonly Taken[];
  /** The moment from which no call can take it over any more. */
  until: number;
}

interface KnownCall {
  granted: number;
  taken: readonly Taken[];
  until: number;
}

/**
 * Limits in this process's memory, in bounded space however many addresses come: when it is full of what counts,
 * those who were not counted yet are refused.
 */
export class MemoryLimitStore implements LimitStore {
  readonly #clock: Clock;
  readonly #entries: CountedKeys;
  /** Of the limits that the configuration names; never forgotten. */
  readonly #configured = new Map<string, ExpiringEntries>();
  /** Places that nobody owns, by their id. */
  readonly #places: BoundedMap<Place>;
  /** The newest of each owner. */
  readonly #placesOf: BoundedMap<Place>;
  readonly #calls: BoundedMap<KnownCall>;

  constructor({ clock, capacity = DEFAULT_CAPACITY }: { clock: Clock; capacity?: number }) {
    this.#clock = clock;
    this.#entries = new CountedKeys(capacity);
    this.#places = new BoundedMap(capacity);
    this.#placesOf = new BoundedMap(capacity);
    this.#calls = new BoundedMap(capacity);
  }

  /** Keys that take up memory. */
  get size(): number {
    return this.#entries.size;
  }

  async take(
    rules: readonly LimitRule[],
    { id, owner }: { id: string; owner?: string },
  ): Promise<LimitVerdict> {
    const now = this.#clock.now();
    const former = owner === undefined ? undefined : this.#placesOf.get(owner);
    const verdict = this.#check(rules, now, former);
    if (!verdict.allowed) return verdict;
    if (former !== undefined) letGo(former);
    const taken = this.#takeAll(rules, verdict.granted, now, false);
    const place = { id, taken, until: now + placeMs(rules) };
    if (owner === undefined) this.#places.set(id, place);
    else this.#placesOf.set(owner, place);
    return verdict;
  }

  async giveBack(_rules: readonly LimitRule[], id: string): Promise<void> {
    for (const taken of this.#places.get(id)?.taken ?? []) {
      for (const entry of taken.entries) taken.in.unreserve(entry);
    }
    this.#places.delete(id);
  }

  async admit(rules: readonly LimitRule[], call: ArrivingCall): Promise<LimitVerdict> {
    const now = this.#clock.now();
    const known = this.#calls.get(call.sid);
    if (known !== undefined && known.until > now) return { allowed: true, granted: known.granted };
    const place = this.#takePlace(call.place, now);
    const verdict = place === undefined ? this.#check(rules, now) : ({ allowed: true, granted: 1 } as const);
    if (!verdict.allowed) return verdict;
    const { granted } = verdict;
    const taken = place === undefined ? this.#takeAll(rules, granted, now, true) : convert(place, now);
    this.#calls.set(call.sid, {
      granted,
      taken,
      until: now + CALL_MEMORY_MS,
    });
    return verdict;
  }

  async end(sid: string, used: number): Promise<void> {
    const call = this.#calls.get(sid);
    if (call === undefined) return;
    const now = this.#clock.now();
    const taken = call.taken.flatMap((one) => {
      if (!one.rule.untilEnd) return [one];
      if (one.rule.weight !== undefined) return [keepUsed(one, used, now)];
      for (const entry of one.entries) one.in.release(entry);
      return [];
    });
    this.#calls.set(sid, { ...call, taken });
  }

  async undo(sid: string): Promise<void> {
    for (const { entries, in: limit } of this.#calls.get(sid)?.taken ?? []) {
      for (const entry of entries) limit.release(entry);
    }
    this.#calls.delete(sid);
  }

  async turnAway({ sid, place }: ArrivingCall): Promise<void> {
    const now = this.#clock.now();
    const known = this.#calls.get(sid);
    if (known !== undefined && known.until > now) return;
    for (const { entries, in: limit } of this.#takePlace(place, now)?.taken ?? []) {
      for (const entry of entries) limit.unreserve(entry);
    }
  }

  /** The first rule without room refuses; otherwise how many entries a weighted rule can give. */
  #check(rules: readonly LimitRule[], now: number, former?: Place): LimitVerdict {
    let granted = 1;
    let newKeys = 0;
    for (const { weight } of rules) if (weight !== undefined && weight > granted) granted = weight;
    for (const rule of rules) {
      const isConfigured = CONFIGURED_LIMITS.has(rule.name);
      const entries = (isConfigured ? this.#configured : this.#entries).get(rule.key);
      if (entries === undefined && !isConfigured) {
        newKeys += 1;
        if (!this.#entries.hasRoom(newKeys, now)) {
          return { allowed: false, rule: rule.name, retryAfterMs: RETRY_AFTER_FULL_MS };
        }
      }
      const { size, nextLapse } = entries?.count(now) ?? NOTHING;
      const free = rule.limit - size + (former === undefined ? 0 : countLetGo(former, rule, entries));
      if (free < 1) {
        const wait = Math.max(1, nextLapse - now);
        const retryAfterMs = rule.untilEnd ? Math.min(wait, RETRY_AFTER_END_MS) : wait;
        return { allowed: false, rule: rule.name, retryAfterMs };
      }
      if (rule.weight !== undefined && free < granted) granted = free;
    }
    return { allowed: true, granted };
  }

  /** `isCall`: for a call that is there, not for one to come. */
  #takeAll(rules: readonly LimitRule[], granted: number, now: number, isCall: boolean): Taken[] {
    return rules.map((rule) => {
      const limit = this.#openEntries(rule, now);
      const holdMs = isCall ? rule.holdMs : undefined;
      const takeOne = () =>
        holdMs === undefined ? limit.reserve(now + rule.reserveMs) : limit.hold(now + holdMs);
      const entries = rule.weight === undefined ? [takeOne()] : Array.from({ length: granted }, takeOne);
      return { rule, in: limit, entries };
    });
  }

  #openEntries({ name, key }: LimitRule, now: number): ExpiringEntries {
    if (!CONFIGURED_LIMITS.has(name)) return this.#entries.open(key, now);
    const entries = this.#configured.get(key) ?? new ExpiringEntries();
    this.#configured.set(key, entries);
    return entries;
  }

  #takePlace(wanted: OwnedPlace | undefined, now: number): Place | undefined {
    const place = wanted === undefined ? undefined : this.#placesOf.get(wanted.owner);
    if (wanted === undefined || place?.id !== wanted.id) return undefined;
    this.#placesOf.delete(wanted.owner);
    return place.until > now ? place : undefined;
  }
}

/** The first entries stay, or count again when an earlier report said that fewer were used. */
function keepUsed({ rule, in: limit, entries }: Taken, used: number, now: number): Taken {
  const kept = entries.map((entry, index) => {
    if (index < used) return entry.counts || entry.until <= now ? entry : limit.hold(entry.until);
    limit.release(entry);
    return entry;
  });
  return { rule, in: limit, entries: kept };
}

/** Gives back what of a place counts calls at the same time, for the owner's next one. */
function letGo({ taken }: Place): void {
  for (const { rule, in: limit, entries } of taken) {
    if (rule.untilEnd) for (const entry of entries) limit.unreserve(entry);
  }
}

/** How many entries under this rule `letGo` would give back; what has lapsed does not count any more. */
function countLetGo({ taken }: Place, { untilEnd }: LimitRule, limit: ExpiringEntries | undefined): number {
  if (!untilEnd) return 0;
  const same = taken.find((one) => one.in === limit);
  return same?.entries.filter((entry) => entry.counts).length ?? 0;
}

/** What a call keeps of the place that it takes over. */
function convert(place: Place, now: number): Taken[] {
  return place.taken.flatMap(({ rule, in: limit, entries: [entry] }) => {
    if (rule.holdMs === undefined || entry === undefined) return [];
    const held = limit.convert(entry, now, now + rule.holdMs);
    return held === undefined ? [] : [{ rule, in: limit, entries: [held] }];
  });
}

/** A place can be taken over as long as it still counts where calls count. */
function placeMs(rules: readonly LimitRule[]): number {
  let ms = 0;
  for (const { holdMs, reserveMs } of rules) if (holdMs !== undefined && reserveMs > ms) ms = reserveMs;
  return ms;
}
