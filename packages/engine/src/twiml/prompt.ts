import type { TwimlCall } from './twiml-call.js';

/** Something that a call hears, parsed from a verb that may also stand inside `<Gather>`. */
export type PromptStep = (call: TwimlCall, signal: AbortSignal) => Promise<void>;
