import { BoundedMap } from '../bounded-map.js';
import type { Clock } from '../ports.js';
import { ExpiringEntries } from './expiring-entries.js';
import {
  type ArrivingCall,
  CALL_MEMORY_MS,
  type LimitRule,
  type LimitStore,
  type LimitVerdict,
} from './limit-store.js';

/** Keys, owners and calls that are remembered, each; beyond, those not used for longest are forgotten. */
const DEFAULT_CAPACITY = 100_000;
/** A caller that waits for another call to end is told to try again after this long at most. */
const RETRY_AFTER_END_MS = 60_000;

const NOTHING = { size: 0, nextLapse: 0 };

interface Place {
  id: string;
  rules: readonly LimitRule[];
  until: number;
}

interface KnownCall {
  granted: number;
  releases: readonly LimitRule[];
  until: number;
}

/** Limits in this process's memory, in bounded space however many addresses come. */
export class MemoryLimitStore implements LimitStore {
  readonly #clock: Clock;
  readonly #entries: BoundedMap<ExpiringEntries>;
  readonly #places: BoundedMap<Place[]>;
  readonly #calls: BoundedMap<KnownCall>;

  constructor({ clock, capacity = DEFAULT_CAPACITY }: { clock: Clock; capacity?: number }) {
    this.#clock = clock;
    this.#entries = new BoundedMap(capacity);
    this.#places = new BoundedMap(capacity);
    this.#calls = new BoundedMap(capacity);
  }

  /** Keys that take up memory. */
  get size(): number {
    return this.#entries.size;
  }

  async take(rules: readonly LimitRule[], place: { id: string; owner?: string }): Promise<LimitVerdict> {
    const now = this.#clock.now();
    const verdict = this.#check(rules, now);
    if (!verdict.allowed) return verdict;
    for (const rule of rules) {
      const entries = this.#entriesOf(rule.key);
      for (const entry of entryNames(place.id, rule, verdict.granted))
        entries.reserve(entry, now + rule.reserveMs);
    }
    if (place.owner !== undefined)
      this.#remember(place.owner, { id: place.id, rules, until: now + placeMs(rules) });
    return verdict;
  }

  async giveBack(rules: readonly LimitRule[], id: string): Promise<void> {
    for (const rule of rules) {
      for (const entry of entryNames(id, rule, rule.weight ?? 1)) this.#entries.get(rule.key)?.remove(entry);
    }
  }

  async admit(rules: readonly LimitRule[], call: ArrivingCall): Promise<LimitVerdict> {
    const now = this.#clock.now();
    const known = this.#calls.get(call.sid);
    if (known !== undefined && known.until > now) return { allowed: true, granted: known.granted };
    const place = this.#takePlaceOf(call.owner, now);
    if (place !== undefined) {
      this.#convert(place, call.sid, now);
      this.#know(call.sid, place.rules, 1, now);
      return { allowed: true, granted: 1 };
    }
    const verdict = this.#check(rules, now);
    if (!verdict.allowed) return verdict;
    for (const rule of rules) {
      const entries = this.#entriesOf(rule.key);
      for (const entry of entryNames(call.sid, rule, verdict.granted)) {
        if (rule.holdMs === undefined) entries.reserve(entry, now + rule.reserveMs);
        else entries.hold(entry, now + rule.holdMs);
      }
    }
    this.#know(call.sid, rules, verdict.granted, now);
    return verdict;
  }

  async end(sid: string, used: number): Promise<void> {
    const call = this.#calls.get(sid);
    if (call === undefined) return;
    for (const rule of call.releases) {
      const kept = rule.weight === undefined ? 0 : used;
      const names = entryNames(sid, rule, call.granted).slice(kept);
      for (const entry of names) this.#entries.get(rule.key)?.remove(entry);
    }
    this.#calls.set(sid, { ...call, releases: [] });
  }

  /** The first rule without room refuses; otherwise how many entries a weighted rule can give. */
  #check(rules: readonly LimitRule[], now: number): LimitVerdict {
    let granted = Math.max(1, ...rules.map((rule) => rule.weight ?? 1));
    for (const rule of rules) {
      const { size, nextLapse } = this.#entries.get(rule.key)?.count(now) ?? NOTHING;
      const free = rule.limit - size;
      if (free < 1) {
        const wait = Math.max(1, nextLapse - now);
        const retryAfterMs = rule.untilEnd ? Math.min(wait, RETRY_AFTER_END_MS) : wait;
        return { allowed: false, rule: rule.name, retryAfterMs };
      }
      if (rule.weight !== undefined) granted = Math.min(granted, free);
    }
    return { allowed: true, granted };
  }

  #entriesOf(key: string): ExpiringEntries {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const entries = new ExpiringEntries();
    this.#entries.set(key, entries);
    return entries;
  }

  #remember(owner: string, place: Place): void {
    const places = this.#places.get(owner) ?? [];
    places.push(place);
    this.#places.set(owner, places);
  }

  #takePlaceOf(owner: string, now: number): Place | undefined {
    const places = this.#places.get(owner);
    while (places !== undefined && places.length > 0) {
      const place = places.shift();
      if (place !== undefined && place.until > now) return place;
    }
    this.#places.delete(owner);
    return undefined;
  }

  #convert(place: Place, sid: string, now: number): void {
    for (const rule of place.rules) {
      if (rule.holdMs === undefined) continue;
      this.#entries.get(rule.key)?.convert(`${place.id}#0`, `${sid}#0`, now + rule.holdMs);
    }
  }

  #know(sid: string, rules: readonly LimitRule[], granted: number, now: number): void {
    const releases = rules.filter((rule) => rule.untilEnd);
    this.#calls.set(sid, { granted, releases, until: now + CALL_MEMORY_MS });
  }
}

/** A rule's entries of one place or call. */
function entryNames(id: string, rule: LimitRule, granted: number): string[] {
  return Array.from({ length: rule.weight === undefined ? 1 : granted }, (_, index) => `${id}#${index}`);
}

/** A place can be taken over as long as it still counts where calls count. */
function placeMs(rules: readonly LimitRule[]): number {
  return Math.max(0, ...rules.filter((rule) => rule.holdMs !== undefined).map((rule) => rule.reserveMs));
}
