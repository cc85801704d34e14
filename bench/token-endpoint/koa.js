/** Koa with its body parser and its signed cookies, and Twilio's AccessToken class. */
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import Koa from 'koa';
import koaBodyParser from 'koa-bodyparser';
import twilio from 'twilio';
import {
  ACCOUNT,
  API_KEY,
  API_SECRET,
  APP,
  hash,
  isTokenRequest,
  KEY,
  logger,
  MAX_BODY_BYTES,
  newId,
  noteAnswer,
  oneSession,
  ORIGIN,
  SECURITY_HEADERS,
  takePlace,
  TTL_SECONDS,
  voice,
} from './job.js';

const { AccessToken } = twilio.jwt;

/** The server, and the headers of a request that presents a session. */
export function startKoa({ core }) {
  const app = new Koa({ keys: [KEY] });
  const { secret, sessions } = oneSession();
  if (!core) app.use(dressAnswer);
  app.use(koaBodyParser({ jsonLimit: MAX_BODY_BYTES, enableTypes: ['json'] }));
  app.use(async (context) => {
    if (context.path !== '/api/token' || context.method !== 'POST') context.throw(404);
    if (context.get('Origin') !== ORIGIN) context.throw(403);
    const presented = context.cookies.get('sid', { signed: true });
    const session = presented && sessions.get(hash(presented));
    if (!session || session.expiresAt <= Date.now()) context.throw(401);
    if (!isTokenRequest(context.request.body)) context.throw(400);
    const verdict = await takePlace(context.ip, session);
    if (!verdict.allowed) context.throw(429);
    const { identity } = session;
    const token = new AccessToken(ACCOUNT, API_KEY, API_SECRET, { identity, ttl: TTL_SECONDS });
    token.addGrant(new AccessToken.VoiceGrant({ outgoingApplicationSid: APP, incomingAllow: false }));
    context.set('Cache-Control', 'no-store');
    const answer = { token: token.toJwt(), identity, ttlSeconds: TTL_SECONDS };
    if (!core) logger.info({ sessionId: session.id, destination: 'support' }, 'access token issued');
    context.body = core ? answer : { ...answer, voice };
  });
  return {
    server: createServer(app.callback()),
    headers: [`Cookie: sid=${secret}; sid.sig=${keygripSign(`sid=${secret}`)}`],
  };
}

async function dressAnswer(context, next) {
  const startedMs = performance.now();
  const requestId = newId();
  context.set('X-Request-Id', requestId);
  for (const [name, value] of SECURITY_HEADERS) context.set(name, value);
  await next();
  noteAnswer({ requestId, status: context.status, startedMs });
}

/** What Koa's cookies put into `sid.sig`. */
function keygripSign(text) {
  return createHmac('sha1', KEY)
    .update(text)
    .digest('base64')
    .replace(/[/+=]/g, (sign) => ({ '/': '_', '+': '-', '=': '' })[sign]);
}
