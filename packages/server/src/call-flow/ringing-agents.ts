import type { PresenceStatus } from '@offhook/contract';
import type { Destination } from '../config/configuration-file.js';
import { queueOf, ringPlan } from './ring-plan.js';

/** The status of agents by identity; one that is not in it counts as available. */
export type AgentStatuses = ReadonlyMap<string, PresenceStatus>;

/** Every agent whom a call to this destination may ring, `otherwise` and the queue it may wait in included. */
export function agentsOf(destinations: Readonly<Record<string, Destination>>, name: string): string[] {
  const queue = queueOf(destinations, name);
  const waitedFor = queue === undefined ? [] : queueAgents(destinations, queue);
  return [...new Set([...queueAgents(destinations, name), ...waitedFor])];
}

/** The agents who take callers out of the queue of this destination. */
export function queueAgents(destinations: Readonly<Record<string, Destination>>, name: string): string[] {
  const targets = ringPlan(destinations, name).flatMap((step) => step.targets);
  return [...new Set(targets.flatMap((target) => (target.kind === 'agent' ? [target.id] : [])))];
}

/**
 * Whom of those that would ring at once it makes sense to ring: whoever is no agent, and the agents who are
 * available; those in a call only when nobody is. Agents who are away, offline, winding up or not to be disturbed
 * are left alone.
 */
export function whoRings<Target extends { kind: string }>(
  targets: readonly Target[],
  agentOf: (target: Target) => string | undefined,
  statuses: AgentStatuses,
): Target[] {
  const statusOf = (target: Target) => {
    const agent = agentOf(target);
    return agent === undefined ? 'available' : (statuses.get(agent) ?? 'available');
  };
  const available = targets.filter((target) => statusOf(target) === 'available');
  return available.length > 0 ? available : targets.filter((target) => statusOf(target) === 'busy');
}
