import type { ServerConfig } from '../config/config.js';
import { agentsOf } from '../call-flow/ringing-agents.js';
import type { Session } from '../stores/session-store.js';

/** Whether this agent sees everybody's records and requests. */
export function isSupervisor(config: ServerConfig, identity: string): boolean {
  return Object.hasOwn(config.agents, identity) && config.agents[identity]?.supervisor === true;
}

/** Whether an agent sees the requests for a destination: supervisors do, and whoever it rings. */
export function seesCallbacks(
  config: ServerConfig,
  { identity }: Pick<Session, 'identity'>,
  destination: string,
): boolean {
  return isSupervisor(config, identity) || agentsOf(config.destinations, destination).includes(identity);
}

/** The destinations whose requests an agent sees; undefined: all. */
export function callbackDestinations(config: ServerConfig, session: Session): string[] | undefined {
  if (isSupervisor(config, session.identity)) return undefined;
  return Object.keys(config.destinations).filter((name) => seesCallbacks(config, session, name));
}
