/**
 * The site's word on its visitor: a JWT (RFC 7519) with HS256 that the site's server made with the shared secret.
 * Nothing of one that is not believed gets any further.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type ContextFault, PlainLine, type VisitorContext } from '@offhook/contract';
import { z } from 'zod';

const LONGEST_LIFE_SECONDS = 5 * 60;
/** What the clocks of two servers may differ. */
const SKEW_SECONDS = 10;
const MAX_CLAIMS = 10;

const Header = z.object({ alg: z.literal('HS256'), crit: z.undefined().optional() });

const Times = z.object({ exp: z.number(), nbf: z.number().optional(), iat: z.number().optional() });

const Claims = z.object({
  sub: PlainLine(120).optional(),
  name: PlainLine(80).optional(),
  claims: z
    .record(z.string().regex(/^[A-Za-z]\w{0,31}$/), z.union([PlainLine(100), z.number(), z.boolean()]))
    .refine((claims) => Object.keys(claims).length <= MAX_CLAIMS)
    .optional(),
});

/** What the token says, or why it is not believed. `now` is milliseconds since the epoch. */
export function readPageContext(token: string, secret: string | undefined, now: number): VisitorContext {
  if (secret === undefined) return notBelieved('not-configured');
  const [header = '', payload = '', signature = ''] = token.split('.');
  if (!Header.safeParse(decode(header)).success || !isSigned(`${header}.${payload}`, signature, secret)) {
    return notBelieved('signature-invalid');
  }
  const content = decode(payload);
  const times = Times.safeParse(content);
  if (!times.success) return notBelieved('claims-invalid');
  if (!isCurrent(times.data, now / 1000)) return notBelieved('expired');
  const claims = Claims.safeParse(content);
  if (!claims.success) return notBelieved('claims-invalid');
  const { sub, name, claims: more } = claims.data;
  return {
    verified: true,
    ...(sub !== undefined && { subject: sub }),
    ...(name !== undefined && { name }),
    ...(more !== undefined && { claims: more }),
  };
}

function isSigned(content: string, signature: string, secret: string): boolean {
  const expected = Buffer.from(createHmac('sha256', secret).update(content).digest('base64url'));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function isCurrent({ exp, nbf = 0, iat = 0 }: z.output<typeof Times>, seconds: number): boolean {
  const isOver = exp <= seconds - SKEW_SECONDS;
  const livesTooLong = exp > seconds + LONGEST_LIFE_SECONDS + SKEW_SECONDS;
  return !isOver && !livesTooLong && Math.max(nbf, iat) <= seconds + SKEW_SECONDS;
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function notBelieved(fault: ContextFault): VisitorContext {
  return { verified: false, fault };
}
