/** What an account owns: TwiML applications, phone numbers and API keys, as Twilio's REST resources of these names. */
import { z } from 'zod';

const Method = z.enum(['GET', 'POST']);

/** What happens to a call that comes in. */
const VoiceHandling = z.object({
  voiceUrl: z.string().optional(),
  voiceMethod: Method,
  voiceFallbackUrl: z.string().optional(),
  voiceFallbackMethod: Method,
  statusCallback: z.string().optional(),
  statusCallbackMethod: Method,
});

const Resource = z.object({
  sid: z.string(),
  accountSid: z.string(),
  friendlyName: z.string(),
  /** ISO 8601. */
  createdAt: z.string(),
  updatedAt: z.string(),
});

/** A TwiML application as it is kept. */
export const Application = Resource.extend(VoiceHandling.shape);
/** A phone number of the engine's own as it is kept. */
export const PhoneNumber = Resource.extend({
  ...VoiceHandling.shape,
  phoneNumber: z.string(),
  /** Takes the place of the number's own handling when it is set. */
  voiceApplicationSid: z.string().optional(),
});
/** An API key as it is kept. */
export const ApiKey = Resource.extend({ secret: z.string() });

/** What every resource has. */
export type Resource = z.infer<typeof Resource>;
/** A TwiML application. */
export type Application = z.infer<typeof Application>;
/** A phone number of the engine's own. */
export type PhoneNumber = z.infer<typeof PhoneNumber>;
/** An API key with its secret. */
export type ApiKey = z.infer<typeof ApiKey>;
