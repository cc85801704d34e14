import { describe, expect, it } from 'vitest';
import { type ControlEvent, type ControlledCall, endedAdmissionsOf, transition } from './control-state.js';
import { toCallControl } from './control-view.js';
import { settlementsOf } from './settlements.js';

const VISITOR = 'CA-visitor';
const ALICE = 'CA-alice';
const BOB = 'CA-bob';
const ALICE_AGAIN = 'CA-alice-again';
const BEGIN: ControlEvent = {
  type: 'begin',
  parent: { id: VISITOR, party: 'client:visitor_1' },
  child: { id: ALICE, party: 'client:alice' },
};
const UPGRADE: ControlEvent[] = [BEGIN, { type: 'upgrading' }, { type: 'upgraded', sid: 'CF1' }];
const CONSULT: ControlEvent = {
  type: 'invited',
  legs: [{ id: BOB, party: 'client:bob' }],
  consultBy: ALICE,
  admittedAs: 'control:1',
};
const HELD: ControlEvent = { type: 'held', party: VISITOR, hold: { by: ALICE, consult: true } };
const TRANSFER: ControlEvent = {
  type: 'transferring',
  customer: VISITOR,
  by: 'client:alice',
  to: 'client:bob',
  admittedAs: 'control:2',
  dial: { targets: [{ kind: 'client', identity: 'bob' }], timeoutSeconds: 30 },
};

function after(...events: readonly ControlEvent[]): ControlledCall {
  let state: ControlledCall | undefined;
  for (const event of events) state = transition(state, event);
  if (state === undefined) throw new Error('The events make no controlled call.');
  return state;
}

const joined = (party: string): ControlEvent => ({ type: 'joined', room: 1, party, at: 5 });
const left = (party: string, room = 1): ControlEvent => ({ type: 'left', room, party, at: 9 });
const ended = (id: string, reason: 'busy' | 'failed' = 'failed'): ControlEvent => ({
  type: 'leg-ended',
  id,
  reason,
  at: 9,
});

describe('a controlled call', () => {
  it('begins once, and becomes a conference', () => {
    const state = after(...UPGRADE, BEGIN, { type: 'upgrading' });
    expect(state).toMatchObject({ topology: { kind: 'conference', sid: 'CF1' }, room: 1 });
    expect(toCallControl(state)).toEqual({
      mode: 'conference',
      parties: [
        { id: VISITOR, party: 'client:visitor_1', state: 'present', onHold: false, muted: false },
        { id: ALICE, party: 'client:alice', state: 'present', onHold: false, muted: false },
      ],
    });
  });

  it('is a bridge again when its upgrade fails, and counts the next conference anew', () => {
    const failed = after(BEGIN, { type: 'upgrading' }, { type: 'upgrade-failed' });
    expect(failed.topology).toEqual({ kind: 'bridge', parent: VISITOR, child: ALICE });
    expect(transition(failed, { type: 'upgrading' })?.room).toBe(2);
  });

  it('hears nothing of a conference that it has left behind', () => {
    const state = after(...UPGRADE);
    expect(transition(state, left(VISITOR, 0))).toBe(state);
  });

  it('is held by one control at a time, unless its holder has died', () => {
    const state = after(BEGIN, { type: 'lock', id: 'a', at: 0, until: 10 });
    expect(transition(state, { type: 'lock', id: 'b', at: 9, until: 19 })).toBe(state);
    expect(transition(state, { type: 'unlock', id: 'b' })).toBe(state);
    expect(transition(state, { type: 'lock', id: 'b', at: 10, until: 20 })?.lock?.id).toBe('b');
    expect(transition(state, { type: 'unlock', id: 'a' })?.lock).toBeUndefined();
  });

  it('is over with its last party, and stays so', () => {
    const state = after(BEGIN, ended(ALICE), ended(VISITOR));
    expect(state.topology).toEqual({ kind: 'over', at: 9 });
    expect(transition(state, { type: 'upgrading' })).toBe(state);
    expect(toCallControl(state)).toEqual({ mode: 'over', parties: [] });
  });
});

describe('a consultation', () => {
  it('rings, then talks', () => {
    expect(toCallControl(after(...UPGRADE, CONSULT)).consult?.state).toBe('ringing');
    const talking = after(...UPGRADE, HELD, CONSULT, joined(BOB));
    expect(toCallControl(talking).consult).toEqual({ party: BOB, by: ALICE, state: 'talking' });
    expect(settlementsOf(talking)).toEqual([
      { do: 'set-ends-conference', party: VISITOR, endsConference: false },
      { do: 'set-ends-conference', party: ALICE, endsConference: false },
    ]);
  });

  it.each([
    ['before', [ended(BOB, 'busy'), CONSULT]],
    ['after', [CONSULT, ended(BOB, 'busy')]],
  ])('comes to nothing when the target is busy, reported %s the invitation', (_when, events) => {
    const state = after(...UPGRADE, HELD, ...events);
    expect(state.consult).toBeUndefined();
    expect(state.failure).toEqual({ action: 'consult', to: 'client:bob', reason: 'busy' });
    expect(settlementsOf(state)).toEqual([{ do: 'resume', party: VISITOR }]);
  });

  it('leaves nobody on hold when the agent hangs up, and lets the last two end the conference', () => {
    const state = after(...UPGRADE, HELD, CONSULT, joined(BOB), left(ALICE));
    expect(settlementsOf(state)).toEqual([
      { do: 'resume', party: VISITOR },
      { do: 'set-ends-conference', party: BOB, endsConference: true },
    ]);
  });

  it('lets the visitor wait for the target when the agent hangs up meanwhile, and go when it does not come', () => {
    const waiting = after(...UPGRADE, HELD, CONSULT, left(ALICE));
    expect(settlementsOf(waiting)).toEqual([]);
    const alone = transition(waiting, ended(BOB, 'busy'));
    expect(alone && settlementsOf(alone)).toEqual([{ do: 'hang-up', party: VISITOR }]);
  });

  it('rings nobody for a call that everybody has left', () => {
    const state = after(...UPGRADE, CONSULT, left(ALICE), left(VISITOR));
    expect(settlementsOf(state)).toEqual([{ do: 'hang-up', party: BOB }]);
  });
});

describe('a consultation of several', () => {
  const CAROL = 'CA-carol';
  const TEAM: ControlEvent = {
    ...CONSULT,
    legs: [
      { id: BOB, party: 'client:bob' },
      { id: CAROL, party: 'client:carol' },
    ],
  };
  const busy = (id: string) => ended(id, 'busy');

  it('is with whoever comes first, and the others go', () => {
    const state = after(...UPGRADE, HELD, TEAM, joined(CAROL));
    expect(state.consult).toEqual({ party: CAROL, by: ALICE });
    expect(settlementsOf(state)).toEqual([{ do: 'hang-up', party: BOB }]);
    const alone = after(...UPGRADE, HELD, TEAM, joined(CAROL), busy(BOB));
    expect(alone).toMatchObject({ consult: { party: CAROL }, failure: undefined });
    expect(settlementsOf(alone).map((settlement) => settlement.do)).not.toContain('hang-up');
  });

  it('keeps the first of two who come at once, also when they overtake the invitation', () => {
    for (const events of [
      [TEAM, joined(CAROL), joined(BOB)],
      [joined(CAROL), TEAM, joined(BOB)],
    ]) {
      const state = after(...UPGRADE, HELD, ...events);
      expect(state.consult?.party).toBe(CAROL);
      expect(settlementsOf(state)).toEqual([{ do: 'hang-up', party: BOB }]);
    }
  });

  it('comes to nothing with the last of them', () => {
    const one = after(...UPGRADE, HELD, TEAM, busy(BOB));
    expect(one).toMatchObject({ consult: { party: CAROL, by: ALICE }, failure: undefined });
    expect(settlementsOf(one).map((settlement) => settlement.do)).not.toContain('resume');
    for (const events of [
      [TEAM, busy(BOB), busy(CAROL)],
      [busy(BOB), busy(CAROL), TEAM],
    ]) {
      const none = after(...UPGRADE, HELD, ...events);
      expect(none.consult).toBeUndefined();
      expect(none.failure).toEqual({ action: 'consult', to: 'client:carol', reason: 'busy' });
      expect(settlementsOf(none)).toEqual([{ do: 'resume', party: VISITOR }]);
    }
  });

  it('leaves the visitor to whoever comes first when the agent hangs up', () => {
    const waiting = after(...UPGRADE, HELD, TEAM, left(ALICE));
    expect(settlementsOf(waiting).map((settlement) => settlement.do)).not.toContain('hang-up');
    expect(settlementsOf(after(...UPGRADE, HELD, TEAM, left(ALICE), joined(BOB)))).toEqual([
      { do: 'hang-up', party: CAROL },
    ]);
  });

  it('is one call for the limits, as long as the longest', () => {
    const talk: ControlEvent[] = [...UPGRADE, TEAM, busy(BOB), joined(CAROL)];
    expect(endedAdmissionsOf(after(...talk))).toEqual([]);
    const over = after(...talk, { type: 'leg-ended', id: CAROL, reason: 'failed', at: 60_005 });
    expect(endedAdmissionsOf(over)).toEqual([{ admittedAs: 'control:1', seconds: 60 }]);
  });
});

describe('a transfer', () => {
  it('connects whoever answers, with nobody on hold', () => {
    const state = after(...UPGRADE, HELD, TRANSFER, ended(ALICE), {
      type: 'leg-answered',
      id: BOB,
      party: 'client:bob',
      at: 7,
    });
    expect(state.topology).toEqual({ kind: 'bridge', parent: VISITOR, child: BOB });
    expect(state.parties[VISITOR]).toMatchObject({ state: 'present', hold: undefined });
    expect(state.parties[BOB]).toMatchObject({ admittedAs: 'control:2' });
  });

  it('does not count the party as gone that leaves the conference for it', () => {
    const state = after(...UPGRADE, TRANSFER, left(VISITOR), left(ALICE), ended(ALICE));
    expect(state.topology.kind).toBe('transferring');
    expect(state.parties[VISITOR]?.state).toBe('present');
  });

  it('comes back to the agent, and says why', () => {
    const state = after(
      BEGIN,
      TRANSFER,
      ended(ALICE),
      { type: 'transfer-returns', reason: 'busy' },
      { type: 'leg-answered', id: ALICE_AGAIN, party: 'client:alice', at: 7 },
    );
    expect(toCallControl(state)).toMatchObject({
      mode: 'two-way',
      failure: { action: 'transfer', to: 'client:bob', reason: 'busy' },
    });
    expect(state.parties[ALICE_AGAIN]?.admittedAs).toBeUndefined();
  });

  it('is what it was before when the platform refuses it', () => {
    expect(after(...UPGRADE, TRANSFER, { type: 'transfer-refused' }).topology.kind).toBe('conference');
  });

  it('is over when the party hangs up while the target rings', () => {
    expect(after(BEGIN, TRANSFER, ended(ALICE), ended(VISITOR)).topology.kind).toBe('over');
  });
});
