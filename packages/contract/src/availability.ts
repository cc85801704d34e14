/** Whether a destination takes calls now, before anybody asks for the microphone. */
import { z } from 'zod';
import { DestinationName } from './identity.js';
import { Moment, Translations } from './text.js';

/** Query of `GET /api/availability`. It needs no session, only a page of an allowed site. */
export const AvailabilityQuery = z.strictObject({ destination: DestinationName });
export type AvailabilityQuery = z.infer<typeof AvailabilityQuery>;

/**
 * Why a destination is closed: outside its hours, on a day that is closed, or nobody is there to answer. `unavailable`:
 * the policy lets no call to it through, and neither does `POST /api/token`.
 */
export const ClosedReason = z.enum(['hours', 'holiday', 'no-agent', 'unavailable']);
export type ClosedReason = z.infer<typeof ClosedReason>;

/** Answer of `GET /api/availability`; good for a few seconds (`Cache-Control`). */
export const Availability = z.object({
  destination: DestinationName,
  /** By language; at least one. */
  title: Translations,
  open: z.boolean(),
  /** Only when closed. */
  reason: ClosedReason.optional(),
  /** The next opening; absent when open, without hours, or when it does not open within a year. */
  opensAt: Moment.optional(),
  /** Only when open, and only when it closes within a year. */
  closesAt: Moment.optional(),
  /** IANA zone of the destination's hours, to show the times in; absent without hours. */
  timeZone: z.string().optional(),
  /** Whether `POST /api/callback-requests` takes requests for this destination. */
  callbackRequests: z.boolean(),
  /** Callers may have to wait: `GET /api/calls/:sid/queue` then says where they stand. */
  queue: z.boolean().optional(),
  /**
   * By language: calls are recorded, or may come to a destination that records; this is to be shown before the call, and
   * the request for its token to say so. In other languages the button has words of its own. Absent: nothing is recorded.
   */
  consent: Translations.optional(),
});
export type Availability = z.infer<typeof Availability>;
