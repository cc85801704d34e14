/** What an agent learns about where a visitor comes from. */
import { z } from 'zod';
import { PlainLine } from './text.js';

/** The page a visitor called from, as the page itself says: nobody vouches for it. */
export const PageInfo = z.strictObject({
  title: PlainLine(300).optional(),
  /** Without query and fragment, which can hold what is nobody's business. */
  url: z
    .string()
    .max(300)
    .regex(/^https?:\/\/[^\s?#]+$/)
    .optional(),
});
export type PageInfo = z.infer<typeof PageInfo>;

/**
 * The site's signed word on who its visitor is: a JWT (RFC 7519), HS256, that lives for 5 minutes at most. Claims:
 * `exp`, and as wanted `sub` (the site's name for the visitor), `name`, `claims` (up to 10 short values).
 */
export const ContextToken = z
  .string()
  .max(4096)
  .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/);

/** Why a context token is not believed. */
export const ContextFault = z.enum([
  /** It is no JWT with HS256, or its signature is wrong. */
  'signature-invalid',
  /** It is over, not valid yet, or was made to live for more than 5 minutes. */
  'expired',
  /** The signature is right, and what it signs is not as documented. */
  'claims-invalid',
  /** The server's configuration has no `pageContext`. */
  'not-configured',
]);
export type ContextFault = z.infer<typeof ContextFault>;

/** What the site's server says about a visitor. Without a believed signature, nothing but that. */
export const VisitorContext = z.discriminatedUnion('verified', [
  z.object({
    verified: z.literal(true),
    /** The site's name for the visitor, such as a customer number. */
    subject: z.string().optional(),
    name: z.string().optional(),
    claims: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  }),
  z.object({ verified: z.literal(false), fault: ContextFault }),
]);
export type VisitorContext = z.infer<typeof VisitorContext>;
