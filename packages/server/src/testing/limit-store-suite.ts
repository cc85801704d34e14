import { expect, it } from 'vitest';
import type { LimitRule, LimitStore } from '../limits/limit-store.js';

/** A store whose time the test can let pass. */
interface LimitStoreUnderTest {
  store: LimitStore;
  /** Lets at least this much time pass, and little more. */
  pass: (ms: number) => Promise<void>;
}

type CreateStore = () => LimitStoreUnderTest;

/** A window of 300 ms. */
function windowRule(limit: number, key = 'window'): LimitRule {
  return { name: 'calls-per-second', key, limit, reserveMs: 300 };
}

/** Counts as long as a call lasts; unused places lapse after 300 ms. */
function liveRule(limit: number, key = 'live'): LimitRule {
  return { name: 'concurrent-per-address', key, limit, reserveMs: 300, holdMs: 60_000, untilEnd: true };
}

/** What every limit store has to do. `createStore` returns an empty one. */
export function testLimitStore(createStore: CreateStore): void {
  testWindows(createStore);
  testSeveralRules(createStore);
  testCalls(createStore);
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
    const rules = [windowRule(10)];
    expect(await takeMany(store, rules, 1, 'first')).toBe(1);
    await pass(200);
    expect(await takeMany(store, rules, 50, 'late')).toBe(9);
    await pass(120);
    expect(await takeMany(store, rules, 50, 'next')).toBe(1);
    await pass(320);
    expect(await takeMany(store, rules, 50, 'empty')).toBe(10);
  });

  it('says which rule refuses and when it is worth trying again', async () => {
    const { store, pass } = createStore();
    await store.take([windowRule(1)], { id: 'one' });
    await pass(100);
    const verdict = await store.take([windowRule(1)], { id: 'two' });
    expect(verdict).toMatchObject({ allowed: false, rule: 'calls-per-second' });
    if (verdict.allowed) return;
    expect(verdict.retryAfterMs).toBeGreaterThan(0);
    expect(verdict.retryAfterMs).toBeLessThanOrEqual(200);
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
  it('lets a call take over a place of its owner, and holds it until the call ends', async () => {
    const { store, pass } = createStore();
    const rules = [liveRule(1)];
    await store.take(rules, { id: 'place', owner: 'visitor' });
    expect((await store.admit(rules, { sid: 'CA1', owner: 'visitor' })).allowed).toBe(true);
    await pass(320);
    expect((await store.take(rules, { id: 'other', owner: 'visitor' })).allowed).toBe(false);
    await store.end('CA1', 0);
    expect((await store.take(rules, { id: 'other', owner: 'visitor' })).allowed).toBe(true);
  });

  it('takes over each place once, and never that of somebody else', async () => {
    const { store } = createStore();
    const rules = [liveRule(2)];
    await store.take(rules, { id: 'place', owner: 'visitor' });
    expect((await store.admit(rules, { sid: 'CA1', owner: 'stranger' })).allowed).toBe(true);
    expect((await store.admit(rules, { sid: 'CA2', owner: 'stranger' })).allowed).toBe(false);
    expect((await store.admit(rules, { sid: 'CA3', owner: 'visitor' })).allowed).toBe(true);
    expect((await store.admit(rules, { sid: 'CA4', owner: 'visitor' })).allowed).toBe(false);
  });

  it('gives unused places back by itself', async () => {
    const { store, pass } = createStore();
    await store.take([liveRule(1)], { id: 'place', owner: 'visitor' });
    expect((await store.take([liveRule(1)], { id: 'other' })).allowed).toBe(false);
    await pass(320);
    expect((await store.take([liveRule(1)], { id: 'other' })).allowed).toBe(true);
    expect((await store.admit([liveRule(1)], { sid: 'CA1', owner: 'visitor' })).allowed).toBe(false);
  });

  it('lets the same call in again without counting it again, even after its end', async () => {
    const { store } = createStore();
    const rules = [liveRule(1)];
    for (let time = 0; time < 3; time += 1) {
      expect((await store.admit(rules, { sid: 'CA1', owner: 'visitor' })).allowed).toBe(true);
    }
    await store.end('CA1', 0);
    await store.end('CA1', 0);
    await store.end('CA-unknown', 0);
    expect((await store.admit(rules, { sid: 'CA1', owner: 'visitor' })).allowed).toBe(true);
    expect((await store.take(rules, { id: 'free' })).allowed).toBe(true);
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
    if (kind === 'with a place') await store.take(rules, { id: 'place', owner: 'visitor' });
    await store.admit(rules, { sid: 'CA1', owner: 'visitor' });
    await store.undo('CA1');
    await store.undo('CA-unknown');
    expect((await store.admit(rules, { sid: 'CA2', owner: 'visitor' })).allowed).toBe(true);
    expect((await store.admit(rules, { sid: 'CA1', owner: 'visitor' })).allowed).toBe(false);
  });

  it('takes back the unused place of a call that is turned away, not one that is let in', async () => {
    const { store } = createStore();
    await store.take(rules, { id: 'place', owner: 'visitor' });
    await store.turnAway({ sid: 'CA1', owner: 'stranger' });
    expect((await store.take(rules, { id: 'other', owner: 'visitor' })).allowed).toBe(false);
    await store.turnAway({ sid: 'CA1', owner: 'visitor' });
    expect((await store.admit(rules, { sid: 'CA2', owner: 'visitor' })).allowed).toBe(true);
    await store.turnAway({ sid: 'CA2', owner: 'visitor' });
    expect((await store.take(rules, { id: 'other', owner: 'visitor' })).allowed).toBe(false);
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
  const admit = (store: LimitStore, sid: string, weight: number) =>
    store.admit([minutes(weight)], { sid, owner: '' });

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
