/** Callers who wait. An agent takes the next one by calling `queue:NAME`. */
import { z } from 'zod';
import { DestinationName } from './identity.js';
import { Translations } from './text.js';

/** Answer of `GET /api/calls/:sid/queue`, for one's own call and for agents; 404 `not-waiting` when it does not wait. */
export const QueuePlace = z.object({
  /** From 1. */
  position: z.number(),
  size: z.number(),
  waitedSeconds: z.number(),
});
export type QueuePlace = z.infer<typeof QueuePlace>;

/** A queue as agents see it. */
export const QueueInfo = z.object({
  /** The destination for which callers wait. */
  name: DestinationName,
  title: Translations,
  size: z.number(),
  /** Of the caller who is next; 0 when nobody waits. */
  longestWaitSeconds: z.number(),
  /** Over the last callers. */
  averageWaitSeconds: z.number(),
});
export type QueueInfo = z.infer<typeof QueueInfo>;

/** Answer of `GET /api/queues`: those that the agent serves; for supervisors all. */
export const QueueList = z.object({ queues: z.array(QueueInfo) });
export type QueueList = z.infer<typeof QueueList>;
