import type { ServerConfig } from '../config/config.js';
import type { Destination, RingTarget } from '../config/configuration-file.js';
import { decideStep } from './call-decision.js';
import { judgeHours } from './opening-hours.js';

const NEXT = { hangup: 'hang up', voicemail: 'voicemail', queue: 'the queue' } as const;

/** For each destination, in words, what a call to it would meet at this moment (ms since the epoch). */
export function describeDestinations(config: ServerConfig, now: number): string[] {
  return Object.entries(config.destinations).map(([name, destination]) => {
    const callers = destination.visitors ? 'visitors and agents' : 'agents only';
    return `${name} (${callers}): ${describeCall(config, name, destination, now)}`;
  });
}

function describeCall(config: ServerConfig, name: string, destination: Destination, now: number): string {
  const decision = decideStep(config, { destination: name, step: 0, now, agents: new Map() });
  const { ring, otherwise } = destination;
  const next = otherwise.kind === 'destination' ? `destination ${otherwise.name}` : NEXT[otherwise.kind];
  if (decision.kind === 'refuse') {
    return `refused now: ${decision.reason}${decision.reason === 'closed' ? describeOpening(destination, now) : ''}`;
  }
  if (decision.kind === 'voicemail')
    return `nobody to ring now${describeOpening(destination, now)}; callers leave messages`;
  if (decision.kind === 'queue')
    return `nobody to ring now; callers wait in the queue of ${decision.destination}`;
  if (decision.kind === 'dial' && decision.diverted !== undefined) {
    return `closed now${describeOpening(destination, now)}; calls go to ${next}`;
  }
  const steps = ring.map((group) => group.map(describeTarget).join(' and '));
  const isWaiting = ring.at(-1)?.[0]?.kind === 'queue';
  return `rings ${[...steps, ...(isWaiting ? [] : [next])].join(', then ')}`;
}

function describeOpening({ hours }: Destination, now: number): string {
  const verdict = hours === undefined ? undefined : judgeHours(hours, now);
  if (hours === undefined || verdict === undefined || verdict.open) return '';
  if (verdict.opensAt === undefined) return ', for a year at least';
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: hours.timeZone,
    dateStyle: 'full',
    timeStyle: 'short',
  });
  return ` until ${format.format(verdict.opensAt)} (${hours.timeZone})`;
}

function describeTarget(target: RingTarget): string {
  if (target.kind === 'agent') return `agent ${target.id}`;
  if (target.kind === 'queue') return `the queue of ${target.name}`;
  return target.kind === 'number' ? target.number : `magic ${target.name}`;
}
