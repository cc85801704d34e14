import type { CallControl } from '@offhook/contract';
import type { CallProgress } from '../call-flow/call-record-state.js';
import type { ControlledCall, Topology } from './control-state.js';

const MODES: Readonly<Record<Topology['kind'], CallControl['mode']>> = {
  bridge: 'two-way',
  upgrading: 'two-way',
  conference: 'conference',
  transferring: 'transferring',
  'sent-on': 'transferring',
  over: 'over',
};

/** A controlled call as the API shows it. */
export function toCallControl(
  { topology, parties, consult, aside, failure }: ControlledCall,
  recordings: CallProgress['recordings'] = {},
): CallControl {
  const target = consult && parties[consult.party];
  const statuses = Object.values(recordings)
    .filter(({ kind }) => kind === 'call')
    .map(({ status }) => status);
  const recording = statuses.includes('in-progress')
    ? ('recording' as const)
    : statuses.includes('paused')
      ? ('paused' as const)
      : undefined;
  return {
    mode: MODES[topology.kind],
    parties: Object.entries(parties).flatMap(([id, { party, state, hold, muted }]) =>
      state === 'gone' ? [] : [{ id, party, state, onHold: hold !== undefined, muted }],
    ),
    ...(consult !== undefined &&
      target !== undefined && {
        consult: { ...consult, state: target.state === 'present' ? 'talking' : 'ringing' },
      }),
    ...(aside !== undefined && { aside: aside.by }),
    ...(failure !== undefined && { failure }),
    ...(recording !== undefined && { recording }),
  };
}
