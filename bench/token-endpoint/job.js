/**
 * The job that the three servers of token-endpoint.js do for one `POST /api/token`, and its parts that no framework
 * has a way of its own for:
 *
 *   1. know the session by a signed cookie, and find its record by a hash of what the cookie holds
 *   2. refuse other origins, and tell browsers of allowed ones that they may read the answer
 *   3. read a JSON body of at most 64 KiB and check it
 *   4. take a place under five sliding limits at once
 *   5. sign the same access token: HS256, the same claims, 5 s
 *   6. answer with the same JSON and the same headers: a request id, security headers, `no-store`
 *   7. count the request by route, method and status, and observe how long it took
 *   8. hand two lines to a logger that writes warnings only, as `offhook start` does by default
 *
 * Limits, metrics and logger are ours in all of them, so that what differs is the framework, the session, the body
 * and the signature. A `core` server leaves out 6 to 8 but for token, identity and life in the answer.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createLogger, Metrics, parseServerConfig } from '@offhook/server';
import { MemoryLimitStore } from '../../packages/server/dist/limits/memory-limit-store.js';
import { createVoiceHosts } from '../../packages/server/dist/voice-hosts.js';

const HOST = 'calls.example.com';
export const ORIGIN = `https://${HOST}`;
export const KEY = 'a session key of more than 32 characters';
export const ACCOUNT = `AC${'1'.repeat(32)}`;
export const API_KEY = `SK${'2'.repeat(32)}`;
export const API_SECRET = 'api-secret-of-the-measurement-0123456789';
export const APP = `AP${'3'.repeat(32)}`;
export const TTL_SECONDS = 5;
export const MAX_BODY_BYTES = 64 * 1024;
const ROOMY = 1_000_000;
const PLACE_MS = (TTL_SECONDS + 60) * 1000;

export const clock = { now: () => Date.now() };
export const random = { bytes: (count) => randomBytes(count) };
export const logger = createLogger({ level: 'warn', secrets: [], destination: process.stderr });

export const config = parseServerConfig({
  env: {
    PUBLIC_URL: ORIGIN,
    OFFHOOK_SESSION_KEYS: KEY,
    TWILIO_ACCOUNT_SID: ACCOUNT,
    TWILIO_AUTH_TOKEN: 'auth-token-of-the-measurement-0123456789',
    TWILIO_API_KEY: API_KEY,
    TWILIO_API_SECRET: API_SECRET,
    TWILIO_APP_SID: APP,
  },
  yaml: `
destinations: { support: { visitors: true, ring: [agent:alice] } }
agents: { alice: { name: Alice } }
limits:
  callsPerSecond: ${ROOMY}
  callsPerIpPerDay: ${ROOMY}
  callsPerSessionPerHour: ${ROOMY}
  concurrentPerIp: ${ROOMY}
  concurrentPerDestination: ${ROOMY}
  visitorTokenSeconds: ${TTL_SECONDS}
`,
  voice: { mode: 'engine', insightsPath: '/', soundsPath: '/sounds' },
});

/** Part of the answer: where the browser finds the voice platform. */
export const voice = createVoiceHosts(config)(HOST);

/** What every answer of ours says beside what it is about. */
export const SECURITY_HEADERS = Object.entries({
  'Content-Security-Policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy':
    'microphone=(self), autoplay=(self), camera=(), geolocation=(), display-capture=(), payment=(), usb=(), serial=(), bluetooth=()',
  'Referrer-Policy': 'strict-origin-when-cross-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Strict-Transport-Security': 'max-age=63072000',
  Vary: 'Origin',
  'Access-Control-Allow-Origin': ORIGIN,
  'Access-Control-Expose-Headers': 'Retry-After',
});

const metrics = new Metrics();

/** Counts and logs an answer as our server does. */
export function noteAnswer({ requestId, status, startedMs }) {
  const seconds = (performance.now() - startedMs) / 1000;
  metrics.requestAnswered({ route: '/api/token', method: 'POST', status, seconds });
  logger.info(
    { requestId, method: 'POST', route: '/api/token', status, ms: Math.round(seconds * 1000) },
    'request',
  );
}

const limits = new MemoryLimitStore({ clock });

/** Takes what a visitor's token takes. Resolves with the verdict of the limits. */
export function takePlace(address, session) {
  const reserveMs = PLACE_MS;
  const rules = [
    { name: 'calls-per-address-per-day', key: `day:${address}`, limit: ROOMY, reserveMs, holdMs: 86_400_000 },
    {
      name: 'calls-per-session-per-hour',
      key: `session:${session.id}`,
      limit: ROOMY,
      reserveMs,
      holdMs: 3_600_000,
    },
    {
      name: 'concurrent-per-address',
      key: `live:${address}`,
      limit: ROOMY,
      reserveMs,
      holdMs: 15_300_000,
      untilEnd: true,
    },
    {
      name: 'concurrent-per-destination',
      key: 'destination:support',
      limit: ROOMY,
      reserveMs,
      holdMs: 15_300_000,
      untilEnd: true,
    },
    { name: 'calls-per-second', key: 'everybody', limit: ROOMY, reserveMs: 1000 },
  ];
  return limits.take(rules, { id: newId(), owner: `${session.id}:support` });
}

export function newId() {
  return randomBytes(12).toString('base64url');
}

export function isTokenRequest(body) {
  return typeof body === 'object' && body !== null && body.destination === 'support';
}

/** Sessions that a server knows, by a hash of the secret that a browser holds; and one such secret. */
export function oneSession() {
  const secret = randomBytes(32).toString('base64url');
  const id = hash(secret);
  const session = { id, identity: 'visitor_0123456789ABCDEFGHIJ', expiresAt: Date.now() + 3_600_000 };
  return { secret, sessions: new Map([[id, session]]) };
}

export function hash(secret) {
  return createHash('sha256').update(secret).digest('base64url');
}
