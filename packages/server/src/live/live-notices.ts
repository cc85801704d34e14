/** What servers tell each other of changes: only what changed. Whoever needs more reads it from the database. */
import { CallbackRequestId } from '@offhook/contract';
import { z } from 'zod';

/** Something changed: a call, a callback request, or so much that everything has to be read again. */
export const LiveNotice = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('call'), id: z.string().regex(/^CA[0-9a-f]{32}$/) }),
  z.strictObject({ type: z.literal('callback-request'), id: CallbackRequestId }),
  z.strictObject({ type: z.literal('reset') }),
]);
export type LiveNotice = z.output<typeof LiveNotice>;

/** Carries notices between servers. */
export interface LiveBus {
  /** Tells the other servers; who cannot be reached now does not hear of it. */
  publish(notice: LiveNotice): void;
  /** Hears what other servers tell. */
  listen(onNotice: (notice: LiveNotice) => void): void;
}
