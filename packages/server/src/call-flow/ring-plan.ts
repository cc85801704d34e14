import type { Destination, RingTarget } from '../config/configuration-file.js';

/** One `<Dial>` of a destination: who rings at once, under the rules of the destination they belong to. */
export interface RingStep {
  destination: Destination;
  targets: readonly RingTarget[];
  /** The caller comes to a destination with this step, so its hours count. */
  first: boolean;
}

/** The steps that a call to this destination goes through until somebody answers, `otherwise` included. */
export function ringPlan(destinations: Readonly<Record<string, Destination>>, name: string): RingStep[] {
  const destination = Object.hasOwn(destinations, name) ? destinations[name] : undefined;
  if (destination === undefined) return [];
  const steps = destination.ring.map((targets, index) => ({ destination, targets, first: index === 0 }));
  const { otherwise } = destination;
  return otherwise.kind === 'destination' ? [...steps, ...ringPlan(destinations, otherwise.name)] : steps;
}

/** The destination whose voicemail takes the calls that nobody answered; undefined: they are hung up. */
export function voicemailOf(
  destinations: Readonly<Record<string, Destination>>,
  name: string,
): string | undefined {
  const destination = Object.hasOwn(destinations, name) ? destinations[name] : undefined;
  if (destination === undefined) return undefined;
  const { otherwise } = destination;
  if (otherwise.kind === 'destination') return voicemailOf(destinations, otherwise.name);
  return otherwise.kind === 'voicemail' ? name : undefined;
}
