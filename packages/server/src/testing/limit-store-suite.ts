import { expect, it } from 'vitest';
import type { LimitRule, LimitStore } from '../limits/limit-store.js';

/** A store whose time the test can let pass. */
interface LimitStoreUnderTest {
  store: LimitStore;
  /** Lets at least this much time pass, and little more. */
  pass: (ms: number) => Promise<void>;
}

type CreateStore = () => LimitStoreUnderTest;

/** What lapses while a test waits for it, and not while the machine is busy with something else. */
const SHORT_MS = 1500;
/** Timers may be a little early. */
const LAPSED_MS = SHORT_MS + 20;

/** A window of a minute. */
function windowRule(limit: number, key = 'window'): LimitRule {
  return { name: 'calls-per-second', key, limit, reserveMs: 60_000 };
}

/** Counts as long as a call lasts; unused places lapse after a minute. */
function liveRule(limit: number, key = 'live'): LimitRule {
  return { name: 'concurrent-per-address', key, limit, reserveMs: 60_000, holdMs: 60_000, untilEnd: true };
}

function short(rule: LimitRule): LimitRule {
  return { ...rule, reserveMs: SHORT_MS };
}

const PLACE = { id: 'place', owner: 'visitor' };

/** What every limit store has to do. `createStore` returns an empty one. */
export function testLimitStore(createStore: CreateStore): void {
  testWindows(createStore);
  testSeveralRules(createStore);
  testCalls(createStore);
  testNextPlaces(createStore);
  testRefusals(createStore);
  testWeights(createStore);
}

async function takeMany(store: LimitStore, rules: readonly LimitRule[], count: number, prefix = 'p') {
  const places = Array.from({ length: count }, (_, index) => store.take(rules, { id: `${prefix}${index}` }));
  const verdicts = await Promise.all(places);
  return verdicts.filter((verdict) => verdict.allowed).length;
}

function testWindows(createStore: CreateStore): void {
  it('lets exactly the limit pass, however many come at once', async () => {
    const { store } = createStore();
    expect(await takeMany(store, [windowRule(7)], 100)).toBe(7);
  });

  it('does not let a burst at the end of one window and at the begin of the next pass', async () => {
    const { store, pass } = createStore();
    const rules = [short(windowRule(10))];
    expect(await takeMany(store, rules, 1, 'first')).toBe(1);
    await pass(LAPSED_MS / 2);
    expect(await takeMany(store, rules, 50, 'late')).toBe(9);
    await pass(LAPSED_MS / 2);
    expect(await takeMany(store, rules, 50, 'next')).toBe(1);
    await pass(LAPSED_MS);
    expect(await takeMany(store, rules, 50, 'empty')).toBe(10);
  });

  it('says which rule refuses and when it is worth trying again', async () => {
    const { store, pass } = createStore();
    const rules = [short(windowRule(1))];
    await store.take(rules, { id: 'one' });
    await pass(100);
    const verdict = await store.take(rules, { id: 'two' });
    expect(verdict).toMatchObject({ allowed: false, rule: 'calls-per-second' });
    if (verdict.allowed) return;
    expect(verdict.retryAfterMs).toBeGreaterThan(0);
    expect(verdict.retryAfterMs).toBeLessThanOrEqual(SHORT_MS - 100);
  });
}

function testSeveralRules(createStore: CreateStore): void {
  it('takes from no rule when one refuses', async () => {
    const { store } = createStore();
    const [roomy, narrow] = [windowRule(3, 'roomy'), windowRule(1, 'narrow')];
    expect((await store.take([roomy, narrow], { id: 'a' })).allowed).toBe(true);
    expect(await takeMany(store, [roomy, narrow], 20)).toBe(0);
    expect(await takeMany(store, [roomy], 20)).toBe(2);
  });

  it('gives back what was taken', async () => {
    const { store } = createStore();
    await store.take([windowRule(1)], { id: 'a' });
    await store.giveBack([windowRule(1)], 'a');
    await store.giveBack([windowRule(1)], 'never-taken');
    expect(await takeMany(store, [windowRule(1)], 5)).toBe(1);
  });
}

function testCalls(createStore: CreateStore): void {
  it('lets a call take over the place that was taken for it, and holds it until the call ends', async () => {
    const { store, pass } = createStore();
    const rules = [short(liveRule(1))];
    await store.take(rules, PLACE);
    expect((await store.admit(rules, { sid: 'CA1', place: PLACE })).allowed).toBe(true);
    await pass(LAPSED_MS);
    expect((await store.take(rules, { id: 'other', owner: 'visitor' })).allowed).toBe(false);
    await store.end('CA1', 0);
    expect((await store.take(rules, { id: 'other', owner: 'visitor' })).allowed).toBe(true);
  });

  it('takes over each place once, and never that of somebody else or of another token', async () => {
    const { store } = createStore();
    const rules = [liveRule(2)];
    await store.take(rules, PLACE);
    expect((await store.admit(rules, { sid: 'CA1', place: { ...PLACE, owner: 'stranger' } })).allowed).toBe(
      true,
    );
    for (const place of [undefined, { ...PLACE, owner: 'stranger' }, { ...PLACE, id: 'another' }]) {
      expect((await store.admit(rules, { sid: 'CA2', place })).allowed).toBe(false);
    }
    expect((await store.admit(rules, { sid: 'CA3', place: PLACE })).allowed).toBe(true);
    expect((await store.admit(rules, { sid: 'CA4', place: PLACE })).allowed).toBe(false);
  });

  it('gives unused places back by itself', async () => {
    const { store, pass } = createStore();
    const rules = [short(liveRule(1))];
    await store.take(rules, PLACE);
    expect((await store.take(rules, { id: 'other' })).allowed).toBe(false);
    await pass(LAPSED_MS);
    expect((await store.take(rules, { id: 'other' })).allowed).toBe(true);
    expect((await store.admit(rules, { sid: 'CA1', place: PLACE })).allowed).toBe(false);
  });

  it('lets the same call in again without counting it again, even after its end', async () => {
    const { store } = createStore();
    const rules = [liveRule(1)];
    for (let time = 0; time < 3; time += 1) {
      expect((await store.admit(rules, { sid: 'CA1', place: PLACE })).allowed).toBe(true);
    }
    await store.end('CA1', 0);
    await store.end('CA1', 0);
    await store.end('CA-unknown', 0);
    expect((await store.admit(rules, { sid: 'CA1', place: PLACE })).allowed).toBe(true);
    expect((await store.take(rules, { id: 'free' })).allowed).toBe(true);
  });
}

/** What an owner's next place takes from the one before. */
function testNextPlaces(createStore: CreateStore): void {
  const own = (id: string) => ({ id, owner: 'visitor' });

  it("gives an owner's next place what the one before held of what counts calls at the same time", async () => {
    const { store } = createStore();
    const rules = [liveRule(1), liveRule(1, 'destination')];
    for (const id of ['one', 'two', 'three']) {
      expect((await store.take(rules, own(id))).allowed).toBe(true);
    }
    expect((await store.take(rules, { id: 'other', owner: 'stranger' })).allowed).toBe(false);
    expect((await store.admit(rules, { sid: 'CA1', place: own('one') })).allowed).toBe(false);
    expect((await store.admit(rules, { sid: 'CA3', place: own('three') })).allowed).toBe(true);
    expect((await store.take(rules, own('four'))).allowed).toBe(false);
    await store.end('CA3', 0);
    expect((await store.take(rules, own('four'))).allowed).toBe(true);
  });

  it('counts every place of an owner in windows, and leaves the one before alone when it refuses', async () => {
    const { store } = createStore();
    const rules = [liveRule(1), windowRule(2)];
    expect((await store.take(rules, own('one'))).allowed).toBe(true);
    expect((await store.take(rules, own('two'))).allowed).toBe(true);
    expect(await store.take(rules, own('three'))).toMatchObject({ allowed: false, rule: 'calls-per-second' });
    expect((await store.admit(rules, { sid: 'CA2', place: own('two') })).allowed).toBe(true);
  });

  it('makes no room elsewhere: a place at one destination is none at another', async () => {
    const { store } = createStore();
    await store.take([liveRule(1, 'support')], own('one'));
    await store.take([liveRule(1, 'sales')], { id: 'other', owner: 'stranger' });
    expect((await store.take([liveRule(1, 'sales')], own('two'))).allowed).toBe(false);
    expect((await store.take([liveRule(2, 'sales')], own('two'))).allowed).toBe(true);
    expect((await store.take([liveRule(1, 'support')], { id: 'next', owner: 'stranger' })).allowed).toBe(
      true,
    );
  });
}

function testRefusals(createStore: CreateStore): void {
  const dayRule: LimitRule = {
    name: 'calls-per-address-per-day',
    key: 'day',
    limit: 1,
    reserveMs: 60_000,
    holdMs: 60_000,
  };
  const rules = [dayRule, liveRule(1)];

  it.each(['with a place', 'without one'])('takes back all that a call took %s', async (kind) => {
    const { store } = createStore();
    if (kind === 'with a place') await store.take(rules, PLACE);
    await store.admit(rules, { sid: 'CA1', place: PLACE });
    await store.undo('CA1');
    await store.undo('CA-unknown');
    expect((await store.admit(rules, { sid: 'CA2', place: PLACE })).allowed).toBe(true);
    expect((await store.admit(rules, { sid: 'CA1', place: PLACE })).allowed).toBe(false);
  });

  it('takes back the unused place of a call that is turned away, not one that is let in', async () => {
    const { store } = createStore();
    await store.take(rules, PLACE);
    await store.turnAway({ sid: 'CA1', place: { ...PLACE, owner: 'stranger' } });
    expect((await store.take(rules, { id: 'other', owner: 'other visitor' })).allowed).toBe(false);
    await store.turnAway({ sid: 'CA1', place: PLACE });
    expect((await store.admit(rules, { sid: 'CA2', place: PLACE })).allowed).toBe(true);
    await store.turnAway({ sid: 'CA2', place: PLACE });
    expect((await store.take(rules, { id: 'other', owner: 'other visitor' })).allowed).toBe(false);
  });
}

function testWeights(createStore: CreateStore): void {
  const minutes = (weight: number): LimitRule => ({
    name: 'dialed-minutes-per-day',
    key: 'minutes',
    limit: 100,
    reserveMs: 60_000,
    holdMs: 60_000,
    untilEnd: true,
    weight,
  });
  const admit = (store: LimitStore, sid: string, weight: number) => store.admit([minutes(weight)], { sid });

  it('grants what is left of a budget, and gives back what a call did not use', async () => {
    const { store } = createStore();
    expect(await admit(store, 'CA1', 60)).toEqual({ allowed: true, granted: 60 });
    expect(await admit(store, 'CA2', 60)).toEqual({ allowed: true, granted: 40 });
    expect(await admit(store, 'CA2', 60)).toEqual({ allowed: true, granted: 40 });
    expect(await admit(store, 'CA3', 60)).toMatchObject({ allowed: false, rule: 'dialed-minutes-per-day' });
    await store.end('CA1', 5);
    expect(await admit(store, 'CA4', 60)).toEqual({ allowed: true, granted: 55 });
  });

  it('corrects what a call used, up and down', async () => {
    const { store } = createStore();
    await admit(store, 'CA1', 60);
    await store.end('CA1', 0);
    await store.end('CA1', 50);
    expect(await admit(store, 'CA2', 60)).toEqual({ allowed: true, granted: 50 });
    await store.end('CA1', 40);
    expect(await admit(store, 'CA3', 60)).toEqual({ allowed: true, granted: 10 });
  });
}
