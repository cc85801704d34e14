import type { DestinationInfo, SessionReply } from '@offhook/contract';
import { agentName, callerIdsOf } from '../agents.js';
import { titleOf } from '../call-flow/availability.js';
import { magicNumber } from '../call-flow/magic-numbers.js';
import type { ServerConfig } from '../config/config.js';
import type { Session } from '../stores/session-store.js';

/** What a browser is told about its session; the token, only where a cookie does not present the session. */
export function describeSession(
  config: ServerConfig,
  { identity, role }: Pick<Session, 'identity' | 'role'>,
  sessionToken?: string,
): SessionReply {
  const agent = role === 'agent';
  const destinations = Object.entries(config.destinations)
    .filter(([, destination]) => agent || destination.visitors)
    .map(([name, destination]): DestinationInfo => ({ name, title: titleOf(name, destination) }));
  const colleagues = Object.entries(config.agents)
    .filter(([id]) => agent && id !== identity)
    .map(([id, { name }]) => ({ identity: id, name }));
  const echo = config.demo && config.voice.mode === 'engine' && agent ? magicNumber('echo') : undefined;
  return {
    ...(sessionToken !== undefined && { sessionToken }),
    identity,
    role,
    name: agent ? agentName(config, identity) : identity,
    destinations,
    callerIds: agent ? [...callerIdsOf(config, identity)] : [],
    colleagues,
    ...(echo !== undefined && { defaultNumber: echo }),
    ...(agent && config.openSignIn && { openSignIn: true }),
  };
}
