/** What agents write down about a call. */
import { z } from 'zod';
import { Identity } from './identity.js';
import { Moment, PlainText } from './text.js';

/**
 * Body of `POST /api/calls/:sid/note`, for agents who see the call or are rung by it. Every agent has one note on a
 * call: the last counts, and an empty one takes it back. The answer is empty (204).
 */
export const CallNoteForm = z.strictObject({ text: z.union([z.literal(''), PlainText(4000)]) });
export type CallNoteForm = z.infer<typeof CallNoteForm>;

/** One agent's note on a call. */
export const CallNote = z.object({ by: Identity, text: z.string(), at: Moment });
export type CallNote = z.infer<typeof CallNote>;
