/** What the configuration says about agents. */
import { hash } from 'node:crypto';
import type { ServerConfig } from './config/config.js';
import type { Agent } from './config/configuration-file.js';
import type { Session } from './stores/session-store.js';

/** The agent of this identity. */
export function findAgent(config: ServerConfig, identity: string): Agent | undefined {
  return Object.hasOwn(config.agents, identity) ? config.agents[identity] : undefined;
}

/** Whether this identity belongs to an agent. The demo on one's own machine knows every name. */
export function isAgent(config: ServerConfig, identity: string): boolean {
  if (findAgent(config, identity)) return true;
  return config.demo && config.openSignIn && !identity.startsWith('visitor_');
}

/** What an agent's sessions are bound to: they end when the configuration gives it another password. */
export function credentialOf(config: ServerConfig, identity: string): string | undefined {
  const password = findAgent(config, identity)?.password;
  return password === undefined ? undefined : hash('sha256', password, 'base64url');
}

/**
 * The session, unless its agent has left the configuration or got another password since: sessions can outlive a
 * restart.
 */
export function acceptedSession(config: ServerConfig, session: Session | undefined): Session | undefined {
  if (session?.role !== 'agent') return session;
  const isCurrent =
    isAgent(config, session.identity) && session.credential === credentialOf(config, session.identity);
  return isCurrent ? session : undefined;
}

/** The shown name of an agent, else the identity. */
export function agentName(config: ServerConfig, identity: string): string {
  return findAgent(config, identity)?.name ?? identity;
}

/** Caller IDs that an agent may show: its own, else the account's number. */
export function callerIdsOf(config: ServerConfig, identity: string): readonly string[] {
  const own = findAgent(config, identity)?.callerIds ?? [];
  if (own.length > 0) return own;
  return config.phoneNumber === undefined ? [] : [config.phoneNumber];
}
