import { z } from 'zod';

/** Twilio's alphabet for client identities. */
export const Identity = z.string().regex(/^[A-Za-z0-9_]{1,121}$/);

/** Names a destination of `offhook.yaml`. */
export const DestinationName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
