/**
 * One of the three servers of token-endpoint.js, as a process of its own. All do the same for `POST /api/token`:
 * find the session that the request presents by a signature and a hash, read and check the JSON body, take a place
 * under the sliding limits, and sign an access token.
 *
 *   offhook  createApp as `offhook start` serves it
 *   koa      Koa with its body parser, its signed cookies, and Twilio's AccessToken class
 *   bare     node:http and nothing else
 */
import { createHash, createHmac, createSecretKey, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import jsonwebtoken from 'jsonwebtoken';
import Koa from 'koa';
import koaBodyParser from 'koa-bodyparser';
import twilio from 'twilio';
import { createApp, createLogger, parseServerConfig } from '@offhook/server';
import { MemoryLimitStore } from '../packages/server/dist/limits/memory-limit-store.js';

const ORIGIN = 'https://calls.example.com';
const KEY = 'a session key of more than 32 characters';
const IDENTITY = 'visitor_0123456789ABCDEFGHIJ';
const ACCOUNT = `AC${'1'.repeat(32)}`;
const API_KEY = `SK${'2'.repeat(32)}`;
const API_SECRET = 'api-secret-of-the-measurement-0123456789';
const APP = `AP${'3'.repeat(32)}`;
const TTL_SECONDS = 5;
const MAX_BODY_BYTES = 64 * 1024;
const ROOMY = 1_000_000;

const clock = { now: () => Date.now() };
const random = { bytes: (count) => randomBytes(count) };
const limits = new MemoryLimitStore({ clock });

/** The limits of a visitor's token. */
function rules(address, session) {
  const reserveMs = (TTL_SECONDS + 60) * 1000;
  return [
    { name: 'calls-per-address-per-day', key: `day:${address}`, limit: ROOMY, reserveMs, holdMs: 86_400_000 },
    {
      name: 'calls-per-session-per-hour',
      key: `session:${session}`,
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
}

function isDestination(body) {
  return typeof body === 'object' && body !== null && body.destination === 'support';
}

/** How the load presents itself; printed for the parent. */
const presentations = { offhook: startOffhook, koa: startKoa, bare: startBare };

async function startOffhook() {
  const config = parseServerConfig({
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
`,
    voice: { mode: 'engine', insightsPath: '/', soundsPath: '/sounds' },
  });
  const logger = createLogger({ level: 'warn', secrets: [], destination: process.stderr });
  const app = createApp({ config, clock, random, logger });
  const session = await app.request('/api/session', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: ORIGIN },
    body: '{}',
  });
  const { sessionToken } = await session.json();
  const answer = getRequestListener((request, binding) => app.fetch(request, binding));
  return {
    server: createServer((request, response) => void answer(request, response)),
    header: `Authorization: Bearer ${sessionToken}`,
  };
}

function startKoa() {
  const app = new Koa({ keys: [KEY] });
  const secret = randomBytes(32).toString('base64url');
  const sessions = new Map([[hash(secret), { identity: IDENTITY, expiresAt: Date.now() + 3_600_000 }]]);
  app.use(koaBodyParser({ jsonLimit: MAX_BODY_BYTES, enableTypes: ['json'] }));
  app.use(async (context) => {
    const presented = context.cookies.get('sid', { signed: true });
    const session = presented && sessions.get(hash(presented));
    if (context.path !== '/api/token' || context.method !== 'POST') context.throw(404);
    if (!session || session.expiresAt <= Date.now()) context.throw(401);
    if (context.get('Origin') !== ORIGIN || !isDestination(context.request.body)) context.throw(400);
    const verdict = await limits.take(rules(context.ip, presented), {
      id: randomBytes(12).toString('base64url'),
    });
    if (!verdict.allowed) context.throw(429);
    const { AccessToken } = twilio.jwt;
    const token = new AccessToken(ACCOUNT, API_KEY, API_SECRET, {
      identity: session.identity,
      ttl: TTL_SECONDS,
    });
    token.addGrant(new AccessToken.VoiceGrant({ outgoingApplicationSid: APP, incomingAllow: false }));
    context.set('Cache-Control', 'no-store');
    context.body = { token: token.toJwt(), identity: session.identity, ttlSeconds: TTL_SECONDS };
  });
  const signature = keygripSign(`sid=${secret}`);
  return { server: createServer(app.callback()), header: `Cookie: sid=${secret}; sid.sig=${signature}` };
}

/** What Koa's cookies put into `sid.sig`. */
function keygripSign(text) {
  return createHmac('sha1', KEY)
    .update(text)
    .digest('base64')
    .replace(/[/+=]/g, (sign) => ({ '/': '_', '+': '-', '=': '' })[sign]);
}

function startBare() {
  const secret = randomBytes(32).toString('base64url');
  const sessions = new Map([[hash(secret), { identity: IDENTITY, expiresAt: Date.now() + 3_600_000 }]]);
  const key = createSecretKey(API_SECRET, 'utf8');
  const refuse = (response, status) => response.writeHead(status, { 'Content-Length': 0 }).end();
  const server = createServer((request, response) => {
    const [presented, signature] = (/sid=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '').split('.');
    const expected = mac(presented ?? '');
    const isSigned =
      signature?.length === expected.length && timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
    const session = isSigned ? sessions.get(hash(presented)) : undefined;
    if (request.url !== '/api/token' || request.method !== 'POST') return refuse(response, 404);
    if (!session || session.expiresAt <= Date.now()) return refuse(response, 401);
    if (request.headers.origin !== ORIGIN) return refuse(response, 403);
    const chunks = [];
    let size = 0;
    request.on('data', (chunk) => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    });
    request.on('end', () => void answer(request, response, session, presented, Buffer.concat(chunks)));
  });
  async function answer(request, response, session, presented, bytes) {
    let body;
    try {
      body = JSON.parse(bytes.toString());
    } catch {
      return refuse(response, 400);
    }
    if (!isDestination(body)) return refuse(response, 400);
    const place = { id: randomBytes(12).toString('base64url') };
    const verdict = await limits.take(rules(request.socket.remoteAddress, presented), place);
    if (!verdict.allowed) return refuse(response, 429);
    const issuedAt = Math.floor(Date.now() / 1000);
    const token = jsonwebtoken.sign(
      {
        jti: `${API_KEY}-${issuedAt}-${randomBytes(16).toString('hex')}`,
        grants: { identity: session.identity, voice: { outgoing: { application_sid: APP } } },
        iat: issuedAt,
        exp: issuedAt + TTL_SECONDS,
        iss: API_KEY,
        sub: ACCOUNT,
      },
      key,
      { algorithm: 'HS256', header: { cty: 'twilio-fpa;v=1' } },
    );
    const reply = JSON.stringify({ token, identity: session.identity, ttlSeconds: TTL_SECONDS });
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(reply),
      'Cache-Control': 'no-store',
    });
    response.end(reply);
  }
  return { server, header: `Cookie: sid=${secret}.${mac(secret)}` };
}

function hash(secret) {
  return createHash('sha256').update(secret).digest('base64url');
}

function mac(secret) {
  return createHmac('sha256', KEY).update(secret).digest('base64url');
}

const start = presentations[process.argv[2] ?? ''];
const { server, header } = await start();
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port, header, origin: ORIGIN }));
process.on('message', () => process.send?.(process.cpuUsage()));
process.once('disconnect', () => process.exit(0));
