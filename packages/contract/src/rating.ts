/** What the caller thought of a call. */
import { z } from 'zod';

/** Twilio's names for what can be wrong (`Call.FeedbackIssue` of the Voice SDK). */
export const RatingIssue = z.enum([
  'audio-latency',
  'choppy-audio',
  'dropped-call',
  'echo',
  'noisy-call',
  'one-way-audio',
]);
export type RatingIssue = z.infer<typeof RatingIssue>;

/**
 * Body of `POST /api/calls/:sid/rating`, for a call that one placed oneself; `latest` in place of the SID names the
 * session's newest. 1 is the worst, 5 the best. Of several ratings the last counts. The answer is empty (204).
 */
export const Rating = z.strictObject({
  score: z.number().int().min(1).max(5),
  issue: RatingIssue.optional(),
});
export type Rating = z.infer<typeof Rating>;
