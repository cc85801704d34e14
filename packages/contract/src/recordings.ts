/** Recordings of calls, and messages that callers left. */
import { z } from 'zod';
import { DestinationName } from './identity.js';

/** Names a recording, as the voice platform does. */
export const RecordingSid = z.string().regex(/^RE[0-9a-f]{32}$/);

/**
 * A recording, without its sound: that is at `GET /api/recordings/:sid`, with ranges, for agents who may see the call.
 * `DELETE` of the same address removes it, for supervisors and, for voicemail, the agents of its destination.
 */
export const CallRecording = z.object({
  sid: RecordingSid,
  kind: z.enum(['call', 'voicemail']),
  /** `cut`: it ends early, because it could not be carried on; what was recorded until then is there. */
  status: z.enum(['in-progress', 'paused', 'completed', 'cut', 'absent']),
  /** ISO 8601. */
  startedAt: z.string(),
  /** Whole seconds; absent while it goes on. */
  durationSeconds: z.number().optional(),
});
export type CallRecording = z.infer<typeof CallRecording>;

/** A message that a caller left. */
export const Voicemail = z.object({
  recording: CallRecording,
  callSid: z.string(),
  from: z.string(),
  destination: DestinationName,
});
export type Voicemail = z.infer<typeof Voicemail>;

/** Answer of `GET /api/voicemails`: those of the destinations that ring the agent, newest first. */
export const VoicemailList = z.object({ voicemails: z.array(Voicemail) });
export type VoicemailList = z.infer<typeof VoicemailList>;
