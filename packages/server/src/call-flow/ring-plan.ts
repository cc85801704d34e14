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

/** The queue in which calls to this destination may come to wait, by the destination it belongs to. */
export function queueOf(
  destinations: Readonly<Record<string, Destination>>,
  name: string,
): string | undefined {
  const targets = ringPlan(destinations, name).flatMap((step) => step.targets);
  const lastResort = lastResortOf(destinations, name);
  const queue = targets.find((target) => target.kind === 'queue');
  return queue?.name ?? (lastResort?.kind === 'queue' ? lastResort.destination : undefined);
}

/**
 * The destinations under whose rules a call to this one may be recorded, in the order in which it comes to them. Who
 * waits in the queue of another destination keeps the rules of the one that sent the call there.
 */
export function recordingDestinations(
  destinations: Readonly<Record<string, Destination>>,
  name: string,
): Destination[] {
  const reached = new Set(ringPlan(destinations, name).map(({ destination }) => destination));
  return [...reached].filter(({ record }) => record === 'on');
}

/** Where the calls go that nobody answered, and which destination they then belong to; undefined: they are hung up. */
export function lastResortOf(
  destinations: Readonly<Record<string, Destination>>,
  name: string,
): { kind: 'voicemail' | 'queue'; destination: string } | undefined {
  const destination = Object.hasOwn(destinations, name) ? destinations[name] : undefined;
  if (destination === undefined) return undefined;
  const { otherwise } = destination;
  if (otherwise.kind === 'destination') return lastResortOf(destinations, otherwise.name);
  return otherwise.kind === 'hangup' ? undefined : { kind: otherwise.kind, destination: name };
}
