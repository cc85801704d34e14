/** One call with all that is known of how it went. */
import { z } from 'zod';
import { CallRecord, EndReason } from './http-api.js';
import { Moment } from './text.js';

/**
 * One moment of a call. `started`: `party` calls. `diverted`: the destination was passed over. `answered`,
 * `declined`, `busy`, `unanswered`: what `party` did, who was rung. `refused`, `ended`: the call as a whole. `rated`,
 * `noted`: by the caller, and by the agent `party`.
 */
export const CallMoment = z.object({
  at: Moment,
  what: z.enum([
    'started',
    'diverted',
    'answered',
    'declined',
    'busy',
    'unanswered',
    'refused',
    'ended',
    'rated',
    'noted',
  ]),
  party: z.string().optional(),
  reason: EndReason.optional(),
});
export type CallMoment = z.infer<typeof CallMoment>;

/** Answer of `GET /api/calls/:sid`: the record with its moments, oldest first. */
export const CallDetail = CallRecord.extend({ timeline: z.array(CallMoment) });
export type CallDetail = z.infer<typeof CallDetail>;
