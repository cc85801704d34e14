import type { ServerConfig } from '../config/config.js';

/** Everything that the pages never ask for is off, so that nothing that got into them can ask either. */
const PERMISSIONS = [
  'microphone=(self)',
  'autoplay=(self)',
  ...['camera', 'geolocation', 'display-capture', 'payment', 'usb', 'serial', 'bluetooth'].map(
    (name) => `${name}=()`,
  ),
].join(', ');

/** Safe headers for every answer; a page that needs another policy (its scripts, say) sets that header itself. */
export function securityHeaders({ publicUrl }: ServerConfig): Record<string, string> {
  return {
    'Content-Security-Policy':
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': PERMISSIONS,
    'Referrer-Policy': 'strict-origin-when-cross-origin',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    ...(publicUrl.startsWith('https:') && { 'Strict-Transport-Security': 'max-age=63072000' }),
  };
}
