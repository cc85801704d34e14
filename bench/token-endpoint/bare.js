/** node:http, node:crypto and nothing else. */
import { createHmac, createSecretKey, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
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

const sessionKey = createSecretKey(KEY, 'utf8');
const apiSecret = createSecretKey(API_SECRET, 'utf8');
const TOKEN_HEADER = base64url({ alg: 'HS256', typ: 'JWT', cty: 'twilio-fpa;v=1' });
const COOKIE = /(?:^|; )sid=([\w-]{43})\.([\w-]{43})(?:;|$)/;

/** The server, and the headers of a request that presents a session. */
export function startBare({ core }) {
  const { secret, sessions } = oneSession();
  const server = createServer((request, response) => {
    const startedMs = performance.now();
    answer(request).then(
      ({ status, body, requestId }) => {
        response.writeHead(status, {
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(body),
          'Cache-Control': 'no-store',
          ...(!core && { 'X-Request-Id': requestId, ...FIXED_HEADERS }),
        });
        response.end(body);
        if (!core) noteAnswer({ requestId, status, startedMs });
      },
      () => response.destroy(),
    );
  });

  async function answer(request) {
    const requestId = core ? undefined : newId();
    const refuse = (status) => ({ status, body: '{}', requestId });
    if (request.url !== '/api/token' || request.method !== 'POST') return refuse(404);
    if (request.headers.origin !== ORIGIN) return refuse(403);
    const session = sessions.get(hashOfCookie(request.headers.cookie));
    if (session === undefined || session.expiresAt <= Date.now()) return refuse(401);
    const body = await readJson(request);
    if (!isTokenRequest(body)) return refuse(400);
    const verdict = await takePlace(request.socket.remoteAddress, session);
    if (!verdict.allowed) return refuse(429);
    const { id, identity } = session;
    const reply = { token: sign(identity), identity, ttlSeconds: TTL_SECONDS };
    if (!core) logger.info({ sessionId: id, destination: 'support' }, 'access token issued');
    return { status: 200, body: JSON.stringify(core ? reply : { ...reply, voice }), requestId };
  }
  return { server, headers: [`Cookie: sid=${secret}.${mac(secret)}`] };
}

const FIXED_HEADERS = Object.fromEntries(SECURITY_HEADERS);

/** Undefined when the signature is not ours. */
function hashOfCookie(cookie = '') {
  const [, secret, signature] = COOKIE.exec(cookie) ?? [];
  if (secret === undefined) return undefined;
  return timingSafeEqual(Buffer.from(signature), Buffer.from(mac(secret))) ? hash(secret) : undefined;
}

function mac(secret) {
  return createHmac('sha256', sessionKey).update(secret).digest('base64url');
}

/** Undefined when the body is too large or no JSON. */
async function readJson(request) {
  const bytes = await readBody(request);
  try {
    return bytes && JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

function readBody(request) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    let size = 0;
    request.on('data', (chunk) => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    });
    request.on('error', reject);
    request.on('end', () => resolve(size <= MAX_BODY_BYTES ? Buffer.concat(chunks) : undefined));
  });
}

function sign(identity) {
  const issuedAt = Math.floor(Date.now() / 1000);
  const claims = base64url({
    jti: `${API_KEY}-${issuedAt}-${randomBytes(16).toString('hex')}`,
    grants: { identity, voice: { outgoing: { application_sid: APP } } },
    iat: issuedAt,
    exp: issuedAt + TTL_SECONDS,
    iss: API_KEY,
    sub: ACCOUNT,
  });
  const signed = `${TOKEN_HEADER}.${claims}`;
  return `${signed}.${createHmac('sha256', apiSecret).update(signed).digest('base64url')}`;
}

function base64url(part) {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
