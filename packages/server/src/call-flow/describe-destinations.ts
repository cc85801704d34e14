import type { ServerConfig } from '../config/config.js';
import type { RingTarget } from '../config/configuration-file.js';
import { decideStep } from './call-decision.js';

/** For each destination, in words, what a call to it would meet at this moment (ms since the epoch). */
export function describeDestinations(config: ServerConfig, now: number): string[] {
  return Object.entries(config.destinations).map(([name, { ring, otherwise, visitors }]) => {
    const callers = visitors ? 'visitors and agents' : 'agents only';
    const decision = decideStep(config, { destination: name, step: 0, now, agents: new Map() });
    if (decision.kind === 'refuse') return `${name} (${callers}): refused now: ${decision.reason}`;
    const steps = ring.map((group) => group.map(describeTarget).join(' and '));
    const end = otherwise.kind === 'destination' ? `destination ${otherwise.name}` : 'hang up';
    return `${name} (${callers}): rings ${[...steps, end].join(', then ')}`;
  });
}

function describeTarget(target: RingTarget): string {
  if (target.kind === 'agent') return `agent ${target.id}`;
  return target.kind === 'number' ? target.number : `magic ${target.name}`;
}
