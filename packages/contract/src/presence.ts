/** Who of the agents can take calls. */
import { z } from 'zod';
import { Identity } from './identity.js';

/** What an agent chooses, or the agent's phone on its behalf (`busy` in a call, `wrap-up` after it). */
export const AgentStatus = z.enum(['available', 'busy', 'away', 'dnd', 'wrap-up']);
export type AgentStatus = z.infer<typeof AgentStatus>;

/** What others see: `away` also when no phone of the agent gave a sign for 15 s; `offline` without a session. */
export const PresenceStatus = z.enum([...AgentStatus.options, 'offline']);
export type PresenceStatus = z.infer<typeof PresenceStatus>;

/**
 * Body of `POST /api/presence`, at least every 10 s while the phone can ring, and best in answer to each `ping` of
 * `GET /api/events`. `status` goes along when it changes; it holds for all phones of the agent until the next change.
 */
export const PresenceReport = z
  .strictObject({
    status: AgentStatus.optional(),
    /** How long the status holds, such as a wrap-up; the agent is available afterwards. Without: until the next. */
    seconds: z.number().int().min(1).max(3600).optional(),
  })
  .refine(({ status, seconds }) => status !== undefined || seconds === undefined, {
    path: ['seconds'],
    message: 'belongs to a status',
  });
export type PresenceReport = z.infer<typeof PresenceReport>;

/** Answer of `POST /api/presence`: the agent's status, whichever phone chose it. */
export const PresenceReply = z.object({ status: AgentStatus });
export type PresenceReply = z.infer<typeof PresenceReply>;

/** One agent in the directory. */
export const AgentPresence = z.object({ identity: Identity, name: z.string(), status: PresenceStatus });
export type AgentPresence = z.infer<typeof AgentPresence>;

/** Answer of `GET /api/presence`: every agent, oneself included, in the order of the configuration. */
export const PresenceList = z.object({ agents: z.array(AgentPresence) });
export type PresenceList = z.infer<typeof PresenceList>;
