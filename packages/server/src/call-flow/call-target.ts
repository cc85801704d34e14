/** The `To` that a browser asks for. */
import { DestinationName, Identity } from '@offhook/contract';
import { E164 } from '../config/environment.js';
import { isEmergencyNumber } from '../policy/emergency-numbers.js';

/** Whom a caller wants, as far as `To` makes sense. */
export type CallTarget =
  | { kind: 'client'; identity: string }
  | { kind: 'destination'; name: string }
  | { kind: 'magic'; name: string }
  | { kind: 'queue'; name: string }
  | { kind: 'number'; number: string }
  | { kind: 'emergency' }
  | { kind: 'invalid-number' }
  | { kind: 'unknown' };

/** Reads `client:ID`, `destination:NAME`, `queue:NAME`, `magic:NAME` or an E.164 number. */
export function parseCallTarget(to: string): CallTarget {
  const [, kind, value = ''] = /^(client|destination|magic|queue):(.+)$/.exec(to) ?? [];
  if (kind === 'client' && Identity.safeParse(value).success) return { kind, identity: value };
  if (kind === 'queue' && DestinationName.safeParse(value).success) return { kind, name: value };
  if (kind === 'destination' && DestinationName.safeParse(value).success) return { kind, name: value };
  if (kind === 'magic') return { kind, name: value };
  if (isEmergencyNumber(to)) return { kind: 'emergency' };
  if (E164.safeParse(to).success) return { kind: 'number', number: to };
  return { kind: /^[+\d]/.test(to) ? 'invalid-number' : 'unknown' };
}
