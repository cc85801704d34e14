/**
 * A call under control: who is in it, and how they hear each other. Reports of the voice platform and the steps of our
 * own controls are its events; they come twice, late and in any order, so an event that means nothing any more changes
 * nothing. Plain data, kept with the call's record, so that every server sees the same.
 *
 *                    ┌─────────── upgrade-failed ───────────┐
 *                    ▼                                      │
 *     begin ──►   bridge  ──────────── upgrading ──► upgrading ── upgraded ──► conference
 *                  ▲   │                                                            │
 *       answered   │   └──────────► transferring ◄──────── transferring ────────────┘
 *                  └───────────────── │    ▲ │
 *                                     │    └─┘ transfer-returns: the target did not come, the agent is rung
 *                                     └── transfer-refused ──► what it was before
 *
 * A conference that its agent has set aside for another call becomes `sent-on` when the agent does not come back: the
 * caller is on the way through the destination's plan again, and `answered` makes it a bridge.
 *
 * Each of them is over when the last party has gone.
 */
import type { CallControl, ControlFailure } from '@offhook/contract';

/** Somebody who was or is in the call. */
interface ControlParty {
  /** As in records. */
  party: string;
  state: 'ringing' | 'present' | 'gone';
  /** On hold: who wanted it, and whether only for a consultation. */
  hold?: { by: string; consult: boolean } | undefined;
  muted: boolean;
  /** The conference ends when this party leaves it. */
  endsConference: boolean;
  /** Under what name the limits let it in; the same for all who were called in at once, of whom one is wanted. */
  admittedAs?: string | undefined;
  /** Milliseconds since the epoch. */
  answeredAt?: number | undefined;
  endedAt?: number | undefined;
  /** Why somebody who rang did not come. */
  endReason?: ControlFailure | undefined;
}

/** Whom a transfer rings, all at once. */
export interface TransferDial {
  targets: readonly ({ kind: 'client'; identity: string } | { kind: 'number'; number: string })[];
  timeoutSeconds: number;
  timeLimitSeconds?: number | undefined;
  callerId?: string | undefined;
}

/** A party that was sent to somebody else. */
interface Transfer {
  kind: 'transferring';
  /** Leg of the party that is transferred. */
  customer: string;
  /** The agent who did it, as in records. */
  by: string;
  to: string;
  /** Who rings. */
  dial: TransferDial;
  admittedAs: string;
  /** The target did not come: whoever transferred is rung again. */
  isReturning: boolean;
  /** How it was before. */
  before: Exclude<Topology, { kind: 'transferring' | 'sent-on' | 'over' }>;
}

/** How the parties hear each other. `room` counts the conferences of this call. */
export type Topology =
  /** The parent's `<Dial>` connects it to the child. */
  | { kind: 'bridge'; parent: string; child: string }
  | { kind: 'upgrading'; parent: string; child: string }
  | { kind: 'conference'; sid: string }
  | Transfer
  | { kind: 'sent-on'; customer: string }
  /** `admittedAs` is that of a transfer that nobody had answered. */
  | { kind: 'over'; at: number; admittedAs?: string | undefined };

/** See the top of this file. */
export interface ControlledCall {
  topology: Topology;
  room: number;
  /** By the SID of their leg, in the order in which they came. */
  parties: Readonly<Record<string, ControlParty>>;
  consult?: { party: string; by: string } | undefined;
  /** Set aside by the agent of this leg, for another call; given up when that took too long. */
  aside?: { by: string; at: number; givenUp: boolean } | undefined;
  failure?: CallControl['failure'];
  /** An agent has paused or stopped the recording: no change of the call starts it again. */
  isRecordingOff?: boolean | undefined;
  /** One control at a time; whoever holds it when its time is up has died. */
  lock?: { id: string; until: number } | undefined;
}

/** What happens to a controlled call. `at` is in milliseconds since the epoch. */
export type ControlEvent =
  | { type: 'begin'; parent: { id: string; party: string }; child: { id: string; party: string } }
  | { type: 'lock'; id: string; at: number; until: number }
  | { type: 'unlock'; id: string }
  | { type: 'upgrading' }
  | { type: 'upgraded'; sid: string }
  | { type: 'upgrade-failed' }
  | { type: 'held'; party: string; hold: ControlParty['hold'] }
  | { type: 'muted'; party: string; muted: boolean }
  | { type: 'ends-conference'; party: string; endsConference: boolean }
  | { type: 'recording-off'; isOff: boolean }
  /** Of those who are called in, whoever is there first is wanted. */
  | {
      type: 'invited';
      legs: readonly { id: string; party: string }[];
      /** Set for a consultation. */
      consultBy?: string | undefined;
      admittedAs: string;
    }
  | { type: 'consult-over' }
  | { type: 'set-aside'; by: string; at: number }
  | { type: 'aside-given-up' }
  | { type: 'aside-over' }
  | { type: 'sent-on'; customer: string }
  | { type: 'joined'; room: number; party: string; at: number }
  | { type: 'left'; room: number; party: string; at: number }
  | ({ type: 'transferring' } & Pick<Transfer, 'customer' | 'by' | 'to' | 'dial' | 'admittedAs'>)
  | { type: 'transfer-refused' }
  | { type: 'transfer-returns'; reason: ControlFailure }
  | { type: 'leg-answered'; id: string; party: string; at: number }
  | { type: 'leg-ended'; id: string; reason: ControlFailure; at: number };

/** The call after an event; the same object when nothing changes. Only `begin` makes one. */
export function transition(
  state: ControlledCall | undefined,
  event: ControlEvent,
): ControlledCall | undefined {
  if (event.type === 'begin') return state ?? beginning(event);
  if (state === undefined || state.topology.kind === 'over') return state;
  return endWhenEmpty(state, apply(state, event), event);
}

/** A call of two that nobody has controlled yet. */
export function beginning({
  parent,
  child,
}: Pick<ControlEvent & { type: 'begin' }, 'parent' | 'child'>): ControlledCall {
  const present = { state: 'present', muted: false, endsConference: true } as const;
  return {
    topology: { kind: 'bridge', parent: parent.id, child: child.id },
    room: 0,
    parties: {
      [parent.id]: { party: parent.party, ...present },
      [child.id]: { party: child.party, ...present },
    },
  };
}

function apply(state: ControlledCall, event: Exclude<ControlEvent, { type: 'begin' }>): ControlledCall {
  switch (event.type) {
    case 'lock':
      return state.lock !== undefined && state.lock.until > event.at
        ? state
        : { ...state, lock: { id: event.id, until: event.until } };
    case 'unlock':
      return state.lock?.id === event.id ? { ...state, lock: undefined } : state;
    case 'upgrading':
    case 'upgraded':
    case 'upgrade-failed':
      return upgrade(state, event);
    case 'held':
      return withParty(state, event.party, { hold: event.hold });
    case 'muted':
      return withParty(state, event.party, { muted: event.muted });
    case 'ends-conference':
      return withParty(state, event.party, { endsConference: event.endsConference });
    case 'recording-off':
      return { ...state, isRecordingOff: event.isOff };
    case 'invited':
      return invite(state, event);
    case 'consult-over':
      return state.consult === undefined ? state : { ...state, consult: undefined };
    case 'set-aside':
    case 'aside-given-up':
    case 'aside-over':
    case 'sent-on':
      return setAside(state, event);
    case 'joined':
    case 'left':
      return attend(state, event);
    case 'transferring':
    case 'transfer-refused':
    case 'transfer-returns':
      return transfer(state, event);
    case 'leg-answered':
      return answered(state, event);
    case 'leg-ended':
      return gone(state, event.id, event);
  }
}

function upgrade(
  state: ControlledCall,
  event: Extract<ControlEvent, { type: 'upgrading' | 'upgraded' | 'upgrade-failed' }>,
): ControlledCall {
  const { topology } = state;
  if (event.type === 'upgrading') {
    if (topology.kind !== 'bridge') return state;
    return { ...state, topology: { ...topology, kind: 'upgrading' }, room: state.room + 1 };
  }
  if (topology.kind !== 'upgrading') return state;
  if (event.type === 'upgrade-failed') return { ...state, topology: { ...topology, kind: 'bridge' } };
  return { ...state, topology: { kind: 'conference', sid: event.sid } };
}

function invite(state: ControlledCall, event: ControlEvent & { type: 'invited' }): ControlledCall {
  const { legs, consultBy, admittedAs } = event;
  const last = legs.at(-1);
  if (state.topology.kind !== 'conference' || last === undefined) return state;
  const parties = { ...state.parties };
  for (const { id, party } of legs) {
    // It may have joined, or gone, before the platform's answer came.
    const known = parties[id] ?? ({ state: 'ringing', muted: false, endsConference: false } as const);
    parties[id] = { ...known, party, admittedAs };
  }
  const coming = legs.filter(({ id }) => parties[id]?.state !== 'gone');
  const wanted = coming.find(({ id }) => parties[id]?.state === 'present') ?? coming[0];
  const action = consultBy === undefined ? 'add' : 'consult';
  const reason = parties[last.id]?.endReason ?? 'failed';
  return {
    ...state,
    parties,
    failure: wanted === undefined ? { action, to: last.party, reason } : undefined,
    ...(consultBy !== undefined && wanted !== undefined && { consult: { party: wanted.id, by: consultBy } }),
  };
}

function attend(state: ControlledCall, event: ControlEvent & { type: 'joined' | 'left' }): ControlledCall {
  const { consult, topology } = state;
  const isInRoom = topology.kind === 'conference' || topology.kind === 'upgrading';
  if (event.room !== state.room || !isInRoom) return state;
  if (event.type === 'left') return gone(state, event.party, { at: event.at });
  const party = state.parties[event.party];
  if (party === undefined) {
    const stranger = { party: '', state: 'present', muted: false, endsConference: false } as const;
    return {
      ...state,
      parties: { ...state.parties, [event.party]: { ...stranger, answeredAt: event.at } },
    };
  }
  if (party.state !== 'ringing') return state;
  const there = { state: 'present', answeredAt: party.answeredAt ?? event.at } as const;
  const isConsulted =
    consult !== undefined &&
    state.parties[consult.party]?.state === 'ringing' &&
    calledWith(event.party, state).includes(consult.party);
  return {
    ...withParty(state, event.party, there),
    ...(isConsulted && { consult: { ...consult, party: event.party } }),
  };
}

function setAside(
  state: ControlledCall,
  event: Extract<ControlEvent, { type: 'set-aside' | 'aside-given-up' | 'aside-over' | 'sent-on' }>,
): ControlledCall {
  const { aside, topology } = state;
  if (event.type === 'sent-on') {
    if (topology.kind !== 'conference' && topology.kind !== 'bridge') return state;
    return { ...state, topology: { kind: 'sent-on', customer: event.customer }, aside: undefined };
  }
  if (topology.kind !== 'conference') return state;
  if (event.type === 'set-aside') {
    return aside === undefined ? { ...state, aside: { by: event.by, at: event.at, givenUp: false } } : state;
  }
  if (aside === undefined) return state;
  return { ...state, aside: event.type === 'aside-over' ? undefined : { ...aside, givenUp: true } };
}

function transfer(
  state: ControlledCall,
  event: Extract<ControlEvent, { type: 'transferring' | 'transfer-refused' | 'transfer-returns' }>,
): ControlledCall {
  const { topology } = state;
  if (event.type === 'transferring') {
    if (topology.kind !== 'bridge' && topology.kind !== 'conference') return state;
    const { type: _, ...facts } = event;
    return {
      ...state,
      topology: { kind: 'transferring', ...facts, isReturning: false, before: topology },
      failure: undefined,
    };
  }
  if (topology.kind !== 'transferring') return state;
  if (event.type === 'transfer-refused') return { ...state, topology: topology.before };
  return {
    ...state,
    topology: { ...topology, isReturning: true },
    failure: { action: 'transfer', to: topology.to, reason: event.reason },
  };
}

/** Whoever answers a party that was transferred or sent on talks to it. */
function answered(state: ControlledCall, event: ControlEvent & { type: 'leg-answered' }): ControlledCall {
  const { topology, parties } = state;
  const { id, party, at } = event;
  const isAwaited = topology.kind === 'transferring' || topology.kind === 'sent-on';
  if (!isAwaited || parties[id]?.state === 'gone') {
    return withParty(state, id, { answeredAt: parties[id]?.answeredAt ?? at });
  }
  if (id === topology.customer || parties[id] !== undefined) return state;
  const { customer } = topology;
  const admittedAs =
    topology.kind === 'transferring' && !topology.isReturning ? topology.admittedAs : undefined;
  const newcomer: ControlParty = {
    party,
    state: 'present',
    muted: false,
    endsConference: true,
    answeredAt: at,
  };
  const known = parties[customer];
  return {
    ...state,
    topology: { kind: 'bridge', parent: customer, child: id },
    consult: undefined,
    parties: {
      ...parties,
      ...(known && { [customer]: { ...known, hold: undefined, muted: false, endsConference: true } }),
      [id]: { ...newcomer, admittedAs },
    },
  };
}

function gone(
  state: ControlledCall,
  id: string,
  { reason, at }: { reason?: ControlFailure; at: number },
): ControlledCall {
  const { aside, consult, topology } = state;
  const party = state.parties[id];
  if (party?.state === 'gone') return state;
  if (party === undefined) {
    // Somebody who was invited, and did not come, before the platform's answer came.
    if (topology.kind !== 'conference' || reason === undefined) return state;
    const stranger = { party: '', state: 'gone', muted: false, endsConference: false } as const;
    return {
      ...state,
      parties: { ...state.parties, [id]: { ...stranger, endedAt: at, endReason: reason } },
    };
  }
  const wasConsulted = consult?.party === id;
  const action = wasConsulted ? 'consult' : 'add';
  const [another] = calledWith(id, state);
  const consulted = wasConsulted ? another : consult?.party;
  return {
    ...state,
    parties: { ...state.parties, [id]: { ...party, state: 'gone', hold: undefined, endedAt: at } },
    ...(consult !== undefined && {
      consult: consulted === undefined || consult.by === id ? undefined : { ...consult, party: consulted },
    }),
    // Several who are left have each other.
    ...(aside?.by === id && presentBut(id, state).length > 1 && { aside: undefined }),
    ...(party.state === 'ringing' &&
      another === undefined &&
      reason !== undefined && { failure: { action, to: party.party, reason } }),
  };
}

function withParty(state: ControlledCall, id: string, change: Partial<ControlParty>): ControlledCall {
  const party = state.parties[id];
  if (party === undefined || party.state === 'gone') return state;
  return { ...state, parties: { ...state.parties, [id]: { ...party, ...change } } };
}

function endWhenEmpty(before: ControlledCall, after: ControlledCall, event: ControlEvent): ControlledCall {
  if (after === before || !('at' in event) || event.type === 'lock') return after;
  if (Object.values(after.parties).some(({ state }) => state !== 'gone')) return after;
  const { topology } = after;
  const admittedAs = topology.kind === 'transferring' ? topology.admittedAs : undefined;
  return {
    ...after,
    topology: { kind: 'over', at: event.at, admittedAs },
    consult: undefined,
    aside: undefined,
  };
}

/** Those who are in a call, but for one. */
export function presentBut(one: string, { parties }: Pick<ControlledCall, 'parties'>): string[] {
  return Object.entries(parties).flatMap(([id, { state }]) =>
    state === 'present' && id !== one ? [id] : [],
  );
}

/** The others who were called into the call at once with this one, and ring or are there. */
export function calledWith(one: string, { parties }: Pick<ControlledCall, 'parties'>): string[] {
  const admittedAs = parties[one]?.admittedAs;
  if (admittedAs === undefined) return [];
  return Object.entries(parties).flatMap(([id, party]) =>
    id !== one && party.state !== 'gone' && party.admittedAs === admittedAs ? [id] : [],
  );
}

/** The same call, its parties under other names. */
export function renameParties(state: ControlledCall, rename: (party: string) => string): ControlledCall {
  const { topology, parties, failure } = state;
  return {
    ...state,
    topology:
      topology.kind === 'transferring'
        ? { ...topology, by: rename(topology.by), to: rename(topology.to) }
        : topology,
    parties: Object.fromEntries(
      Object.entries(parties).map(([id, party]) => [id, { ...party, party: rename(party.party) }]),
    ),
    ...(failure !== undefined && { failure: { ...failure, to: rename(failure.to) } }),
  };
}

/** What the limits let in for this call and is over, with the seconds that it was used. */
export function endedAdmissionsOf({
  topology,
  parties,
}: ControlledCall): { admittedAs: string; seconds: number }[] {
  const ended = new Map<string, number>();
  for (const [id, { state, admittedAs, answeredAt, endedAt }] of Object.entries(parties)) {
    const isOver = state === 'gone' && calledWith(id, { parties }).length === 0;
    if (!isOver || admittedAs === undefined) continue;
    const seconds = answeredAt === undefined ? 0 : ((endedAt ?? answeredAt) - answeredAt) / 1000;
    ended.set(admittedAs, Math.max(seconds, ended.get(admittedAs) ?? 0));
  }
  const isUnanswered =
    topology.kind === 'over' ||
    (topology.kind === 'transferring' && parties[topology.customer]?.state === 'gone');
  if (isUnanswered && topology.admittedAs !== undefined) ended.set(topology.admittedAs, 0);
  return [...ended].map(([admittedAs, seconds]) => ({ admittedAs, seconds }));
}
