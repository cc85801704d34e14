/** What a call needs after each change, so that nobody is left behind. */
import { calledWith, type ControlledCall, presentBut } from './control-state.js';

/** One thing that has to be done. */
export type Settlement =
  | { do: 'hang-up'; party: string }
  | { do: 'resume'; party: string }
  /** Whoever comes into a call that is set aside must not hear the agent's other one. */
  | { do: 'hold'; party: string; by: string }
  /** The agent who set this caller aside does not come back. */
  | { do: 'send-on'; party: string; by: string }
  | { do: 'set-ends-conference'; party: string; endsConference: boolean };

/**
 * What a conference needs now: of those who were called in at once the first stays, whoever is alone goes, who was held by somebody who left is heard again, and the
 * conference ends with either of the last two. One that is set aside does not end with its agent, and nobody in it hears
 * the agent.
 */
export function settlementsOf({ topology, parties, consult, aside }: ControlledCall): Settlement[] {
  if (topology.kind !== 'conference') return [];
  const late = comersTooLate(parties, consult);
  if (late.length > 0) return late.map((party) => ({ do: 'hang-up', party }));
  const isThere = aside !== undefined && parties[aside.by]?.state === 'present';
  if (aside !== undefined && (aside.givenUp || !isThere)) {
    const [party, ...more] = presentBut(aside.by, { parties });
    if (party !== undefined && more.length === 0) return [{ do: 'send-on', party, by: aside.by }];
    if (isThere) return [{ do: 'hang-up', party: aside.by }];
  }
  const present = Object.entries(parties).filter(([, { state }]) => state === 'present');
  const ringing = Object.entries(parties).filter(([, { state }]) => state === 'ringing');
  if (present.length === 0 || (present.length === 1 && ringing.length === 0)) {
    return [...present, ...ringing].map(([party]) => ({ do: 'hang-up', party }));
  }
  const endsConference = present.length + ringing.length <= 2;
  return present.flatMap(([party, { hold, endsConference: ends }]): Settlement[] => [
    ...(hold !== undefined && present.length > 1 && isForNobody(hold, parties, consult)
      ? [{ do: 'resume', party } as const]
      : []),
    ...(hold === undefined && aside !== undefined && isThere && party !== aside.by
      ? [{ do: 'hold', party, by: aside.by } as const]
      : []),
    ...endingOf(party, { ends, shouldEnd: endsConference && party !== aside?.by }),
  ]);
}

/** Those who were called in at once with somebody who is there already. */
function comersTooLate(parties: ControlledCall['parties'], consult: ControlledCall['consult']): string[] {
  const isConsulted = (id: string) => Number(id === consult?.party);
  const there = Object.keys(parties).filter((id) => parties[id]?.state === 'present');
  const late = new Set<string>();
  for (const id of there.toSorted((a, b) => isConsulted(b) - isConsulted(a))) {
    if (late.has(id)) continue;
    for (const other of calledWith(id, { parties })) late.add(other);
  }
  return [...late];
}

function endingOf(party: string, { ends, shouldEnd }: { ends: boolean; shouldEnd: boolean }): Settlement[] {
  return ends === shouldEnd ? [] : [{ do: 'set-ends-conference', party, endsConference: shouldEnd }];
}

function isForNobody(
  { by, consult: isConsult }: { by: string; consult: boolean },
  parties: ControlledCall['parties'],
  consult: ControlledCall['consult'],
): boolean {
  return parties[by]?.state !== 'present' || (isConsult && consult === undefined);
}
