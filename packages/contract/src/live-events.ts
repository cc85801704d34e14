/**
 * `GET /api/events`: what happens, as it happens, as Server-Sent Events for agents. A phone on our own pages can use
 * `EventSource`; one with a bearer token reads the stream with `fetch`. After a loss, `Last-Event-ID` (as a header,
 * or as `?lastEventId=`) gets what was missed, or `reset` when that is too long ago.
 */
import { z } from 'zod';
import { CallbackRequest } from './callback-requests.js';
import { CallRecord } from './http-api.js';
import { AgentPresence } from './presence.js';

/** One event: its `event:` is the type and its `data:` this object. */
export const LiveEvent = z.discriminatedUnion('type', [
  /** A call began or changed: one's own, for supervisors any. The record as it is now. */
  z.object({ type: z.literal('call'), call: CallRecord }),
  /** An agent's status changed, one's own included. */
  z.object({ type: z.literal('presence'), agent: AgentPresence }),
  /** A callback request is new or changed, for a destination that rings one; for supervisors any. */
  z.object({ type: z.literal('callback-request'), request: CallbackRequest }),
  /**
   * At the beginning, with the id to come back with, and then every 5 s without. A phone that can ring answers with
   * `POST /api/presence`.
   */
  z.object({ type: z.literal('ping') }),
  /** Something was missed or erased: read the lists again. */
  z.object({ type: z.literal('reset') }),
]);
export type LiveEvent = z.infer<typeof LiveEvent>;

/** Query of `GET /api/events`. */
export const EventsQuery = z.strictObject({ lastEventId: z.string().max(100).optional() });
export type EventsQuery = z.infer<typeof EventsQuery>;
